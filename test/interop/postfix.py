#!/usr/bin/env python3
"""Debian's Postfix on a directory of its own, as root: a server to send to.

As a program it prints how to reach the server, and stops it at a line (or the
end) of standard input:    postfix.py [DIR]

`submission` does as such servers do: STARTTLS before AUTH (by Cyrus SASL),
AUTH before mail. `plain` takes mail from anybody, and knows no AUTH.
"""

import os
import pwd
import re
import shutil
import subprocess
import sys

import real_server
from real_server import DOMAIN, PASSWORD, USER, Service

MAIN_CF = """
compatibility_level = 3.6
config_directory = {dir}/etc
queue_directory = {dir}/queue
data_directory = {dir}/data
maillog_file = {dir}/log
maillog_file_prefixes = {dir}
myhostname = mail.{domain}
mydestination =
mynetworks = 192.0.2.0/24
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
local_transport = error:there are no local users
default_transport = error:nothing leaves this server
relay_transport = error:nothing leaves this server
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
disable_vrfy_command = yes
biff = no
message_size_limit = {size_limit}
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {dir}/mail
virtual_mailbox_maps = regexp:{dir}/etc/mailboxes
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_client_connection_rate_limit = 0
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = {dir}/tls/server.pem
smtpd_tls_key_file = {dir}/tls/server.key
smtpd_tls_loglevel = 1
smtpd_tls_received_header = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_authenticated_header = yes
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = {domain}
smtpd_sasl_security_options = noanonymous
cyrus_sasl_config_path = {dir}/etc/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = reject_unauth_destination
"""

MASTER_CF = """
127.0.0.1:{submission} inet n - n - - smtpd
127.0.0.1:{plain} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=no
  -o smtpd_relay_restrictions=reject_unauth_destination
postlog unix-dgram n - n - 1 postlogd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
tlsmgr unix - - n 1000? 1 tlsmgr
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
"""

SMTPD_CONF = """
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {dir}/etc/sasl/users
mech_list: PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256
"""

HANDSHAKE = re.compile(r"TLS connection established from .*: (TLSv[\d.]+)")


class Postfix(real_server.RealServer):
    title = "Postfix"
    programs = ("postfix", "saslpasswd2")
    only_root = True
    size_limit = real_server.SIZE_LIMIT

    def version(self):
        return real_server.run("postconf", "-d", "-h", "mail_version").strip()

    @property
    def port(self):
        return self.service("submission").port

    def configure(self):
        self.services = [
            Service("plain", real_server.free_port()),
            Service("submission", real_server.free_port(), login=True)]
        for name in ("etc", "queue", "data", "etc/sasl"):
            os.makedirs(self.path(name))
        nobody, owner = pwd.getpwnam("nobody"), pwd.getpwnam("postfix")
        os.chown(self.path("mail"), nobody.pw_uid, nobody.pw_gid)
        os.chown(self.path("data"), owner.pw_uid, 0)
        self.write("etc/main.cf", MAIN_CF, uid=nobody.pw_uid,
                   gid=nobody.pw_gid, size_limit=self.size_limit)
        self.write("etc/master.cf", MASTER_CF,
                   **{one.name: one.port for one in self.services})
        self.write("etc/sasl/smtpd.conf", SMTPD_CONF)
        with open(self.path("etc/mailboxes"), "w", encoding="utf-8") as out:
            out.write(rf"/^({real_server.MAILBOXES})@{re.escape(DOMAIN)}$/ "
                      "inbox/\n"
                      f"/^{re.escape(real_server.REPORTS)}$/ reports/\n")
        self.add_user()
        real_server.run("postfix", "-c", self.path("etc"), "check")
        # Not by `postfix start`: the process must be ours, to stop it. And as
        # it changes its user, it would not be told of our death itself.
        return ["sh", "-c", 'trap \'kill "$!"\' TERM; "$@" & wait; wait', "sh",
                os.path.join(self.daemons(), "master"), "-c",
                self.path("etc"), "-s"]

    @staticmethod
    def daemons():
        return real_server.run("postconf", "-d", "-h",
                               "daemon_directory").strip()

    def add_user(self):
        users = self.path("etc/sasl/users")
        subprocess.run(
            ["saslpasswd2", "-f", users, "-p", "-c", "-u", DOMAIN, USER],
            input=PASSWORD, text=True, check=True,
            env=real_server.environment())
        shutil.chown(users, group="postfix")
        os.chmod(users, 0o640)

    def handshakes(self):
        """The TLS version of each handshake so far."""
        return HANDSHAKE.findall(self.log())

    def saw_tls(self, raw):
        return b"\n\t(using TLSv1." in raw

    def saw_user(self, raw):
        found = re.search(rb"\n\t\(Authenticated sender: ([^@\s]+)@", raw)
        return found and found[1].decode()

    def saw_dsn(self, raw, envelope_id):
        return self.has_report(envelope_id)


if __name__ == "__main__":
    sys.exit(real_server.main(Postfix, *sys.argv[1:]))
