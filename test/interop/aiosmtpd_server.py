#!/usr/bin/env python3
"""aiosmtpd (Debian's python3-aiosmtpd) on a directory of its own.

As a program it prints how to reach the server, and stops it at a line (or the
end) of standard input:    aiosmtpd_server.py [DIR]

AUTH is offered after STARTTLS. `submission` takes mail after AUTH only; `plain`
and `lmtp` from anybody.
"""

import os
import subprocess
import sys

import real_server

# Its package is for the distribution's own Python.
PYTHON = "/usr/bin/python3"
KEEPER = "aiosmtpd_keeper.py"


class AioSmtpd(real_server.RealServer):
    title = "aiosmtpd"
    programs = (PYTHON,)

    @classmethod
    def why_not(cls):
        reason = super().why_not()
        if reason:
            return reason
        has = subprocess.run([PYTHON, "-c", "import aiosmtpd.smtp"],
                             stderr=subprocess.DEVNULL, check=False)
        return "there is no aiosmtpd here" if has.returncode else None

    def version(self):
        return real_server.run(
            PYTHON, "-c", "import aiosmtpd; print(aiosmtpd.__version__)"
        ).strip()

    def configure(self):
        self.keep_mail_by(KEEPER)
        return [PYTHON, self.path(KEEPER), self.settings()]

    def how_to_spawn(self):
        return self.as_nobody()


if __name__ == "__main__":
    sys.exit(real_server.main(AioSmtpd, *sys.argv[1:]))
