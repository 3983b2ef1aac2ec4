#!/usr/bin/env python3
"""smtp-server (of npm, by the authors of Nodemailer) on a directory of its own.

As a program it prints how to reach the server, and stops it at a line (or the
end) of standard input:    smtp_server.py [DIR]
To fetch smtp-server, in the version of npm/package-lock.json, into a cache
outside the tree, is    smtp_server.py --install

`submission` shows AUTH in clear, but takes it after STARTTLS only, and mail
after AUTH only; `plain` and `lmtp` take mail from anybody, and know no AUTH.
"""

import filecmp
import json
import os
import shutil
import sys
import tempfile

import real_server

SERVER = "smtp_server.js"
PINNED = os.path.join(real_server.HERE, "npm")
INSTALLED = os.path.join(real_server.CACHE, "npm")
LOCK = "package-lock.json"
SYSTEM_CAS = "/etc/ssl/certs/ca-certificates.crt"


def is_installed():
    """What is there now, and not what an older lock file asked for."""
    lock = os.path.join(INSTALLED, LOCK)
    return os.path.exists(lock) and filecmp.cmp(
        lock, os.path.join(PINNED, LOCK), shallow=False)


def install():
    if is_installed():
        return
    os.makedirs(real_server.CACHE, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=real_server.CACHE) as work:
        made = os.path.join(work, "npm")
        shutil.copytree(PINNED, made)
        if os.path.exists(SYSTEM_CAS):   # Node has a list of its own
            os.environ.setdefault("NODE_EXTRA_CA_CERTS", SYSTEM_CAS)
        real_server.run("npm", "ci", "--ignore-scripts", "--no-audit",
                        "--no-fund", cwd=made)
        # At once: what is there is complete.
        shutil.rmtree(INSTALLED, ignore_errors=True)
        os.rename(made, INSTALLED)


class SmtpServer(real_server.RealServer):
    title = "smtp-server"
    programs = ("node",)
    fetched = True

    @classmethod
    def why_not(cls):
        if not is_installed():
            return ("there is no smtp-server here; "
                    "test/interop/smtp_server.py --install fetches it")
        return super().why_not()

    def version(self):
        with open(os.path.join(INSTALLED, LOCK), encoding="utf-8") as lock:
            packages = json.load(lock)["packages"]
        return packages["node_modules/smtp-server"]["version"]

    def configure(self):
        self.keep_mail_by(SERVER)
        shutil.copytree(os.path.join(INSTALLED, "node_modules"),
                        self.path("node_modules"))
        return ["node", self.path(SERVER), self.settings()]

    def how_to_spawn(self):
        return self.as_nobody()


def main(*arguments):
    if arguments == ("--install",):
        install()
        return 0
    return real_server.main(SmtpServer, *arguments)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
