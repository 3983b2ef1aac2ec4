#!/usr/bin/env python3
"""What Wireshark sees: capture_test.py PROGRAM

Two network namespaces with a cable between them, posthaste at one end and its
sink at the other; what went over the cable is dissected by tshark. Exits with
77 where that cannot be done.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import real_server
from scripted import CERTS
from sink_talk import SECONDS

HERE = os.path.dirname(os.path.abspath(__file__))
SINK, PORT = "192.0.2.1", "2525"   # in a network of our own
CLIENT = "192.0.2.2"
PASSWORD = "wonder-land"


def run(*words, **more):
    done = subprocess.run(words, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=3 * SECONDS, check=False, **more)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr}")
    return done.stdout


def why_not():
    if os.geteuid() != 0:
        return "network namespaces need root"
    for program in ("ip", "tshark", "openssl"):
        if not real_server.which(program):
            return f"there is no {program} here"
    try:
        with namespaces():
            return None
    except RuntimeError as error:
        return f"there can be no network namespaces here: {error}"


@contextlib.contextmanager
def namespaces():
    """Two of them, joined: their names."""
    names = [f"posthaste-{os.getpid()}-{end}" for end in ("a", "b")]
    try:
        for name in names:
            run("ip", "netns", "add", name)
        run("ip", "-n", names[0], "link", "add", "cable", "type", "veth",
            "peer", "name", "cable", "netns", names[1])
        for name, address in zip(names, (SINK, CLIENT)):
            run("ip", "-n", name, "address", "add", address + "/24", "dev",
                "cable")
            run("ip", "-n", name, "link", "set", "cable", "up")
        yield names
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], check=False,
                           stderr=subprocess.DEVNULL)


class Frame(unittest.TestCase):
    program = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = folder.name
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.server, self.client = stack.enter_context(namespaces())

    def path(self, name):
        return os.path.join(self.dir, name)

    def start(self, namespace, *words):
        """A program that says when it is ready."""
        process = subprocess.Popen(
            ["ip", "netns", "exec", namespace, *words], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.stop, process)
        self.assertIn("listening", process.stdout.readline())
        return process

    @staticmethod
    def stop(process):
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()

    def capture(self, sink_options, *options, env=None):
        """One message over the cable: the file of its frames. A command waits
        for its reply: Wireshark takes what rides behind a dot for content."""
        self.start(self.server, self.program, "sink", "--listen",
                   f"{SINK}:{PORT}", *sink_options)
        frames = self.start(self.client, sys.executable,
                            os.path.join(HERE, "capture.py"), "cable",
                            self.path("pcap"))
        run("ip", "netns", "exec", self.client, self.program, "send",
            "--server", f"smtp://{SINK}:{PORT}", "--from", "alice@crepes.fr",
            "--to", "bob@hamburger.edu", "--subject", "Ketchup", "--text",
            "Do you like ketchup?", "--without", "PIPELINING", *options, env={**os.environ, **(env or {})})
        frames.stdin.close()
        self.assertEqual(0, frames.wait(SECONDS))
        return self.path("pcap")

    def dissect(self, pcap, which, *fields, keys=None):
        """Fields of the frames that a display filter finds, without the empty
        ones."""
        words = ["tshark", "-r", pcap, "-2", "-d", f"tcp.port=={PORT},smtp",
                 "-Y", which, "-T", "fields"]
        for field in fields:
            words += ["-e", field]
        if keys:
            words += ["-o", f"tls.keylog_file:{keys}"]
        lines = run(*words, env={**os.environ, "HOME": self.dir}).splitlines()
        return [value for line in lines for cell in line.split("\t")
                for value in cell.split(",") if value]


class InClear(Frame):
    """What a course wants to be shown: an address is asked for, a connection is
    made, and a message goes over it."""

    def test_arp_tcp_and_smtp(self):
        pcap = self.capture([], "--tls", "none")
        self.assertEqual(
            [SINK, CLIENT],
            self.dissect(pcap, f"arp && arp.dst.proto_ipv4 == {SINK} || "
                         f"arp.src.proto_ipv4 == {SINK}",
                         "arp.dst.proto_ipv4")[:2])
        self.assertEqual(   # SYN, SYN ACK; FIN at both ends; no RST
            ["1", "1"], self.dissect(pcap, "tcp.flags.syn == 1",
                                     "tcp.flags.syn"))
        self.assertEqual(2, len(self.dissect(pcap, "tcp.flags.fin == 1",
                                             "frame.number")))
        self.assertEqual([], self.dissect(pcap, "tcp.flags.reset == 1",
                                          "frame.number"))
        self.assertEqual(
            ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"],
            self.dissect(pcap, "smtp.req.command", "smtp.req.command"))
        self.assertEqual(
            ["220", "250", "250", "250", "354", "250", "221"],
            self.dissect(pcap, "smtp.response.code", "smtp.response.code"))
        self.assertEqual(["Ketchup"], self.dissect(pcap, "imf",
                                                   "imf.subject"))
        self.assertEqual([], self.dissect(pcap, "_ws.malformed",
                                          "frame.number"))


class Encrypted(Frame):
    """STARTTLS, read with the secrets of --tls-keylog."""

    def setUp(self):
        super().setUp()
        run(sys.executable, CERTS, self.path("tls"))
        self.sink_options = ["--tls-cert", self.path("tls/server.pem"),
                             "--tls-key", self.path("tls/server.key"),
                             "--user", "alice", "--password", PASSWORD]
        self.options = ["--tls-ca", self.path("tls/ca.pem"), "--tls-name",
                        "localhost", "--user", "alice", "--password",
                        PASSWORD]

    def assert_readable(self, pcap, keys):
        # It takes four letters for a command.
        commands = self.dissect(pcap, "smtp.req.command", "smtp.req.command",
                                keys=keys)
        self.assertEqual(["EHLO", "STAR", "EHLO", "AUTH", "MAIL", "RCPT",
                          "DATA", "QUIT"], commands)
        self.assertEqual(["Ketchup"], self.dissect(pcap, "imf", "imf.subject",
                                                   keys=keys))

    def test_with_the_key_log(self):
        keys = self.path("keys")
        pcap = self.capture(self.sink_options, *self.options,
                            "--tls-keylog", keys)
        self.assert_readable(pcap, keys)
        self.assertEqual(0, os.stat(keys).st_mode & 0o077)
        # And without it, as anybody on the way sees it.
        self.assertEqual(["EHLO", "STAR"],
                         self.dissect(pcap, "smtp.req.command",
                                      "smtp.req.command"))
        with open(pcap, "rb") as frames:
            octets = frames.read()
        self.assertIn(b"STARTTLS\r\n", octets)
        for secret in (b"Ketchup", b"bob@hamburger.edu", b"AUTH PLAIN "):
            self.assertNotIn(secret, octets)

    def test_with_the_environment(self):
        keys = self.path("keys")
        pcap = self.capture(self.sink_options, *self.options,
                            env={"SSLKEYLOGFILE": keys})
        self.assert_readable(pcap, keys)

    def test_its_end_is_announced(self):
        # TL-11: an alert record, close_notify, from each end.
        keys = self.path("keys")
        pcap = self.capture(self.sink_options, *self.options,
                            "--tls-keylog", keys)
        self.assertIn("0", self.dissect(
            pcap, f"tls.alert_message && ip.src == {CLIENT}",
            "tls.alert_message.desc", keys=keys))


def main():
    Frame.program = os.path.abspath(sys.argv.pop(1))
    reason = why_not()
    if reason:
        print(f"skipped: {reason}")
        return 77
    unittest.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
