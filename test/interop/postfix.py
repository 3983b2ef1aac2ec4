#!/usr/bin/env python3
"""Debian's Postfix on a directory of its own, as root: a server to send to.

As a program it prints how to reach the server, and stops it at a line (or the
end) of standard input:    postfix.py [DIR]

It listens on a free port of 127.0.0.1 as a submission server does: STARTTLS
before AUTH (PLAIN and LOGIN, by Cyrus SASL), AUTH before mail. Addresses
row0@posthaste.test, row1@... have mailboxes, in one Maildir; every other one
is unknown. It has no agent that could send mail anywhere else.
"""

import glob
import os
import pwd
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

DOMAIN = "posthaste.test"
USER = "alice"
PASSWORD = "wonder land+%"   # needs quoting in URLs and shells
MAKE_CERTIFICATES = os.path.join(
    os.path.dirname(os.path.abspath(__file__)), os.pardir, "certs.py")

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
smtpd_sasl_auth_enable = yes
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = {domain}
smtpd_sasl_security_options = noanonymous
cyrus_sasl_config_path = {dir}/etc/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = reject_unauth_destination
"""

MASTER_CF = """
127.0.0.1:{port} inet n - n - - smtpd
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
mech_list: PLAIN LOGIN
"""

HANDSHAKE = re.compile(r"TLS connection established from .*: (TLSv[\d.]+)")


def why_not():
    """What keeps this server from running here, or None."""
    if os.geteuid() != 0:
        return "Postfix can only be started by root"
    for program in ("postfix", "saslpasswd2", "openssl"):
        if not shutil.which(program, path=search_path()):
            return f"there is no {program} here"
    return None


def search_path():
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def run(*command, **options):
    done = subprocess.run(
        command, stdin=options.pop("stdin", subprocess.DEVNULL),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "PATH": search_path(), "LC_ALL": "C"},
        check=False, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}")
    return done.stdout


def free_port():
    """A port below the range from which the system picks by itself."""
    while True:
        with socket.socket() as probe:
            port = random.randrange(10000, 30000)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Postfix:
    """Use in a `with`, or call start() and stop()."""

    def __init__(self, folder=None):
        self.own = folder is None
        # Below /tmp: Postfix gives up root, and must still get there; and the
        # paths of unix sockets are short.
        self.dir = os.path.abspath(folder) if folder else tempfile.mkdtemp(
            prefix="posthaste-postfix-", dir="/tmp")
        self.user, self.password, self.domain = USER, PASSWORD, DOMAIN
        self.ca = self.path("tls/ca.pem")
        self.other_ca = self.path("tls/other-ca.pem")
        self.port = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def write(self, name, text, **more):
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(text.format(dir=self.dir, domain=DOMAIN, **more))

    def start(self):
        for name in ("etc", "queue", "data", "mail", "etc/sasl", "tls"):
            os.makedirs(self.path(name))
        os.chmod(self.dir, 0o755)
        self.port = free_port()
        run(sys.executable, MAKE_CERTIFICATES, self.path("tls"))
        self.write_configuration()
        self.add_user()
        run("postfix", "-c", self.path("etc"), "start")
        self.wait_for_greeting()

    def write_configuration(self):
        nobody, owner = pwd.getpwnam("nobody"), pwd.getpwnam("postfix")
        os.chown(self.path("mail"), nobody.pw_uid, nobody.pw_gid)
        os.chown(self.path("data"), owner.pw_uid, 0)
        self.write("etc/main.cf", MAIN_CF, uid=nobody.pw_uid,
                   gid=nobody.pw_gid)
        self.write("etc/master.cf", MASTER_CF, port=self.port)
        self.write("etc/sasl/smtpd.conf", SMTPD_CONF)
        with open(self.path("etc/mailboxes"), "w", encoding="ascii") as out:
            out.write(rf"/^row[0-9]+@{re.escape(DOMAIN)}$/ inbox/" + "\n")

    def add_user(self):
        users = self.path("etc/sasl/users")
        subprocess.run(
            ["saslpasswd2", "-f", users, "-p", "-c", "-u", DOMAIN, USER],
            input=PASSWORD, text=True, check=True,
            env={**os.environ, "PATH": search_path()})
        shutil.chown(users, group="postfix")
        os.chmod(users, 0o640)

    def wait_for_greeting(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.port),
                                              2) as probe:
                    if probe.recv(4) == b"220 ":
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError("Postfix does not answer:\n" + self.log())

    def stop(self):
        if os.path.exists(self.path("queue/pid/master.pid")):
            try:
                run("postfix", "-c", self.path("etc"), "stop")
            except RuntimeError:
                run("postfix", "-c", self.path("etc"), "abort")
        if self.own:
            shutil.rmtree(self.dir, ignore_errors=True)

    def log(self):
        try:
            with open(self.path("log"), encoding="utf-8",
                      errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def handshakes(self):
        """The TLS version of each handshake so far."""
        return HANDSHAKE.findall(self.log())

    def messages(self):
        """Paths of what was delivered so far."""
        return sorted(glob.glob(self.path("mail/inbox/new/*")))

    def wait_for_messages(self, count, seconds=60):
        """As messages(), but waits until there are so many, or too long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = self.messages()
            if len(found) >= count:
                return found
            time.sleep(0.1)
        return self.messages()


def main(folder=None):
    reason = why_not()
    if reason:
        print(reason, file=sys.stderr)
        return 77
    with Postfix(folder) as server:
        print(f"PORT={server.port}\nCA={server.ca}\nUSER={server.user}\n"
              f"PASS='{server.password}'\nDOMAIN={server.domain}\n"
              f"MAILDIR={server.path('mail/inbox')}\nLOG={server.path('log')}",
              flush=True)
        sys.stdin.readline()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
