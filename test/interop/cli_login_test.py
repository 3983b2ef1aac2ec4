#!/usr/bin/env python3
"""Passwords, tokens, commands that print them, certificates:
cli_login_test.py PROGRAM

A server of a page here knows XOAUTH2, OAUTHBEARER and EXTERNAL, which the sink
does not, and tokens that are good or not.
"""

import base64
import os
import select
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import unittest

from cli_talk import CliTest
from sink_talk import SECONDS, main


def b64(text):
    return base64.b64encode(text.encode()).decode()


class TokenServer:
    """SMTP over TLS from the first octet. Takes `good` as a token; notes every
    answer to AUTH."""

    def __init__(self, test, good="", offers="XOAUTH2", wants_cert=None,
                 tls=ssl.TLSVersion.TLSv1_3):
        self.good, self.offers, self.wants_cert = good, offers, wants_cert
        self.said, self.names, self.mails = [], [], 0
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.maximum_version = tls
        self.context.load_cert_chain(test.cert, test.key)
        if wants_cert:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(wants_cert)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()
        test.addCleanup(self.close)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(SECONDS)

    def serve(self):
        while True:
            try:
                raw = self.socket.accept()[0]
            except OSError:
                return
            raw.settimeout(SECONDS)
            try:
                with self.context.wrap_socket(raw, server_side=True) as tls:
                    self.talk(tls, tls.makefile("rwb"))
            except (OSError, ValueError):
                pass

    def talk(self, tls, file):
        def say(line):
            file.write(line.encode() + b"\r\n")
            file.flush()

        say("220 tokens.test ESMTP")
        while line := file.readline().decode().rstrip("\r\n"):
            verb, _, rest = line.partition(" ")
            if verb == "EHLO":
                say("250-tokens.test\r\n250 AUTH " + self.offers)
            elif verb == "AUTH":
                self.auth(tls, file, say, *rest.split(" ", 1))
            elif verb == "DATA":
                say("354 go on")
                while file.readline() != b".\r\n":
                    pass
                self.mails += 1
                say("250 2.0.0 taken")
            else:
                say("221 bye" if verb == "QUIT" else "250 2.0.0 fine")
                if verb == "QUIT":
                    return

    def auth(self, tls, file, say, mechanism, answer=None):
        if answer is None:       # too long to go with AUTH
            say("334 ")
            answer = file.readline().decode().rstrip("\r\n")
        if mechanism == "EXTERNAL":
            subject = dict(part[0] for part in tls.getpeercert()["subject"])
            self.names.append(subject["commonName"])
        self.said.append((mechanism, answer))
        if mechanism == "EXTERNAL" or \
                f"Bearer {self.good}\x01" in base64.b64decode(answer).decode():
            say("235 2.7.0 welcome")
            return
        if mechanism == "XOAUTH2":
            say("334 " + b64('{"status":"400","schemes":"Bearer"}'))
            self.said.append(("then", file.readline().decode().strip()))
        say("535 5.7.8 Username and Password not accepted")


class Recorder:
    """Stands before a server, and writes down one connection as tcpdump
    would."""

    def __init__(self, test, port):
        self.to, self.pieces = ("127.0.0.1", port), []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(SECONDS)
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.carry)
        self.thread.start()
        test.addCleanup(self.socket.close)

    def carry(self):
        client = self.socket.accept()[0]
        server = socket.create_connection(self.to)
        with client, server:
            while True:
                for end in select.select([client, server], [], [], SECONDS)[0]:
                    data = end.recv(4096)
                    if not data:
                        return
                    self.pieces.append((end is client, data))
                    (server if end is client else client).sendall(data)

    def write(self, path):
        """libpcap's format: raw IPv4, checksums left out."""
        self.thread.join(SECONDS)
        ports, at = {True: (40000, 25), False: (25, 40000)}, [1, 1]
        with open(path, "wb") as out:
            out.write(struct.pack("=IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535,
                                  101))
            for number, (ours, data) in enumerate(self.pieces):
                tcp = struct.pack("!HHIIBBHHH", *ports[ours], at[ours],
                                  at[not ours], 0x50, 0x18, 65535, 0, 0)
                ends = [bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])]
                ip = struct.pack("!BBHHHBBH", 0x45, 0, 40 + len(data), number,
                                 0, 64, 6, 0) + ends[not ours] + ends[ours]
                size = 40 + len(data)
                out.write(struct.pack("=IIII", 0, number, size, size))
                out.write(ip + tcp + data)
                at[ours] += len(data)


