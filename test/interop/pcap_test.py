#!/usr/bin/env python3
"""What --pcap writes, and what Wireshark makes of it: pcap_test.py PROGRAM

Exits with 77 where there is no tshark.
"""

import glob
import json
import os
import shutil
import subprocess
import sys
import unittest

import sink_talk
from cli_talk import CliTest
from sink_talk import SECONDS, Sink

PASSWORD = "wonder-land"
LOGIN = ["--user", "alice", "--password", PASSWORD]
ENVELOPE = ["EHLO", "STAR", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]


class Pcap(CliTest):
    def setUp(self):
        self.pcap = os.path.join(self.folder(), "mail.pcapng")
        self.trust = ["--tls-ca", self.cert, *LOGIN, "--pcap", self.pcap]

    def tls_sink(self, *options, **more):
        return self.sink(*self.tls, *LOGIN, *options, **more)

    def tshark(self, *words):
        """Checksums are looked at, too."""
        done = subprocess.run(
            ["tshark", "-2", "-r", self.pcap, "-o", "tcp.check_checksum:TRUE",
             "-o", "ip.check_checksum:TRUE", *words], text=True, check=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, timeout=3 * SECONDS,
            env={**os.environ, "HOME": self.folder()})
        return done.stdout

    def fields(self, which, *fields):
        words = [word for field in fields for word in ("-e", field)]
        lines = self.tshark("-Y", which, "-T", "fields", *words).splitlines()
        return [value for line in lines for cell in line.split("\t")
                for value in cell.split(",") if value]

    def commands(self):
        return self.fields("smtp.req.command", "smtp.req.command")

    def codes(self):
        return self.fields("smtp.response.code", "smtp.response.code")

    def assert_sound(self, secret=PASSWORD):
        self.assertEqual("", self.tshark(
            "-Y", "_ws.malformed || tcp.checksum.status == 0 || "
            "ip.checksum.status == 0 || tcp.analysis.flags || tls || "
            "_ws.expert.severity == error"))
        with open(self.pcap, "rb") as octets:
            text = octets.read()
        self.assertNotIn(secret.encode(), text)
        self.assertNotIn(b"d29uZGVyLWxhbm", text)   # in base64, mostly
        self.assertEqual(0, os.stat(self.pcap).st_mode & 0o077)

    def contents(self):
        """The messages that Wireshark finds."""
        folder = self.folder()
        self.tshark("--export-objects", f"imf,{folder}")
        found = []
        for path in sorted(glob.glob(os.path.join(folder, "*"))):
            with open(path, "rb") as content:
                found.append(content.read())
        return found

    def test_what_tls_hides_is_in_the_clear(self):
        kept = self.folder()
        run = self.send(self.tls_sink("--dir", kept), *self.trust)
        self.assertEqual(0, run.code, run.err)
        self.assertEqual(ENVELOPE, self.commands())
        self.assertEqual(["220", "250", "220", "250", "235", "250", "250",
                          "354", "250", "221"], self.codes())
        self.assertEqual([self.stored(kept)[0]], self.contents())
        self.assert_sound()
        with open(self.pcap, "rb") as octets:
            self.assertIn(b"AUTH PLAIN ********", octets.read())

    def test_a_large_message_in_many_segments(self):
        # Its end may fall anywhere; dots at the beginning of lines are stuffed.
        kept = self.folder()
        lines = "".join(f".{i}\r\n" for i in range(40000))
        message = self.write("m.eml", "Subject: big\r\n\r\n" + lines)
        run = self.posthaste("send", "-s", self.url(
            self.tls_sink("--dir", kept)), *self.trust, "-m", message,
            "--from", "a@x.org", "--to", "b@x.org")
        self.assertEqual(0, run.code, run.err)
        self.assertEqual(ENVELOPE, self.commands())
        whole = self.stored(kept)[0]
        self.assertGreater(len(whole), 200000)
        self.assertEqual([whole], [content.replace(b"\r\n..", b"\r\n.")
                                   for content in self.contents()])
        self.assert_sound()

    def test_a_batch_with_results(self):
        # The last octets of a content wait until it is written down.
        rows = self.write("l.txt", "".join(f"r{i}@x.org\n" for i in range(9)))
        template = self.write("t.eml", "To: {{to}}\nSubject: s\n\nHi\n")
        run = self.posthaste(
            "batch", "-s", self.url(self.tls_sink()), *self.trust, "--from",
            "a@x.org", "--list", rows, "--template", template, "--results",
            os.path.join(self.folder(), "results"), "--connections", "3",
            "--json")
        self.assertEqual(0, run.code, run.err)
        sessions = 3
        self.assertEqual(2 * sessions, len(set(self.fields("tcp",
                                                           "tcp.stream"))))
        commands = self.commands()
        for verb, count in (("MAIL", 9), ("RCPT", 9), ("DATA", 9),
                            ("AUTH", sessions), ("QUIT", sessions)):
            self.assertEqual(count, commands.count(verb), verb)
        self.assertEqual(9, len(self.contents()))
        self.assert_sound()

    def test_ipv6_and_unix_sockets(self):
        # What is no TCP gets addresses, and says so.
        path = os.path.join(self.folder(), "s")
        places = {"[::1]:0": lambda sink: f"smtp://localhost:{sink.port}",
                  f"unix:{path}": lambda sink: f"smtp+unix://{path}"}
        for listen, url in places.items():
            with self.subTest(listen):
                try:
                    sink = self.sink(listen=listen)
                except AssertionError as error:
                    self.skipTest(str(error))   # no IPv6 here
                run = self.posthaste(
                    "send", "-s", url(sink), "--pcap", self.pcap, "--tls",
                    "none", "--from", "a@x.org", "--to", "b@x.org",
                    "--subject", "s", "--text", "t")
                self.assertEqual(0, run.code, run.err)
                self.assertEqual(["EHLO", "MAIL", "RCPT", "DATA", "QUIT"],
                                 self.commands())
                words = self.fields("frame.comment", "frame.comment")
                self.assertIn("no TCP" if path in listen else "is shown as 25",
                              words[0])
                self.assert_sound()

    def test_a_probe(self):
        run = self.posthaste("probe", "-s", self.url(self.tls_sink()),
                             "--tls-ca", self.cert, "--pcap", self.pcap)
        self.assertEqual(0, run.code, run.err)
        self.assertEqual(["EHLO", "STAR", "EHLO", "NOOP", "QUIT"],
                         self.commands())
        self.assert_sound()

    def test_a_load(self):
        message = self.write("m.eml", "Subject: s\n\nHi\n")
        run = self.posthaste(
            "load", "-s", self.url(self.tls_sink()), *self.trust, "-m",
            message, "--from", "a@x.org", "--to", "b@x.org", "--count", "20",
            "--connections", "4")
        self.assertEqual(0, run.code, run.err)
        self.assertEqual(20, self.commands().count("DATA"))
        self.assert_sound()

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_a_full_disk_is_said_once(self):
        run = self.send(self.sink(), "--tls", "none", "--pcap", "/dev/full",
                        "--json")
        self.assertEqual("accepted", json.loads(run.out)["outcome"])
        self.assertEqual(0, run.code)
        self.assertEqual(1, run.err.count("/dev/full cannot be written"),
                         run.err)

    def test_no_file_no_mail(self):
        run = self.send(self.sink(), "--pcap", "/nowhere/x")
        self.assertEqual(66, run.code, run.err)
        self.assertIn("posthaste: /nowhere/x cannot be written", run.err)


if __name__ == "__main__":
    if not shutil.which("tshark"):
        print("skipped: there is no tshark here")
        sys.exit(77)
    sink_talk.main()
