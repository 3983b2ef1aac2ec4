#!/usr/bin/env python3
"""Which way connections go, and what is said where TLS is on one side only:
cli_network_test.py PROGRAM

Proxies of a page each (SOCKS 5, CONNECT) are between the program and the sink.
"""

import base64
import socket
import threading
import unittest
from types import SimpleNamespace

from cli_talk import CliTest
from sink_talk import SECONDS, main


def exactly(sock, count):
    data = b""
    while len(data) < count:
        piece = sock.recv(count - len(data))
        if not piece:
            raise OSError("closed")
        data += piece
    return data


def pour(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Proxy:
    """Where clients wanted to go is in `asked`, who they were in `users`."""

    def __init__(self, test, speak, secret=None, goes_to=None):
        self.speak, self.secret, self.goes_to = speak, secret, goes_to
        self.asked, self.users = [], []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.threads = [threading.Thread(target=self.serve)]
        self.threads[0].start()
        test.addCleanup(self.close)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for thread in self.threads:
            thread.join(SECONDS)

    def serve(self):
        while True:
            try:
                client = self.socket.accept()[0]
            except OSError:
                return
            client.settimeout(SECONDS)
            self.threads.append(threading.Thread(target=self.carry,
                                                 args=(client,)))
            self.threads[-1].start()

    def carry(self, client):
        with client:
            try:
                place = self.speak(self, client)
                if not place:
                    return
                self.asked.append(place)
                with socket.create_connection(self.goes_to) as server:
                    back = threading.Thread(target=pour, args=(server, client))
                    back.start()
                    pour(client, server)
                    back.join(SECONDS)
            except OSError:
                pass


def socks5(proxy, client):                     # RFC 1928, RFC 1929
    methods = exactly(client, exactly(client, 2)[1])
    method = 2 if proxy.secret else 0
    client.sendall(bytes([5, method if method in methods else 255]))
    if method == 2:
        user = exactly(client, exactly(client, 2)[1])
        password = exactly(client, exactly(client, 1)[0])
        proxy.users.append(user + b":" + password)
        good = proxy.users[-1] == proxy.secret
        client.sendall(bytes([1, 0 if good else 1]))
        if not good:
            return None
    kind = exactly(client, 4)[3]
    size = {1: 4, 4: 16}.get(kind) or exactly(client, 1)[0]
    host = exactly(client, size)
    port = int.from_bytes(exactly(client, 2), "big")
    client.sendall(bytes([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
    return (host.decode() if kind == 3 else host, port)


def connect(proxy, client):                    # RFC 9110 9.3.6
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += exactly(client, 1)
    lines = head.decode().split("\r\n")
    for line in lines[1:]:
        if line.lower().startswith("proxy-authorization: basic "):
            proxy.users.append(base64.b64decode(line.split(" ")[2]))
    if proxy.secret and proxy.users[-1:] != [proxy.secret]:
        client.sendall(b"HTTP/1.1 407 Not you\r\n\r\n")
        return None
    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    host, _, port = lines[0].split(" ")[1].rpartition(":")
    return host, int(port)


class Proxies(CliTest):
    KINDS = (("socks5", socks5), ("http", connect))

    def through(self, proxy, scheme, *words, user=""):
        """The server's name means nothing here: the proxy looks it up."""
        return self.posthaste(
            "send", "-s", "smtp://mx.invalid:2525", "--proxy",
            f"{scheme}://{user}127.0.0.1:{proxy.port}", "--from", "a@x.org",
            "--to", "b@x.org", "--text", "x", "--json", *words)

    def test_a_proxy_is_told_the_name(self):
        sink = self.sink()
        for scheme, speak in self.KINDS:
            proxy = Proxy(self, speak, goes_to=("127.0.0.1", sink.port))
            run = self.through(proxy, scheme)
            self.assert_fate(run, 0, "accepted", "content")
            self.assertEqual(proxy.asked, [("mx.invalid", 2525)])

    def test_tls_goes_through_it(self):
        sink = self.sink(*self.tls)
        for scheme, speak in self.KINDS:
            proxy = Proxy(self, speak, goes_to=("127.0.0.1", sink.port))
            run = self.through(proxy, scheme, "--tls", "required", "--tls-ca",
                               self.cert, "--tls-name", "localhost")
            self.assert_fate(run, 0, "accepted", "content")

    def test_it_may_want_a_user(self):
        sink = self.sink()
        for scheme, speak in self.KINDS:
            proxy = Proxy(self, speak, secret=b"ann:p@w",
                          goes_to=("127.0.0.1", sink.port))
            run = self.through(proxy, scheme, user="ann:p%40w@")
            self.assert_fate(run, 0, "accepted", "content")
            run = self.through(proxy, scheme, user="ann:sesame@")
            self.assert_fate(run, 75, "unsent", "connect")
            self.assertIn("refuses user and password", run.err)
            self.assertNotIn("sesame", run.err)                     # U38

    def test_one_that_is_not_there_is_named(self):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            place = SimpleNamespace(port=nobody.getsockname()[1])
            run = self.through(place, "socks5")
        self.assert_fate(run, 75, "unsent", "connect")
        self.assertIn(f"proxy 127.0.0.1:{place.port}", run.err)


class Ends(CliTest):
    def test_our_end_is_the_one_that_was_said(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(SECONDS)
            process = self.start(
                "send", "-s", f"smtp://127.0.0.1:{server.getsockname()[1]}",
                "--bind", "127.0.0.77", "--from", "a@x.org", "--to", "b@x.org",
                "--text", "x")
            client, peer = server.accept()
            client.close()
            self.assertEqual(peer[0], "127.0.0.77")
            self.assertEqual(self.finish(process).code, 75)

    def test_an_address_of_another_machine_is_told(self):
        run = self.send(self.sink(), "--bind", "192.0.2.1", "--json")
        self.assert_fate(run, 75, "unsent", "connect")

    def test_a_family_rules_the_other_out(self):
        sink = self.sink()
        for option, code in (("--ipv4", 0), ("--ipv6", 75)):
            run = self.posthaste("send", "-s", f"smtp://127.0.0.1:{sink.port}",
                                 option, "--from", "a@x.org", "--to", "b@x.org",
                                 "--text", "x")
            self.assertEqual(run.code, code, run.err)


class OneSideOnly(CliTest):                                         # U11
    def test_tls_to_a_port_that_speaks_in_clear(self):
        sink = self.sink()
        run = self.posthaste("send", "-s", self.url(sink, "smtps"), "--from",
                             "a@x.org", "--to", "b@x.org", "--text", "x",
                             "--json")
        self.assert_fate(run, 76, "unsent", "tls")
        self.assertIn("speaks in clear text here", run.err)
        self.assertIn("use smtp://", run.err)

    def test_clear_text_to_a_port_that_waits_for_tls(self):
        sink = self.sink(*self.tls, "--implicit-tls")
        run = self.send(sink, "--json", "--timeout", "1")
        self.assert_fate(run, 75, "unsent", "greeting")
        self.assertIn("use smtps://", run.err)

    def test_silence_is_remarked_upon_before_it_ends(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(SECONDS)
            process = self.start(
                "send", "-s", f"smtp://127.0.0.1:{server.getsockname()[1]}",
                "-v", "--from", "a@x.org", "--to", "b@x.org", "--text", "x")
            client = server.accept()[0]
            process.stderr.readline()       # the connection
            first = process.stderr.readline().decode()
            client.close()
            self.finish(process)
        self.assertIn("says nothing: if it expects TLS from the first byte, "
                      "use smtps://", first)

    def test_a_server_that_answers_with_a_record_of_tls(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(SECONDS)
            process = self.start(
                "send", "-s", f"smtp://127.0.0.1:{server.getsockname()[1]}",
                "--from", "a@x.org", "--to", "b@x.org", "--text", "x")
            client = server.accept()[0]
            client.sendall(b"\x15\x03\x03\x00\x02\x02\x0a\r\n")
            run = self.finish(process)
            client.close()
        self.assertEqual(run.code, 76, run.err)
        self.assertIn("use smtps://", run.err)

    def test_port_465_without_smtps_is_remarked_upon(self):
        run = self.posthaste("send", "-s", "smtp://127.0.0.1:465", "--timeout",
                             "1", "--from", "a@x.org", "--to", "b@x.org",
                             "--text", "x")
        self.assertIn("port 465 usually speaks TLS from the first byte",
                      run.err)


if __name__ == "__main__":
    main()