class Login(CliTest):
    def to(self, server, *words, **more):
        return self.posthaste(
            "send", "-s", f"smtps://localhost:{server.port}", "--tls-ca",
            self.cert, "--from", "a@x.org", "--to", "b@x.org", "--text", "x",
            "--json", *words, **more)

    def script(self, text):
        path = self.write("command", "#!/bin/sh\n" + text)
        os.chmod(path, 0o700)
        return path


class Tokens(Login):
    def test_a_refused_token_is_asked_for_again_once(self):         # U29
        server = TokenServer(self, good="new-token")
        count = os.path.join(self.folder(), "count")
        command = self.script(f"if test -e {count}; then echo new-token; "
                              f"else touch {count}; echo old-token; fi\n")
        run = self.to(server, "-v", "--user", "ann",
                      "--oauth-token-command", command)
        self.assert_fate(run, 0, "accepted", "content")
        tries = [base64.b64decode(answer).decode()
                 for word, answer in server.said if word == "XOAUTH2"]
        self.assertEqual(tries, [f"user=ann\x01auth=Bearer {token}\x01\x01"
                                 for token in ("old-token", "new-token")])
        self.assertNotIn("-token\n", run.err)                       # U38
        self.assertNotIn(server.said[0][1], run.err)

    def test_a_token_that_stays_wrong_fails_after_two_logins(self):
        server = TokenServer(self, good="another")
        run = self.to(server, "--user", "ann", "--oauth-token-command",
                      "echo bad-token")
        fate = self.assert_fate(run, 77, "unsent", "auth")
        self.assertEqual(fate["code"], 535)
        self.assertEqual([w for w, _ in server.said].count("XOAUTH2"), 2)
        self.assertIn("(auth XOAUTH2: 535 5.7.8 Username and Password not "
                      "accepted): the token may have expired", run.err)  # U12
        self.assertNotIn("bad-token", run.err + run.out)

    def test_a_fixed_token_is_tried_once(self):
        server = TokenServer(self, good="another")
        run = self.to(server, "--user", "ann", "--oauth-token", "t")
        self.assert_fate(run, 77, "unsent", "auth")
        self.assertEqual([w for w, _ in server.said].count("XOAUTH2"), 1)

    def test_a_token_comes_from_a_file_or_the_command_line(self):
        server = TokenServer(self, good="t0", offers="XOAUTH2 OAUTHBEARER")
        path = self.write("token", "t0\n")
        self.assert_fate(self.to(server, "--user", "ann", "--oauth-token-file",
                                 path), 0, "accepted", "content")
        self.assert_fate(self.to(server, "--user", "ann", "--oauth-token", "t0",
                                 "--auth", "XOAUTH2"), 0, "accepted", "content")
        self.assertEqual([w for w, _ in server.said],
                         ["OAUTHBEARER", "XOAUTH2"])

    def test_a_long_token_is_no_problem(self):                      # U29
        token = "t" * 12288
        server = TokenServer(self, good=token)
        path = self.write("token", token + "\n")
        run = self.to(server, "--user", "ann", "--oauth-token-file", path)
        self.assert_fate(run, 0, "accepted", "content")


