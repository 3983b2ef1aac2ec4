#!/usr/bin/env python3
"""How much memory long lists and slow servers take: cli_memory_test.py PROGRAM

What counts is the peak of what was in memory (VmHWM), whatever the time. Files
are mapped, so that all of them are in it; there a limit on what a process has of
its own (RLIMIT_DATA) shows that they are on the disk.
"""

import base64
import hashlib
import os
import random
import re
import resource
import socket
import subprocess
import sys
import threading

from cli_batch_test import TEMPLATE, BatchTest, rows_of
from sink_talk import SECONDS, Sink, main

ROWS = 200000
MOST_KIB = 64 * 1024
MIB = 1024 * 1024
CONNECTIONS = 5
OWN_MIB = 24


def keep_to_little():
    """For a child: what is on its heap, or written to, ends there."""
    limit = OWN_MIB * MIB
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def octets_of(mib):
    return random.Random(mib).randbytes(mib * MIB)


def attached(content):
    """The digest of a message's last part, which is in base64."""
    part = content[content.rindex(b"\r\nContent-Transfer-Encoding: base64\r\n"):]
    begin = part.index(b"\r\n\r\n") + 4
    text = part[begin:part.index(b"\r\n--", begin)]
    return hashlib.sha256(base64.b64decode(text)).hexdigest()


