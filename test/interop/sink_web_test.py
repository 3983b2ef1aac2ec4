#!/usr/bin/env python3
"""posthaste sink --web over http.client and raw sockets: sink_web_test.py PROGRAM"""

import http.client
import json
import os
import signal
import smtplib
import socket
import urllib.parse

import web_mail
from sink_talk import SECONDS, Sink, SinkTest, main


class WebTest(SinkTest):
    def web(self, *options, listen="127.0.0.1:0", **more):
        sink = self.sink("--web", listen, *options, **more)
        line = sink.line()
        self.assertRegex(line, r"^web on http://[^ /]+:\d+/$")
        sink.url = line[len("web on "):-1]
        sink.web_port = int(line.rsplit(":", 1)[1][:-1])
        return sink

    def connect(self, sink):
        host = urllib.parse.urlsplit(sink.url).hostname
        connection = http.client.HTTPConnection(host, sink.web_port, timeout=SECONDS)
        self.addCleanup(connection.close)
        return connection

    def ask(self, sink, path, method="GET", **headers):
        """(answer, its body)"""
        connection = self.connect(sink)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def read(self, sink, path):
        answer, body = self.ask(sink, path)
        self.assertEqual(answer.status, 200, body)
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        return json.loads(body)

    @staticmethod
    def send(sink, data, sender="ann@example.org", to=("bob@example.org",), login=None):
        with smtplib.SMTP("127.0.0.1", sink.port, timeout=SECONDS) as client:
            if login:
                client.login(*login)
            client.sendmail(sender, list(to), data)


