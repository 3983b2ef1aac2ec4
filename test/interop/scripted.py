"""A server that does what a test says, one function for each connection, with
TLS by Python's ssl; and a frame for tests that use it."""

import os
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading

from cli_talk import CliTest
from sink_talk import SECONDS

CERTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir,
                     "certs.py")


class Gone(Exception):
    """The client has left, or does not say what the script waits for."""


class Guest:
    """One connection: what it said, line by line, and how to answer."""

    def __init__(self, connection, folder):
        self.socket, self.folder = connection, folder
        self.clear = []      # lines heard before TLS
        self.secret = []     # and within it
        self.first = b""     # the first octet that ever came
        self.raw = b""       # what listen() heard
        self.rest = b""
        self.tls = None      # its version, once up
        self.sni = None
        self.failure = None  # of the handshake, in words

    def send(self, octets):
        self.socket.sendall(octets)

    def say(self, *lines):
        """One write for all of them, as a server that answers at once."""
        self.send("".join(line + "\r\n" for line in lines).encode())

    def more(self):
        octets = self.socket.recv(65536)
        self.first = self.first or octets[:1]
        return octets

    def hear(self):
        """The next line, kept; Gone where there is none."""
        while b"\n" not in self.rest:
            octets = self.more()
            if not octets:
                raise Gone("the client has left")
            self.rest += octets
        line, self.rest = self.rest.split(b"\n", 1)
        text = line.rstrip(b"\r").decode("utf-8", "replace")
        (self.secret if self.tls else self.clear).append(text)
        return text

    def expect(self, verb):
        line = self.hear()
        if not line.upper().startswith(verb):
            raise Gone(f"{line} in the place of {verb}")
        return line

    def alone(self, verb):
        """As expect(), and nothing may ride behind it."""
        line = self.expect(verb)
        assert not self.rest, f"{self.rest!r} behind {line}"
        return line

    def listen(self):
        """All that comes until the client leaves."""
        while octets := self.more():
            self.raw += octets

    def hello(self):
        """Waits for the ClientHello, and leaves it to be read."""
        self.first = self.first or self.socket.recv(1, socket.MSG_PEEK)
        return self.socket.recv(1, socket.MSG_PEEK)

    def secure(self, name="server", **settings):
        """TLS with the certificate NAME; Gone where it fails."""
        assert not self.rest, f"{self.rest!r} before TLS"
        self.hello()
        context = self.context(name, **settings)
        try:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        except OSError as error:   # ssl.SSLError is one
            self.failure = str(error)
            raise Gone(self.failure) from error
        self.tls = self.socket.version()
        return True

    def context(self, name, oldest=ssl.TLSVersion.MINIMUM_SUPPORTED,
                newest=ssl.TLSVersion.MAXIMUM_SUPPORTED, ciphers=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if ciphers:   # first: they bring a level that keys are held to
            context.set_ciphers(ciphers)
        context.load_cert_chain(os.path.join(self.folder, name + ".pem"),
                                os.path.join(self.folder, name + ".key"))
        context.sni_callback = self.hear_name
        context.minimum_version = oldest
        context.maximum_version = newest
        return context

    def hear_name(self, _, name, __):
        self.sni = name

    def leave(self):
        """A FIN, also within TLS: no close_notify."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               struct.pack("ii", 1, 0))
        self.socket.close()

    # ---- the usual ----

    def greet(self, *extensions):
        self.say("220 scripted.test ESMTP")
        self.answer_ehlo(*extensions)

    def answer_ehlo(self, *extensions):
        self.expect("EHLO")
        lines = ["scripted.test", *extensions]
        self.say(*(f"250{'-' if line != lines[-1] else ' '}{line}"
                   for line in lines))

    def start_tls(self, name="server", **settings):
        """From the greeting to the handshake."""
        self.greet("STARTTLS")
        self.expect("STARTTLS")
        self.say("220 go")
        self.secure(name, **settings)

    def part(self):
        """Whatever else is said is kept; QUIT gets its answer."""
        while self.hear().upper() != "QUIT":
            pass
        self.say("221 bye")

    def take_content(self):
        while self.hear() != ".":
            pass

    def take_mail(self, goodbye=True):
        """A message, command by command."""
        for verb in ("MAIL", "RCPT"):
            self.expect(verb)
            self.say("250 2.1.0 ok")
        self.expect("DATA")
        self.say("354 go")
        self.take_content()
        self.say("250 2.0.0 taken")
        if goodbye:
            self.expect("QUIT")
            self.say("221 bye")

    def lines(self):
        return self.clear + self.secret

    def verbs(self):
        return [line.split(" ")[0].upper() for line in self.lines()]


class Scripted:
    """Listens; connection N gets script N, those behind the last one that one.
    What goes wrong in a script is found by close()."""

    def __init__(self, folder, *scripts):
        self.folder, self.scripts = folder, scripts
        self.guests, self.threads, self.problems = [], [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.listening = threading.Thread(target=self.accept)
        self.listening.start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.settimeout(SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            script = self.scripts[min(len(self.guests),
                                      len(self.scripts) - 1)]
            self.guests.append(Guest(connection, self.folder))
            self.threads.append(threading.Thread(
                target=self.follow, args=(script, self.guests[-1])))
            self.threads[-1].start()

    def follow(self, script, guest):
        try:
            script(guest)
        except (Gone, ConnectionError, ssl.SSLError):
            pass   # the tests look at what was heard
        except Exception as problem:   # pylint: disable=broad-except
            self.problems.append(problem)
        finally:
            guest.socket.close()

    def close(self):
        """Waits for the scripts."""
        if self.listener.fileno() < 0:
            return
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.listening.join()
        for thread in self.threads:
            thread.join()
        if self.problems:
            raise self.problems[0]


class ScriptedTest(CliTest):
    """Tests against such servers; self.certs has what certs.py makes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.certs = folder.name
        subprocess.run([sys.executable, CERTS, cls.certs], check=True,
                       stdout=subprocess.DEVNULL)
        cls.trust = ["--tls-ca", os.path.join(cls.certs, "ca.pem")]

    def serve(self, *scripts):
        server = Scripted(self.certs, *scripts)
        self.addCleanup(server.close)
        return server

    def run_against(self, script, *words, **more):
        """One send to a server of that script: (the run, its connections)."""
        scripts = script if isinstance(script, tuple) else (script,)
        server = self.serve(*scripts)
        run = self.send(server, "--json", "-v", *self.trust, *words, **more)
        server.close()
        return run, server.guests

    def assert_kept_to_itself(self, guests):
        """Nobody heard more than a client says before it trusts."""
        for guest in guests:
            for line in guest.lines():
                self.assertRegex(line, r"^(EHLO|HELO|STARTTLS|QUIT)( |$)")