class Commands(Login):
    def sink_to(self, *words, **more):
        sink = self.sink(*self.tls, "--user", "ann", "--password", "p w")
        return self.send(sink, "--tls-ca", self.cert, "--json", "--user", "ann",
                         *words, **more)

    def test_a_password_command_is_run_without_a_shell(self):       # S26
        mark = os.path.join(self.folder(), "mark")
        run = self.sink_to("--password-command", f"printf 'p w' ; touch {mark}")
        self.assert_fate(run, 0, "accepted", "content")
        self.assertFalse(os.path.exists(mark))

    def test_a_shell_is_there_for_who_wants_one(self):
        run = self.sink_to("--password-command", "sh -c 'echo \"p w\"; echo x'")
        self.assert_fate(run, 0, "accepted", "content")

    def test_its_failure_is_told_and_its_words_pass_through(self):
        run = self.sink_to("--password-command",
                           "sh -c 'echo secret; echo locked >&2; exit 2'")
        self.assert_fate(run, 77, "unsent", "auth")
        self.assertIn("locked\n", run.err)
        self.assertIn("the command sh ended with exit status 2", run.err)
        self.assertNotIn("secret", run.err + run.out)

    def test_one_that_is_not_there_is_a_failed_login(self):
        run = self.sink_to("--password-command", "/nowhere/pass mail")
        self.assert_fate(run, 77, "unsent", "auth")
        self.assertIn("the command pass cannot be run: no such file", run.err)

    def test_a_batch_asks_for_each_session(self):                   # U29
        log = os.path.join(self.folder(), "log")
        command = self.script(f"echo run >> {log}; echo 'p w'\n")
        sink = self.sink(*self.tls, "--user", "ann", "--password", "p w")
        rows = self.write("l.csv", "to\n" + "".join(
            f"r{i}@example.org\n" for i in range(6)))
        run = self.posthaste(
            "batch", "-s", self.url(sink), "--tls-ca", self.cert, "--user",
            "ann", "--password-command", command, "--list", rows, "--from",
            "a@x.org", "--subject", "s", "--text", "t", "--connections", "1",
            "--messages-per-connection", "2")
        self.assertEqual(run.code, 0, run.err)
        with open(log, encoding="ascii") as lines:
            self.assertEqual(lines.read(), "run\n" * 3)

    def test_it_is_killed_when_nobody_waits_any_more(self):
        pid = os.path.join(self.folder(), "pid")
        os.mkfifo(pid)
        sink = self.sink(*self.tls, "--user", "ann", "--password", "p")
        rows = self.write("l.txt", "b@x.org\n")
        process = self.start(
            "batch", "-s", self.url(sink), "--tls-ca", self.cert, "--user",
            "ann", "--password-command",
            f"sh -c 'echo $$ > {pid}; exec sleep 1000'", "--list", rows,
            "--from", "a@x.org", "--subject", "s", "--text", "t")
        with open(pid, encoding="ascii") as fifo:
            number = int(fifo.read())
        process.terminate()
        first = process.stderr.readline().decode()   # the first is understood
        self.assertIn("posthaste: ", first)
        process.terminate()
        run = self.finish(process)
        self.assertEqual(run.code, 75, run.err)
        self.assertRaises(ProcessLookupError, os.kill, number, 0)