class Messages(WebTest):
    def test_a_message_can_be_seen_whole(self):
        sink = self.web()
        data = web_mail.whole()
        self.send(sink, data, to=["bob@example.org", "ann@example.org"])
        listed = self.read(sink, "/api/messages")
        self.assertEqual([listed["first"], listed["last"]], [1, 1])
        summary = listed["messages"][0]
        self.assertEqual(summary["subject"], "Die Übersicht für März: 数字と 📈")
        self.assertEqual(summary["from"], "Zoë Müller <zoe@example.org>")
        self.assertEqual([summary["recipients"], summary["attached"], summary["tls"]],
                         [2, 2, False])
        detail = self.read(sink, "/api/messages/1")
        self.assertEqual(detail["text"].split(), "Grüße aus Köln. Die Zahlen liegen bei.".split())
        self.assertIn(["Message-ID", "<whole@example.org>"], detail["headers"])
        self.assertEqual(detail["envelope"]["from"], "ann@example.org")
        files = [part for part in detail["parts"] if part["kind"] == "attached"]
        self.assertEqual([part["name"] for part in files], ["Zahlen für März.bin", "t.csv"])
        answer, body = self.ask(sink, f"/messages/1/parts/{files[0]['part']}")
        self.assertEqual(body, bytes(range(256)) * 8)
        self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
        self.assertIn("filename*=UTF-8''Zahlen%20f%C3%BCr%20M%C3%A4rz.bin",
                      answer.headers["Content-Disposition"])
        self.assertEqual(self.ask(sink, "/api/messages/1/source")[1], data)

    def test_pictures_stand_in_the_html(self):
        sink = self.web()
        self.send(sink, web_mail.whole())
        answer, body = self.ask(sink, "/messages/1/html")
        self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")
        self.assertIn("Grüße", body.decode())
        self.assertIn(b'src="data:image/png;base64,', body)
        self.assertNotIn(b"cid:", body)

    def test_a_large_message_arrives_whole(self):
        sink = self.web()
        data = web_mail.plain(text="0123456789\r\n" * 500_000)
        self.send(sink, data)
        self.assertEqual(self.ask(sink, "/api/messages/1/source")[1], data)
        detail = self.read(sink, "/api/messages/1")
        self.assertTrue(detail["text_cut"])
        self.assertLessEqual(len(detail["text"]), 1 << 20)

    def test_whatever_came_can_be_looked_at(self):
        sink = self.web()
        for number, (label, data) in enumerate(web_mail.ODD.items(), 1):
            with self.subTest(label):
                self.send(sink, data)
                self.assertEqual(self.read(sink, f"/api/messages?after={number - 1}")["last"], number)
                detail = self.read(sink, f"/api/messages/{number}")
                for part in detail["parts"]:
                    if part["kind"] != "container":
                        self.assertEqual(200, self.ask(sink, f"/messages/{number}/parts/{part['part']}")[0].status)
        self.assertIn("still to be read", self.read(sink, "/api/messages/1")["text"])
        self.assertIn("café € 5", self.read(sink, "/api/messages/2")["text"])

    def test_the_dialogue_hides_what_a_login_says(self):
        sink = self.web("--user", "ann", "--password", "s3cret")
        self.send(sink, b"Subject: x\r\n\r\nx\r\n", login=("ann", "s3cret"))
        detail = self.read(sink, "/api/messages/1")
        lines = detail["dialogue"].splitlines()
        self.assertEqual(lines[0], "S: 220 posthaste.sink ESMTP")
        self.assertIn("C: AUTH PLAIN <hidden>", lines)
        self.assertIn("C: <17 octets>", lines)
        self.assertEqual(lines[-1], "S: 250 2.0.0 accepted")
        self.assertEqual(detail["envelope"]["auth"], "ann")
        self.assertNotIn("AGFubgBzM2NyZXQ", json.dumps(detail))

    def test_clearing_takes_our_own_page(self):
        """Another origin's page must not be able to (CSRF)."""
        sink = self.web()
        self.send(sink, web_mail.plain())
        path = "/api/messages"
        own = f"http://127.0.0.1:{sink.web_port}"
        for headers in ({}, {"Origin": own},
                        {"X_Posthaste": "1", "Origin": "http://evil.example"},
                        {"X_Posthaste": "1", "Origin": "null"}):
            self.assertEqual(self.ask(sink, path, "DELETE", **headers)[0].status, 403)
        self.assertEqual(len(self.read(sink, path)["messages"]), 1)
        answer, _ = self.ask(sink, path, "DELETE", X_Posthaste="1", Origin=own)
        self.assertEqual(answer.status, 204)
        listed = self.read(sink, path)
        self.assertEqual([listed["first"], listed["last"], listed["messages"]], [2, 1, []])
        self.send(sink, web_mail.plain())
        self.assertEqual(self.ask(sink, path + "/1")[0].status, 404)
        self.assertEqual(self.read(sink, path + "/2")["id"], 2)

    def test_only_the_last_500_are_kept(self):
        sink = self.web()
        with smtplib.SMTP("127.0.0.1", sink.port, timeout=SECONDS) as client:
            for _ in range(510):
                client.sendmail("a@example.org", ["b@example.org"], b"x\r\n")
        listed = self.read(sink, "/api/messages")
        self.assertEqual([listed["first"], listed["last"], len(listed["messages"])], [11, 510, 500])

    def test_events_tell_of_arrivals(self):
        sink = self.web()
        connection = self.connect(sink)
        connection.request("GET", "/api/events")
        answer = connection.getresponse()
        self.assertEqual(answer.headers["Content-Type"], "text/event-stream")
        self.assertEqual(answer.readline(), b'data: {"first":1,"last":0}\n')
        self.send(sink, web_mail.plain())
        self.assertEqual(answer.readline(), b"\n")
        self.assertEqual(answer.readline(), b'data: {"first":1,"last":1}\n')