class SlowServer:
    """Takes the first octets of a content, and then no more until it is let go
    on. Nothing is slower."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.stuck = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.taken = threading.Semaphore(0)
        self.guests = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                guest, _ = self.listener.accept()
            except OSError:
                return
            self.guests.append(guest)
            threading.Thread(target=self.talk, args=(guest,),
                             daemon=True).start()

    def talk(self, guest):
        try:
            with guest, guest.makefile("rb") as lines:
                self.answer(guest, lines)
        except OSError:
            pass

    def answer(self, guest, lines):
        guest.sendall(b"220 slow\r\n")
        for line in lines:
            verb = line[:4].upper()
            guest.sendall(b"354 go\r\n" if verb == b"DATA" else
                          b"250-slow\r\n250 PIPELINING\r\n"
                          if verb == b"EHLO" else b"250 ok\r\n")
            if verb == b"DATA":
                self.take(lines)
                guest.sendall(b"250 taken\r\n")
                self.taken.release()

    def take(self, lines):
        lines.readline()
        self.stuck.release()
        self.go_on.wait()
        while lines.readline() not in (b".\r\n", b""):
            pass

    def close(self):
        self.go_on.set()
        self.listener.close()
        for guest in self.guests:
            guest.close()


class Memory(BatchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        asan = subprocess.run(["nm", "-D", Sink.program], check=False,
                              capture_output=True).stdout
        if b"__asan" in asan:
            print("a sanitizer's memory is not ours")
            sys.exit(77)

    def peak(self, process):
        with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
            kib = int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1])
        print(f"{self.id()}: {kib} KiB", file=sys.stderr)
        self.assertLess(kib, MOST_KIB)

    def test_large_messages_wait_for_a_slow_server(self):
        server = SlowServer()
        self.addCleanup(server.close)
        text = ("x" * 76 + "\n") * (MIB // 77)
        process = self.start(
            "batch", "-s", f"smtp://127.0.0.1:{server.port}", "--tls", "none",
            "--list", self.write("l.csv", rows_of(ROWS)), "--template",
            self.write("t.eml", TEMPLATE + text), "--connections",
            str(CONNECTIONS))
        for _ in range(CONNECTIONS):
            self.assertTrue(server.stuck.acquire(timeout=SECONDS))
        self.peak(process)
        server.go_on.set()
        for _ in range(60):
            self.assertTrue(server.taken.acquire(timeout=SECONDS))
        self.peak(process)
        process.kill()

    def test_a_large_attachment_stays_on_the_disk(self):
        octets = octets_of(40)
        file = self.write("large.bin", octets)
        digest = hashlib.sha256(octets).hexdigest()
        for words in ([], ["--chunking"], ["--to", "eve@example.org"]):
            with self.subTest(words):
                folder = self.folder()
                sink = self.sink("--dir", folder)
                run = self.send(sink, "--attach", file, *words,
                                preexec_fn=keep_to_little)
                self.assertEqual(run.code, 0, run.err)
                content, envelope = self.stored(folder)
                self.assertEqual(attached(content), digest)
                self.assertEqual(len(envelope["to"]), 1 + words.count("--to"))

    def test_a_large_message_is_shown_from_the_disk(self):
        octets = octets_of(40)
        file = self.write("large.bin", octets)
        rows = self.write("l.csv", rows_of(1))
        page = self.write("page.html", "<p>Hi {{name}}</p>")
        shown = os.path.join(self.folder(), "shown")
        for words in (["send", "--from", "a@x.org", "--to", "b@x.org"],
                      ["batch", "--list", rows, "--from", "a@x.org",
                       "--html", "@" + page]):
            with self.subTest(words[0]), open(shown, "wb") as out:
                run = self.start(*words, "--subject", "s", "--dry-run",
                                 "--text", "t", "--attach", file, stdout=out,
                                 preexec_fn=keep_to_little)
                self.assertEqual(run.wait(3 * SECONDS), 0, run.stderr.read())
            with open(shown, "rb") as content:
                self.assertEqual(attached(content.read()),
                                 hashlib.sha256(octets).hexdigest())

    def test_a_large_attachment_is_there_once_for_all_rows(self):
        octets = octets_of(8)
        file = self.write("large.bin", octets)
        for text in ("the same", "for {{name}}"):
            with self.subTest(text):
                folder = self.folder()
                sink = self.sink("--dir", folder)
                run = self.batch(sink, "--from", "a@x.org", "--subject", "s",
                                 "--text", text, "--attach", file,
                                 rows=rows_of(20), preexec_fn=keep_to_little)
                self.assertEqual(run.code, 0, run.err)
                for number in (1, 20):
                    content, _ = self.stored(folder, number)
                    self.assertEqual(attached(content),
                                     hashlib.sha256(octets).hexdigest())

    def test_a_large_attachment_leaves_no_connection_idle(self):
        server = SlowServer()
        self.addCleanup(server.close)
        process = self.start(
            "batch", "-s", f"smtp://127.0.0.1:{server.port}", "--tls", "none",
            "--list", self.write("l.csv", rows_of(100)), "--from", "a@x.org",
            "--subject", "s", "--text", "for {{name}}", "--connections",
            str(CONNECTIONS), "--attach",
            self.write("large.bin", octets_of(12)), preexec_fn=keep_to_little)
        for _ in range(CONNECTIONS):   # all of them have begun one
            self.assertTrue(server.stuck.acquire(timeout=SECONDS))
        process.kill()

    def test_large_standard_input_is_sent_whole(self):
        octets = octets_of(3)
        folder = self.folder()
        process = self.start("send", "--server", self.url(self.sink("--dir", folder)),
                             "--from", "a@x.org", "--to", "b@x.org",
                             "--attach", "-;name=x", "--text", "t",
                             stdin=subprocess.PIPE)
        run = self.finish(process, octets)
        self.assertEqual(run.code, 0, run.err)
        self.assertEqual(attached(self.stored(folder)[0]),
                         hashlib.sha256(octets).hexdigest())

    def test_many_rows_wait_to_be_tried_again(self):
        sink = self.sink("--reply", "rcpt=450 4.2.0 not now")
        process = self.start(
            "batch", "-s", self.url(sink), "--list",
            self.write("l.csv", rows_of(ROWS)), *self.template(),
            "--retry-wait", "3600", "--progress", "always", "--results",
            os.path.join(self.folder(), "r.jsonl"), bufsize=0)
        seen = b""
        while b"; 5000 wait to be tried again" not in seen:
            more = process.stderr.read(4096)
            self.assertTrue(more, seen)
            seen = seen[-200:] + more
        self.peak(process)
        process.kill()


if __name__ == "__main__":
    main()
