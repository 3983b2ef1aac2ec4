#!/usr/bin/env python3
"""A notifier that lives while its server is restarted under it: by request,
by kill -9, for seconds or a while.

    long_run.py NOTIFIER POSTHASTE SECONDS [SEED]

At the end the books: what the server has stored, by Message-ID, against what
the notifier was told. Not among the tests: it takes as long as it is told to.
"""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

EVERY_MS = 700
UP_SECS = (3, 120)
DOWN_SECS = (0.2, 20)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """The sink, one life after the other, each with a store of its own."""

    def __init__(self, program, port, folder):
        self.program, self.port, self.folder = program, port, folder
        self.lives = 0
        self.process = None

    def start(self):
        store = os.path.join(self.folder, f"life{self.lives}")
        os.makedirs(store)
        self.lives += 1
        self.process = subprocess.Popen(
            [self.program, "sink", "--listen", f"127.0.0.1:{self.port}",
             "--dir", store, "--json"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self, how):
        self.process.send_signal(how)
        self.process.wait()

    def stored(self):
        """Message-IDs, as often as they were stored."""
        found = []
        for where, _, names in os.walk(self.folder):
            for name in names:
                if not name.endswith(".eml"):
                    continue
                with open(os.path.join(where, name), "rb") as mail:
                    match = re.search(rb"^Message-ID: *<(.*)>", mail.read(),
                                      re.I | re.M)
                if match:
                    found.append(match.group(1))
        return found


def restart_until(notifier, server, rng):
    """How often, until the notifier is done."""
    times = 0
    while True:
        try:
            notifier.wait(rng.uniform(*UP_SECS))
            return times
        except subprocess.TimeoutExpired:
            server.stop(rng.choice((signal.SIGTERM, signal.SIGKILL)))
            time.sleep(rng.uniform(*DOWN_SECS))
            server.start()
            times += 1


def main(program, posthaste, seconds, seed="1"):
    times = int(float(seconds) * 1000 / EVERY_MS)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(posthaste, free_port(), folder)
        server.start()
        with tempfile.TemporaryFile("w+") as said:
            notifier = subprocess.Popen(
                [program, "127.0.0.1", str(server.port), str(times),
                 str(EVERY_MS)], stdout=subprocess.PIPE, stderr=said, text=True)
            restarts = restart_until(notifier, server, random.Random(seed))
            said.seek(0)
            told = said.read()
        server.stop(signal.SIGTERM)
        stored = server.stored()
    accepted = int(notifier.stdout.read().split()[0])
    uncertain = len(re.findall(r": uncertain ", told))
    other = len(re.findall(r": (?:refused|deferred|unsent) ", told))
    doubles = len(stored) - len(set(stored))
    print(f"{times} submitted, {restarts} restarts: {accepted} accepted, "
          f"{uncertain} uncertain, {other} otherwise; the server stored "
          f"{len(stored)}, {doubles} of them twice")
    fair = (accepted + uncertain + other == times and not doubles and
            accepted <= len(stored) <= accepted + uncertain)
    return 0 if fair else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