class Safety(WebTest):
    PATHS = ["/", "/app.js", "/app.css", "/icon.svg", "/api/messages", "/api/messages/1",
             "/api/messages/1/source", "/messages/1/html", "/messages/1/parts/2", "/none",
             "/messages/99/html"]

    def test_every_answer_is_for_our_page_only(self):
        sink = self.web()
        self.send(sink, web_mail.whole())
        for path in self.PATHS:
            with self.subTest(path):
                answer, _ = self.ask(sink, path)
                headers = answer.headers
                self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(headers["Referrer-Policy"], "no-referrer")
                self.assertEqual(headers["Cross-Origin-Resource-Policy"], "same-origin")
                self.assertEqual(headers["Cache-Control"], "no-store")
                self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
                self.assertIsNone(headers["Access-Control-Allow-Origin"])
                self.assertNotIn("unsafe-eval", headers["Content-Security-Policy"])
                self.assertNotIn("http", headers["Content-Security-Policy"])

    def test_html_of_a_message_is_sandboxed_and_files_are_saved(self):
        sink = self.web()
        self.send(sink, web_mail.hostile("http://127.0.0.1:9", sink.url))
        policy = self.ask(sink, "/messages/1/html")[0].headers["Content-Security-Policy"]
        self.assertIn("sandbox;", policy)
        self.assertNotIn("allow-", policy)
        self.assertNotIn("script-src", policy)
        for part in self.read(sink, "/api/messages/1")["parts"]:
            headers = self.ask(sink, f"/messages/1/parts/{part['part']}")[0].headers
            self.assertEqual(headers["Content-Type"], "application/octet-stream")
            self.assertRegex(headers["Content-Disposition"], "^attachment; filename=\"[^\"/\\\\<>]*\";")
            self.assertIsNone(headers["X-Evil"])

    def test_a_name_that_others_answer_for_is_refused(self):
        """DNS rebinding."""
        sink = self.web(listen="localhost:0")
        port = sink.web_port
        for host in (f"evil.example:{port}", "evil.example", "localhost.evil.example", ""):
            for path in self.PATHS:
                self.assertEqual(self.ask(sink, path, Host=host)[0].status, 403, host)
        for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
            self.assertEqual(self.ask(sink, "/", Host=host)[0].status, 200, host)

    def test_nothing_lies_beside_the_routes(self):
        sink = self.web()
        for path in ("/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/page.html", "/app.js/../x",
                     "/messages/1/parts/../../../etc/passwd", "/api/messages/18446744073709551617",
                     "/messages/1/parts/0", "//etc/passwd", "/\\..\\x", "/" + "a" * 8000):
            answer, body = self.ask(sink, path)
            self.assertEqual(answer.status, 404, path)
            self.assertNotIn(b"root:", body)
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
            self.assertEqual(self.ask(sink, "/", method)[0].status, 405, method)

    def raw(self, sink, data):
        """All that is answered until the server closes."""
        with socket.create_connection(("127.0.0.1", sink.web_port), SECONDS) as peer:
            heard = b""
            try:
                peer.sendall(data)
                while more := peer.recv(65536):
                    heard += more
            except ConnectionResetError:
                pass # what it did not read
            return heard

    def test_what_is_no_request_is_not_answered_well(self):
        sink = self.web()
        host = b"Host: localhost\r\n"
        for data in (b"EHLO x\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
                     b"GET / HTTP/1.1\r\n" + host + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
                     b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + host + b"\r\n",
                     b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 9999999999\r\n\r\n" + b"x" * 100_000,
                     b"GET / HTTP/1.0\r\n\r\n"):
            heard = self.raw(sink, data)
            self.assertNotIn(b" 200 ", heard.split(b"\r\n")[0], data[:40])
        self.assertEqual(self.ask(sink, "/")[0].status, 200)

    def test_mail_is_taken_while_others_hold_connections(self):
        """Silent ones, half a request, and one that never reads its answer."""
        sink = self.web()
        self.send(sink, web_mail.plain(text="x" * 900 + "\r\n" + ("y" * 900 + "\r\n") * 5000))
        held = []
        for i in range(60):
            peer = socket.create_connection(("127.0.0.1", sink.web_port), SECONDS)
            self.addCleanup(peer.close)
            held.append(peer)
            peer.sendall([b"\0\r\n\r\n", b"GET / HT",
                          b"GET /api/messages/1/source HTTP/1.1\r\nHost: localhost\r\n\r\n"][i % 3])
        self.send(sink, web_mail.plain())
        for peer in held:
            peer.close()
        self.assertEqual(self.read(sink, "/api/messages")["last"], 2)

    def test_streams_that_are_too_many_are_refused(self):
        sink = self.web()
        statuses = []
        for _ in range(14):
            connection = self.connect(sink)
            connection.request("GET", "/api/events")
            statuses.append(connection.getresponse().status)
        self.assertEqual(statuses, [200] * 12 + [503] * 2)


