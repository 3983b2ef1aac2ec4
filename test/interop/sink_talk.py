"""posthaste sink as a process, raw connections to it, and a frame for tests."""

import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest

SECONDS = 20
GROUP = (b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\n"
         b"RCPT TO:<c@example.org>\r\nDATA\r\n")


class Sink:
    """A running sink: its name, what it prints, and its end."""

    program = None

    def __init__(self, *options, listen="127.0.0.1:0", restore_signals=True):
        self.process = subprocess.Popen(
            [Sink.program, "sink", "--listen", listen, *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            restore_signals=restore_signals)
        first = self.process.stdout.readline()
        assert first.startswith("listening on "), first + self.error()
        self.name = first[len("listening on "):].rstrip("\n")
        self.port = 0
        if not self.name.startswith("unix:"):
            self.port = int(self.name.rsplit(":", 1)[1])

    def error(self):
        self.process.wait(SECONDS)
        return self.process.stderr.read()

    def line(self):
        return self.process.stdout.readline().rstrip("\n")

    def wait(self):
        return self.process.wait(SECONDS)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


class Talk:
    """One raw connection; replies are read whole."""

    def __init__(self, sink, greet=True):
        if sink.port:
            self.socket = socket.create_connection(("127.0.0.1", sink.port),
                                                   SECONDS)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(SECONDS)
            self.socket.connect(sink.name[len("unix:"):])
        self.rest = b""
        if greet:
            assert self.reply().startswith("220")

    def send(self, data):
        self.socket.sendall(data)

    def line(self):
        while b"\n" not in self.rest:
            more = self.socket.recv(4096)
            if not more:
                return None
            self.rest += more
        line, self.rest = self.rest.split(b"\n", 1)
        assert line.endswith(b"\r"), line
        return line[:-1].decode()

    def reply(self):
        """The last line of a reply, or None where the connection ends."""
        while True:
            line = self.line()
            if line is None or line[3:4] != "-":
                return line

    def say(self, text):
        self.send(text.encode() + b"\r\n")
        return self.reply()

    def hello(self):
        self.send(b"EHLO client.test\r\n")
        lines = [self.line()]
        while lines[-1][3] == "-":
            lines.append(self.line())
        return [line[4:] for line in lines[1:]]

    def secure(self):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket)

    def close(self):
        self.socket.close()


class SinkTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.cert = os.path.join(folder.name, "cert.pem")
        cls.key = os.path.join(folder.name, "key.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-days", "2", "-keyout", cls.key, "-out", cls.cert],
            check=True, capture_output=True)
        cls.tls = ["--tls-cert", cls.cert, "--tls-key", cls.key]

    def sink(self, *options, **more):
        sink = Sink(*options, **more)
        self.addCleanup(sink.close)
        return sink

    def talk(self, sink, **more):
        talk = Talk(sink, **more)
        self.addCleanup(talk.close)
        return talk

    @staticmethod
    def run_program(*words):
        """A run that ends by itself."""
        return subprocess.run([Sink.program, *words], text=True, check=False,
                              capture_output=True, timeout=SECONDS,
                              stdin=subprocess.DEVNULL)

    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return folder.name

    def stored(self, folder, number=1):
        path = os.path.join(folder, f"{number:06d}")
        with open(path + ".eml", "rb") as content:
            with open(path + ".json", encoding="utf-8") as envelope:
                return content.read(), json.load(envelope)

    def deliver(self, talk, content=b"hello\r\n"):
        """One message; the reply to its end."""
        talk.send(b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\n"
                  b"DATA\r\n")
        codes = [talk.reply()[:3] for _ in range(3)]
        self.assertEqual(codes, ["250", "250", "354"])
        talk.send(content + b".\r\n")
        return talk.reply()


def main():
    """Runs the tests of the program that the first argument names."""
    Sink.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()
