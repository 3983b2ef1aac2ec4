#!/usr/bin/env python3
"""Debian's Exim (with GnuTLS) on a directory of its own: a server to send to.

As a program it prints how to reach the server, and stops it at a line (or the
end) of standard input:    exim.py [DIR]

`submission` offers AUTH after STARTTLS, and takes mail after AUTH only; `plain`
takes mail from anybody, and knows no AUTH.

Debian installs one mail server at a time, and another test needs Postfix: the
exim4 that `third_party/install --ci` has only unpacked will do. It insists on
a user that its package would have made; nss_wrapper says there is one.
"""

import glob
import os
import re
import shutil
import sys

import real_server
from real_server import DOMAIN, PASSWORD, USER, Service

CONFIGURATION = """
primary_hostname = mail.{domain}
exim_path = {dir}/exim
spool_directory = {dir}/spool
log_file_path = {dir}/log-%s
pid_file_path = {dir}/pid
keep_environment = LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
local_interfaces = 127.0.0.1
daemon_smtp_ports = {submission} : {plain}
disable_ipv6 = true
deliver_drop_privilege = true
host_lookup =
rfc1413_hosts =
dkim_verify_signers =
message_size_limit = {size_limit}
accept_8bitmime = true
chunking_advertise_hosts = *
dsn_advertise_hosts = *
pipelining_advertise_hosts = *
smtputf8_advertise_hosts = *
tls_advertise_hosts = *
tls_certificate = {dir}/tls/server.pem
tls_privatekey = {dir}/tls/server.key
tls_verify_certificates = {dir}/tls/ca.pem
tls_try_verify_hosts = *
auth_advertise_hosts = \
  ${{if and{{{{def:tls_in_cipher}}{{eq{{$received_port}}{{{submission}}}}}}}{{*}}}}
acl_smtp_rcpt = check_recipient

begin acl
check_recipient:
  deny    condition = ${{if eq{{$received_port}}{{{submission}}}}}
          !authenticated = *
          message = 530 5.7.0 Authentication required
  deny    !domains = {domain}
          message = 550 5.7.1 Nothing leaves this server
  deny    !verify = recipient
          message = 550 5.1.1 No such mailbox
  accept  add_header = X-Seen-TLS: $tls_in_ver
          add_header = X-Seen-User: $authenticated_id

begin routers
mailboxes:
  driver = accept
  domains = {domain}
  local_parts = ^({mailboxes})\\$ : reports
  transport = maildir

begin transports
maildir:
  driver = appendfile
  directory = {dir}/mail/${{if eq{{$local_part}}{{reports}}{{reports}}{{inbox}}}}
  maildir_format
  create_directory
  envelope_to_add
  return_path_add

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}\
                               {{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = <| Username: | Password:
  server_condition = ${{if and{{{{eq{{$auth1}}{{{user}}}}}\
                               {{eq{{$auth2}}{{{password}}}}}}}}}
  server_set_id = $auth1
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${{if eq{{$auth1}}{{{user}}}{{{password}}}fail}}
  server_set_id = $auth1
external:
  driver = external
  public_name = EXTERNAL
  server_param2 = \
    ${{certextract{{subj_altname,mail,>:}}{{$tls_in_peercert}}}}
  server_condition = ${{if and{{{{bool{{$tls_in_certificate_verified}}}}\
                               {{inlist{{{user}@example.test}}{{$auth2}}}}}}}}
  server_set_id = {user}
  server_advertise_condition = ${{if bool{{$tls_in_certificate_verified}}}}
"""

WRAPPER = "/usr/lib/*/libnss_wrapper.so"
UNPACKED = os.path.join(real_server.CACHE,
                        "exim4-daemon-heavy/usr/sbin/exim4")


def binary():
    """Where Exim is: unpacked beside another mail server, or installed."""
    if os.access(UNPACKED, os.X_OK):
        return UNPACKED
    return real_server.which("exim4")


class Exim(real_server.RealServer):
    title = "Exim"

    @classmethod
    def why_not(cls):
        if not binary():
            return ("there is no exim4 here; third_party/install --ci "
                    "unpacks one")
        if not glob.glob(WRAPPER):
            return "there is no libnss-wrapper here"
        return super().why_not()

    def version(self):
        return re.search(r"exim (\S+) daemon started", self.log())[1]

    def configure(self):
        self.services = [
            Service("plain", real_server.free_port()),
            Service("submission", real_server.free_port(), login=True)]
        os.makedirs(self.path("spool"))
        shutil.copyfile(binary(), self.path("exim"))
        os.chmod(self.path("exim"), 0o755)   # as it is, not set-user-id
        self.write("configuration", CONFIGURATION, user=USER,
                   password=PASSWORD, mailboxes=real_server.MAILBOXES,
                   size_limit=real_server.SIZE_LIMIT,
                   **{one.name: one.port for one in self.services})
        return [self.path("exim"), "-C", self.path("configuration"), "-bdf"]

    def how_to_spawn(self):
        who = self.as_nobody()
        user, group = who.get("user", os.getuid()), who.get("group",
                                                            os.getgid())
        self.write("passwd", f"Debian-exim:x:{user}:{group}::{self.dir}:\n")
        self.write("group", f"Debian-exim:x:{group}:\n")
        return {**who, "env": real_server.environment(
            LD_PRELOAD=glob.glob(WRAPPER)[0],
            NSS_WRAPPER_PASSWD=self.path("passwd"),
            NSS_WRAPPER_GROUP=self.path("group"))}

    def log(self):
        text = super().log()
        for path in sorted(glob.glob(self.path("log-*"))):
            with open(path, encoding="utf-8", errors="replace") as log:
                text += log.read()
        return text

    def saw_dsn(self, raw, envelope_id):
        return self.has_report(envelope_id)


if __name__ == "__main__":
    sys.exit(real_server.main(Exim, *sys.argv[1:]))
