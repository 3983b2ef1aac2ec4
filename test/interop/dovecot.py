#!/usr/bin/env python3
"""Debian's Dovecot on a directory of its own, as root: LMTP and submission.

As a program it prints how to reach the server, and stops it at a line (or the
end) of standard input:    dovecot.py [DIR]

`lmtp` and `lmtp_unix` deliver to mailboxes. `submission` offers AUTH, in clear
too because nobody else is on this network, and takes mail after AUTH only;
behind it stands aiosmtpd, which keeps what it is given.
"""

import base64
import hmac
import json
import os
import pwd
import re
import sys

import real_server
from aiosmtpd_server import AioSmtpd
from real_server import DOMAIN, PASSWORD, USER, Service

CONFIGURATION = """
protocols = lmtp submission
listen = 127.0.0.1
base_dir = {dir}/run
state_dir = {dir}/state
log_path = /dev/stderr
hostname = mail.{domain}
postmaster_address = postmaster@{domain}
mail_location = maildir:{dir}/mail/inbox-%n
first_valid_uid = 1
ssl = yes
ssl_cert = <{dir}/tls/server.pem
ssl_key = <{dir}/tls/server.key
login_trusted_networks =
ssl_ca = <{dir}/tls/ca.pem
ssl_verify_client_cert = yes
ssl_require_crl = no
auth_ssl_username_from_cert = yes
auth_username_format = %Ln
auth_mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256 \
  xoauth2 oauthbearer external
auth_failure_delay = 0
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {dir}/oauth2
}}
passdb {{
  driver = static
  mechanisms = external
  args = nopassword
}}
passdb {{
  driver = passwd-file
  args = {dir}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%n {dir}/users
}}
submission_relay_host = 127.0.0.1
submission_relay_port = {relay}
submission_max_mail_size = {size_limit}
service submission-login {{
  inet_listener submission {{
    port = {submission}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
  unix_listener {socket} {{
    mode = 0666
  }}
}}
# Failed logins are not punished by waiting.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


# A token is good if this key has signed it.
OAUTH2 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={dir}/keys/
username_attribute = sub
"""
TOKEN_KEY = b"nobody else has signed with this one"


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def signed_token():
    """A JSON Web Token (RFC 7519), good for ever."""
    parts = [{"alg": "HS256", "typ": "JWT", "kid": "default"},
             {"sub": USER, "azp": "default", "iat": 1600000000,
              "exp": 4000000000}]
    text = b".".join(base64url(json.dumps(part).encode()) for part in parts)
    proof = hmac.new(TOKEN_KEY, text, "sha256").digest()
    return (text + b"." + base64url(proof)).decode()


class Dovecot(real_server.RealServer):
    title = "Dovecot"
    programs = ("dovecot",)
    only_root = True

    def __init__(self, folder=None):
        super().__init__(folder)
        self.relay = AioSmtpd(self.path("relay"))
        self.token = signed_token()

    @classmethod
    def why_not(cls):
        for name in ("lmtp", "submission"):
            if not os.path.exists(f"/usr/lib/dovecot/{name}"):
                return f"there is no dovecot-{name}d here"
        return super().why_not() or AioSmtpd.why_not()

    def version(self):
        return real_server.run("dovecot", "--version").split()[0]

    def configure(self):
        self.relay.start()
        self.services = [
            Service("lmtp", real_server.free_port(), lmtp=True),
            Service("lmtp_unix", path=self.path("lmtp"), lmtp=True),
            Service("submission", real_server.free_port(), login=True)]
        self.write("oauth2", OAUTH2)
        os.makedirs(self.path("keys/default/HS256"))
        self.write("keys/default/HS256/default",
                   base64.b64encode(TOKEN_KEY).decode())
        nobody = pwd.getpwnam("nobody")
        os.chown(self.path("mail"), nobody.pw_uid, nobody.pw_gid)
        entry = f":{nobody.pw_uid}:{nobody.pw_gid}::{self.path('mail')}::\n"
        self.write("users", f"{USER}:{{{{PLAIN}}}}{PASSWORD}{entry}" + "".join(
            f"row{number}:{entry}" for number in range(10)))
        return ["dovecot", "-F", "-c", self.write(
            "configuration", CONFIGURATION,
            size_limit=real_server.SIZE_LIMIT, socket=self.path("lmtp"),
            relay=self.relay.service("plain").port,
            lmtp=self.service("lmtp").port,
            submission=self.service("submission").port)]

    def stop(self):
        self.relay.stop()
        super().stop()

    def messages(self, box="inbox*"):
        return super().messages(box) + self.relay.messages(box)

    def log(self):
        return super().log() + self.relay.log()

    def saw_tls(self, raw):
        return bool(re.search(rb"\n\t\(using TLSv1\.| with E?SMTPSA?\b", raw))

    def saw_user(self, raw):
        # It tells that somebody had logged in, and only one can.
        return USER if re.search(rb" with ESMTPS?A\b", raw) else None


if __name__ == "__main__":
    sys.exit(real_server.main(Dovecot, *sys.argv[1:]))