class Certificates(Login):
    def client_cert(self):
        """Both in one file, as --tls-cert alone takes them."""
        folder = self.folder()
        key, cert = os.path.join(folder, "k.pem"), os.path.join(folder, "c.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=ann",
             "-days", "2", "-keyout", key, "-out", cert],
            check=True, capture_output=True)
        with open(key, "ab") as both, open(cert, "rb") as more:
            both.write(more.read())
        return key, cert

    def test_external_goes_by_the_certificate(self):
        both, cert = self.client_cert()
        server = TokenServer(self, offers="EXTERNAL PLAIN", wants_cert=cert)
        for more, answer in (([], "="), (["--auth-id", "bob"], b64("bob"))):
            run = self.to(server, "--tls-cert", both, "--auth", "EXTERNAL",
                          *more)
            self.assert_fate(run, 0, "accepted", "content")
            self.assertEqual(server.said[-1], ("EXTERNAL", answer))
        self.assertEqual(server.names, ["ann", "ann"])

    def test_a_certificate_that_cannot_be_used_is_named(self):
        path = self.write("c.pem", "nonsense")
        server = TokenServer(self)
        run = self.to(server, "--tls-cert", path)
        self.assertEqual((run.code, run.out), (66, ""), run.err)
        self.assertIn(path, run.err)

    def test_tls_min_refuses_what_is_older(self):
        server = TokenServer(self, good="t", tls=ssl.TLSVersion.TLSv1_2)
        words = ["--user", "ann", "--oauth-token", "t"]
        self.assert_fate(self.to(server, *words), 0, "accepted", "content")
        run = self.to(server, *words, "--tls-min", "1.3")
        self.assert_fate(run, 76, "unsent", "tls")

    def test_a_pin_is_enough_and_decides(self):                     # U31
        key = subprocess.run(
            f"openssl x509 -in {self.cert} -noout -pubkey | openssl pkey -pubin"
            " -outform der | openssl dgst -sha256 -binary | base64",
            shell=True, check=True, capture_output=True, text=True)
        pin = "sha256//" + key.stdout.strip()
        other = "sha256//" + b64("x" * 32)
        sink = self.sink(*self.tls)
        words = ["--tls", "required", "--json", "--tls-pin"]
        run = self.send(sink, *words, other, "--tls-pin", pin)
        self.assert_fate(run, 0, "accepted", "content")
        run = self.send(sink, *words, other)
        self.assert_fate(run, 76, "unsent", "tls")
        self.assertIn("give that one with --tls-pin", run.err)


class KeyLog(Login):
    def test_secrets_of_tls_are_appended_for_our_eyes_only(self):
        path = os.path.join(self.folder(), "keys")
        sink = self.sink(*self.tls)
        self.assertEqual(self.send(sink, "--tls-ca", self.cert, "--tls-keylog",
                                   path).code, 0)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path, encoding="ascii") as log:
            first = log.read()
        self.assertRegex(first, r"(?m)^CLIENT_TRAFFIC_SECRET_0 [0-9a-f]{64} "
                                r"[0-9a-f]{64,96}$")
        env = {"SSLKEYLOGFILE": path}
        self.assertEqual(self.send(sink, "--tls-ca", self.cert, env=env).code,
                         0)
        with open(path, encoding="ascii") as log:
            both = log.read()
        self.assertTrue(both.startswith(first) and len(both) > len(first))
        for line in both.splitlines():
            self.assertEqual(len(line.split(" ")), 3, line)

    def test_wireshark_reads_what_it_decrypts(self):
        if not shutil.which("tshark"):
            self.skipTest("tshark is not installed")
        folder = self.folder()
        keys, pcap = os.path.join(folder, "keys"), os.path.join(folder, "pcap")
        relay = Recorder(self, self.sink(*self.tls).port)
        run = self.send(relay, "--tls-ca", self.cert, "--tls-keylog", keys)
        self.assertEqual(run.code, 0, run.err)
        relay.write(pcap)
        seen = subprocess.run(
            ["tshark", "-r", pcap, "-o", f"tls.keylog_file:{keys}", "-Y",
             "smtp.req.command", "-T", "fields", "-e", "smtp.req.command"],
            check=True, capture_output=True, text=True, timeout=3 * SECONDS)
        self.assertRegex(seen.stdout, r"STAR[\s\S]*MAIL")

    def test_a_file_that_cannot_be_written_stops_it(self):
        sink = self.sink(*self.tls)
        run = self.send(sink, "--json", "--tls-keylog", "/nowhere/keys")
        self.assertEqual((run.code, run.out), (66, ""), run.err)


if __name__ == "__main__":
    main()