class Program(WebTest):
    def test_it_ends_with_the_sink_whoever_looks(self):
        for sign in (signal.SIGTERM, signal.SIGINT):
            sink = self.web("--json")
            connection = self.connect(sink)
            connection.request("GET", "/api/events")
            connection.getresponse().readline()
            self.send(sink, web_mail.plain())
            self.assertEqual(json.loads(sink.line())["message"], 1)
            sink.process.send_signal(sign)
            self.assertEqual(sink.wait(), 0)
            self.assertNotIn("rror", sink.error().replace("--error", ""))

    def test_it_stores_and_shows(self):
        folder = self.folder()
        sink = self.web("--dir", folder, "--max-messages", "1")
        self.send(sink, web_mail.plain())
        self.assertEqual(sink.wait(), 0)
        self.assertEqual(self.stored(folder)[0], web_mail.plain())

    def test_who_is_exposed_is_told(self):
        sink = self.web(listen="0.0.0.0:0")
        sink.process.send_signal(signal.SIGTERM)
        self.assertIn("posthaste: sink: --web 0.0.0.0:0: whoever can reach this machine reads the mail: "
                      "use 127.0.0.1", sink.error())
        sink = self.web()
        sink.process.send_signal(signal.SIGTERM)
        self.assertNotIn("whoever", sink.error())

    def test_an_address_that_cannot_be_ends_it_before_the_first_line(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            for words, status in (("8025", 64), ("unix:/x", 64),
                                  (f"127.0.0.1:{taken.getsockname()[1]}", 75)):
                done = self.run_program("sink", "--listen", "127.0.0.1:0", "--web", words)
                self.assertEqual((done.returncode, done.stdout), (status, ""), words)
                self.assertIn(words, done.stderr)

    def test_a_script_has_nothing_to_show(self):
        script = os.path.join(self.folder(), "s.txt")
        with open(script, "w", encoding="ascii") as out:
            out.write("S: 220 hi\n")
        done = self.run_program("sink", "--script", script, "--web", "127.0.0.1:0")
        self.assertEqual(done.returncode, 64)
        self.assertIn("--script and --web", done.stderr)

    def test_the_hint_of_the_page_works(self):
        for options, secret in (([], False), (self.tls, False), (["--lmtp"], False),
                                ([*self.tls, "--implicit-tls"], False),
                                (["--user", "ann", "--password", "s3"], True),
                                (["--user", "ann", "--password", "s3", *self.tls], True)):
            sink = self.web(*options)
            hint = self.read(sink, "/api/messages")["hint"]
            self.assertNotIn("s3", hint)
            path = os.path.join(self.folder(), "password")
            with open(path, "w", encoding="ascii") as out:
                out.write("s3\n")
            os.chmod(path, 0o600)
            hint = hint.replace("NAME", "ann").replace("FILE", path)
            self.assertEqual("--password-file" in hint, secret)
            words = hint.replace("\\\n", " ").replace("'It works.'", "works").split()
            self.assertEqual(words[0], "posthaste")
            done = self.run_program(*words[1:])
            self.assertEqual(done.returncode, 0, f"{hint}: {done.stderr}")
            self.assertEqual(self.read(sink, "/api/messages")["last"], 1)


if __name__ == "__main__":
    main()
