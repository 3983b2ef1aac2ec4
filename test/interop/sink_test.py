#!/usr/bin/env python3
"""posthaste sink against Python's smtplib, ssl and socket: sink_test.py PROGRAM

They judge the server that the other tests, and people, judge clients with.
"""

import base64
import json
import os
import resource
import signal
import smtplib
import socket
import ssl

from sink_talk import GROUP, SECONDS, SinkTest, main


class Delivery(SinkTest):
    def test_smtplib_delivers_in_clear(self):
        folder = self.folder()
        sink = self.sink("--dir", folder)
        with smtplib.SMTP("127.0.0.1", sink.port, timeout=SECONDS) as client:
            client.sendmail("ann@example.org",
                            ["bob@example.org", "eve@example.org"],
                            "Subject: hi\r\n\r\nhello\r\n")
        content, envelope = self.stored(folder)
        self.assertEqual(content, b"Subject: hi\r\n\r\nhello\r\n")
        self.assertEqual(envelope["from"], "ann@example.org")
        self.assertEqual(envelope["to"],
                         ["bob@example.org", "eve@example.org"])
        self.assertEqual(envelope["mail_parameters"], ["size=22"])
        self.assertIsNone(envelope["tls"])
        self.assertIsNone(envelope["auth"])
        self.assertEqual(envelope["connection"], 1)
        self.assertEqual(envelope["size"], 22)
        self.assertTrue(envelope["peer"].startswith("127.0.0.1:"))
        self.assertIn("from <ann@example.org> to <bob@example.org>",
                      sink.line())

    def test_smtplib_delivers_after_starttls(self):
        folder = self.folder()
        sink = self.sink("--dir", folder, *self.tls)
        context = ssl.create_default_context(cafile=self.cert)
        with smtplib.SMTP("127.0.0.1", sink.port, timeout=SECONDS) as client:
            client.starttls(context=context)
            client.ehlo("after.test")
            self.assertFalse(client.has_extn("starttls"))
            client.sendmail("ann@example.org", "bob@example.org", "x\r\n")
            version = client.sock.version()
            cipher = client.sock.cipher()[0]
        envelope = self.stored(folder)[1]
        self.assertEqual(envelope["tls"],
                         {"version": version, "cipher": cipher})
        self.assertEqual(envelope["helo"], "after.test")

    def test_smtplib_delivers_under_implicit_tls(self):
        sink = self.sink("--implicit-tls", "--json", *self.tls)
        context = ssl.create_default_context(cafile=self.cert)
        with smtplib.SMTP_SSL("127.0.0.1", sink.port, timeout=SECONDS,
                              context=context) as client:
            client.ehlo()
            self.assertFalse(client.has_extn("starttls"))
            client.sendmail("ann@example.org", "bob@example.org", "x\r\n")
        self.assertIsNotNone(json.loads(sink.line())["tls"])

    def test_a_megabyte_arrives_as_it_was_sent_also_under_tls(self):
        content = b"".join(b".%d %s\r\n" % (i, os.urandom(30).hex().encode())
                           for i in range(16000))
        for options in ([], self.tls):
            folder = self.folder()
            sink = self.sink("--dir", folder, *options)
            with smtplib.SMTP("127.0.0.1", sink.port,
                              timeout=SECONDS) as client:
                if options:
                    client.starttls()
                client.sendmail("a@example.org", "b@example.org", content)
            self.assertEqual(self.stored(folder)[0], content)

    def test_utf8_addresses_need_their_parameter(self):
        sink = self.sink("--json")
        talk = self.talk(sink)
        self.assertIn("SMTPUTF8", talk.hello())
        self.assertEqual(talk.say("MAIL FROM:<jörg@example.org>")[:9],
                         "553 5.6.7")
        self.assertEqual(
            talk.say("MAIL FROM:<jörg@example.org> SMTPUTF8")[:3], "250")
        self.assertEqual(talk.say("RCPT TO:<zoë@bücher.example>")[:3], "250")
        talk.say("DATA")
        talk.say(".")
        said = json.loads(sink.line())
        self.assertEqual(said["from"], "jörg@example.org")
        self.assertEqual(said["to"], ["zoë@bücher.example"])

    def test_dsn_parameters_are_kept(self):
        sink = self.sink("--json")
        talk = self.talk(sink)
        talk.hello()
        talk.say("MAIL FROM:<> RET=HDRS ENVID=a+2Bb")
        talk.say("RCPT TO:<b@example.org> NOTIFY=SUCCESS,DELAY "
                 "ORCPT=rfc822;b@example.org")
        talk.say("RCPT TO:<c@example.org>")
        talk.say("DATA")
        talk.say(".")
        said = json.loads(sink.line())
        self.assertEqual(said["from"], "")
        self.assertEqual(said["mail_parameters"], ["RET=HDRS", "ENVID=a+2Bb"])
        self.assertEqual(said["rcpt_parameters"],
                         [["NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;b@example.org"],
                          []])

    def test_a_unix_socket_serves_and_is_removed(self):
        path = os.path.join(self.folder(), "socket")
        sink = self.sink("--json", listen="unix:" + path)
        self.assertEqual(sink.name, "unix:" + path)
        talk = self.talk(sink)
        talk.hello()
        self.assertEqual(self.deliver(talk)[:3], "250")
        self.assertEqual(json.loads(sink.line())["peer"], "unix:" + path)
        sink.process.send_signal(signal.SIGTERM)
        self.assertEqual(sink.wait(), 0)
        self.assertFalse(os.path.exists(path))

    def test_ipv6_is_written_with_brackets(self):
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            self.skipTest("no IPv6 here")
        sink = self.sink("--json", listen="[::1]:0")
        self.assertRegex(sink.name, r"^\[::1\]:\d+$")
        with smtplib.SMTP("::1", sink.port, timeout=SECONDS) as client:
            client.sendmail("a@example.org", "b@example.org", "x")
        self.assertTrue(json.loads(sink.line())["peer"].startswith("[::1]:"))


class Protocol(SinkTest):
    def test_a_group_in_one_segment_is_answered_in_one_flight(self):
        # RFC 2920 3.2: the replies to a group are collected.
        talk = self.talk(self.sink())
        talk.hello()
        for _ in range(50):
            talk.send(GROUP)
            flight = talk.socket.recv(65536)
            self.assertEqual([line[:3] for line in flight.splitlines()],
                             [b"250", b"250", b"250", b"354"])
            talk.send(b"x\r\n.\r\n" + GROUP)
            flight = talk.socket.recv(65536)
            self.assertEqual(len(flight.splitlines()), 5)
            talk.send(b".\r\nRSET\r\n")
            talk.reply()
            talk.reply()

    def test_ten_thousand_recipients_in_one_group(self):
        sink = self.sink("--json")
        talk = self.talk(sink)
        talk.hello()
        count = 10001
        talk.send(b"MAIL FROM:<>\r\n" + b"".join(
            b"RCPT TO:<user%d@example.org>\r\n" % i for i in range(count)))
        self.assertEqual(talk.reply()[:3], "250")
        codes = [talk.reply()[:9] for _ in range(count)]
        self.assertEqual(codes, ["250 2.1.5"] * (count - 1) + ["452 4.5.3"])
        talk.say("DATA")
        talk.say(".")
        self.assertEqual(len(json.loads(sink.line())["to"]), count - 1)

    def test_commands_whose_replies_nobody_reads_are_all_answered(self):
        # PL-10: it stops hearing before it drowns, and loses nothing.
        talk = self.talk(self.sink())
        commands = b"NOOP\r\n" * 4000000
        sent = 0
        talk.socket.settimeout(0.5)
        with self.assertRaises(TimeoutError):
            while sent < len(commands):
                sent += talk.socket.send(commands[sent:sent + 65536])
        self.assertGreater(sent, 0)
        talk.socket.settimeout(SECONDS)
        codes = {talk.reply()[:3] for _ in range(sent // 6)}
        self.assertEqual(codes, {"250"})
        talk.send(b"NOOP\r\n"[sent % 6:])
        self.assertEqual(talk.reply()[:3], "250")
        self.assertEqual(talk.say("QUIT")[:3], "221")

    def test_order_and_syntax_are_watched(self):
        talk = self.talk(self.sink())
        long_line = "NOOP " + "x" * 2048
        for command, code in [
                ("MAIL FROM:<a@example.org>", "503 5.5.1"),
                ("EHLO", "501 5.5.4"), ("HELO a b", "501 5.5.4"),
                ("HELO client.test", "250 post"),
                ("MAIL FROM:<a@example.org> SIZE=1", "555 5.5.4"),
                ("EHLO client.test", "250 HELP"),
                ("RCPT TO:<b@example.org>", "503 5.5.1"),
                ("DATA", "503 5.5.1"), ("DATA now", "501 5.5.4"),
                ("MAIL", "501 5.5.4"), ("MAIL FROM: <a@b.c>", "501 5.5.4"),
                ("MAIL FROM:a@example.org", "501 5.5.4"),
                ("MAIL FROM:<a@example.org", "501 5.5.4"),
                ("MAIL FROM:<a b@example.org>", "501 5.1.7"),
                ("MAIL FROM:<a@example.org> WHAT=1", "555 5.5.4"),
                ("MAIL FROM:<a@example.org> SIZE=x", "501 5.5.4"),
                ("MAIL FROM:<a@example.org> SIZE=1 SIZE=2", "501 5.5.4"),
                ("MAIL FROM:<a@example.org> BODY=9BIT", "501 5.5.4"),
                ("mail from:<a@example.org> body=8bitmime", "250 2.1.0"),
                ("MAIL FROM:<a@example.org>", "503 5.5.1"),
                ("DATA", "554 5.5.1"),
                ("RCPT TO:<>", "501 5.1.3"), ("RCPT TO:<b>", "501 5.1.3"),
                ("RCPT TO:<postmaster>", "250 2.1.5"),
                ('RCPT TO:<"a>b"@example.org>', "250 2.1.5"),
                ("RCPT TO:<@one,@two:b@example.org>", "250 2.1.5"),
                ("RCPT TO:<b@example.org> NOTIFY=NEVER,DELAY", "501 5.5.4"),
                ("NOOP whatever", "250 2.0.0"), ("VRFY b", "252 2.5.2"),
                ("EXPN list", "502 5.5.1"), ("HELP", "214 2.0.0"),
                ("WHAT", "500 5.5.1"), ("", "500 5.5.1"),
                (long_line, "500 5.5.2"), ("NOOP " + "x" * 20000, "500 5.5.2"),
                ("NOOP \x01", "500 5.5.2"), ("NOOP a\nb", "500 5.5.2"),
                ("STARTTLS", "502 5.5.1"), ("AUTH PLAIN", "502 5.5.1"),
                ("RSET", "250 2.0.0"), ("DATA", "503 5.5.1"),
                ("QUIT", "221 2.0.0")]:
            with self.subTest(command[:40]):
                self.assertEqual(talk.say(command)[:len(code)], code)
                if command == "NOOP a\nb":  # its second line
                    self.assertEqual(talk.reply()[:3], "500")
        self.assertIsNone(talk.line())

    def test_only_crlf_dot_crlf_ends_content_at_every_cut(self):
        # S23: what ends a message elsewhere is content here.
        content = (b"..a\r\n.\n\r\n.\r.\r\n\n.\n\n.\r\n\r.\r\n\r\r\n..\r\n"
                   b"bare \n lf\r\n\r\n..b")
        inside = (b".a\r\n\n\r\n\r.\r\n\n.\n\n.\r\n\r.\r\n\r\r\n.\r\n"
                  b"bare \n lf\r\n\r\n.b\r\n")
        wire = content + b"\r\n.\r\n"
        folder = self.folder()
        talk = self.talk(self.sink("--dir", folder))
        talk.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talk.hello()
        for cut in range(1, len(wire)):
            talk.send(GROUP)
            for _ in range(4):
                talk.reply()
            talk.send(wire[:cut])
            talk.send(wire[cut:])
            self.assertEqual(talk.reply()[:3], "250")
            self.assertEqual(self.stored(folder, cut)[0], inside)

    def test_size_is_enforced_before_and_after(self):
        talk = self.talk(self.sink())
        self.assertIn("SIZE 67108864", talk.hello())
        self.assertEqual(
            talk.say("MAIL FROM:<a@example.org> SIZE=67108865")[:9],
            "552 5.3.4")
        self.assertEqual(
            talk.say("MAIL FROM:<a@example.org> SIZE=67108864")[:3], "250")
        talk.say("RCPT TO:<b@example.org>")
        talk.say("DATA")
        for _ in range(65):
            talk.send((b"x" * 1022 + b"\r\n") * 1024)
        talk.send(b".\r\n")
        self.assertEqual(talk.reply()[:9], "552 5.3.4")
        self.assertEqual(self.deliver(talk)[:3], "250")

    def test_what_is_left_out_is_neither_offered_nor_known(self):
        sink = self.sink("--without", "SIZE,DSN", "--without",
                         "enhancedstatuscodes,8BITMIME,SMTPUTF8,PIPELINING,"
                         "CHUNKING")
        talk = self.talk(sink)
        self.assertEqual(talk.hello(), ["HELP"])
        self.assertEqual(talk.say("MAIL FROM:<a@example.org> SIZE=1"),
                         "555 a parameter is not known here")
        self.assertEqual(talk.say("MAIL FROM:<a@example.org>"),
                         "250 sender ok")
        old = self.talk(self.sink("--without", "EHLO"))
        self.assertEqual(old.say("EHLO client.test")[:3], "500")
        self.assertEqual(old.say("HELO client.test")[:3], "250")
        self.assertEqual(self.deliver(old)[:3], "250")

    def test_a_thousand_connections_at_once(self):
        count = 1000
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < 2 * count:
            self.skipTest("not enough file descriptors")
        resource.setrlimit(resource.RLIMIT_NOFILE,
                           (max(soft, 2 * count), hard))
        sink = self.sink("--json")
        talks = [self.talk(sink) for _ in range(count)]
        for talk in talks:
            talk.send(b"EHLO client.test\r\n" + GROUP)
        for talk in talks:
            self.assertEqual([talk.reply()[:3] for _ in range(5)],
                             ["250", "250", "250", "250", "354"])
            talk.send(b"hello\r\n.\r\nQUIT\r\n")
        for talk in talks:
            self.assertEqual(talk.reply()[:3], "250")
            self.assertEqual(talk.reply()[:3], "221")
            self.assertIsNone(talk.line())
        seen = {json.loads(sink.line())["connection"] for _ in talks}
        self.assertEqual(seen, set(range(1, count + 1)))


class Security(SinkTest):
    def test_words_behind_starttls_are_refused(self):
        # S01, from the server's side.
        sink = self.sink("--json", *self.tls)
        for behind in (b"NOOP\r\n", b"N", GROUP):
            talk = self.talk(sink)
            self.assertIn("STARTTLS", talk.hello())
            talk.send(b"STARTTLS\r\n" + behind)
            self.assertEqual(talk.reply()[:3], "554")
            self.assertIsNone(talk.line())

    def test_nothing_said_before_tls_counts_after_it(self):
        talk = self.talk(self.sink(*self.tls))
        talk.hello()
        talk.say("MAIL FROM:<a@example.org>")
        self.assertEqual(talk.say("STARTTLS")[:3], "220")
        talk.secure()
        self.assertEqual(talk.say("RCPT TO:<b@example.org>")[:3], "503")
        self.assertEqual(talk.say("MAIL FROM:<a@example.org>")[:3], "503")
        self.assertNotIn("STARTTLS", talk.hello())
        self.assertEqual(talk.say("STARTTLS")[:3], "503")
        self.assertEqual(self.deliver(talk)[:3], "250")

    def test_smtplib_authenticates(self):
        sink = self.sink("--user", "ann", "--password", "pässword", "--json",
                         *self.tls)
        for mechanism in ("plain", "login"):
            for at_once in (True, False):
                with smtplib.SMTP("127.0.0.1", sink.port,
                                  timeout=SECONDS) as client:
                    client.ehlo()
                    self.assertFalse(client.has_extn("auth"))
                    self.assertEqual(client.docmd("AUTH PLAIN")[0], 538)
                    client.starttls()
                    client.ehlo()
                    self.assertEqual(client.esmtp_features["auth"].split(),
                                     ["PLAIN", "LOGIN"])
                    self.authenticate(client, mechanism, at_once)
                    client.sendmail("a@example.org", "b@example.org", "x")
                self.assertEqual(json.loads(sink.line())["auth"], "ann")

    def authenticate(self, client, mechanism, at_once):
        def answer(text):
            return base64.b64encode(text.encode()).decode()
        first = answer("\0ann\0pässword" if mechanism == "plain" else "ann")
        if at_once:
            code, _ = client.docmd("AUTH", mechanism + " " + first)
        else:
            code, _ = client.docmd("AUTH", mechanism)
            self.assertEqual(code, 334)
            code, _ = client.docmd(first)
        if mechanism == "login":
            self.assertEqual(code, 334)
            code, _ = client.docmd(answer("pässword"))
        self.assertEqual(code, 235)

    def test_wrong_passwords_and_broken_exchanges(self):
        talk = self.talk(self.sink("--user", "ann", "--password", "secret"))
        self.assertIn("AUTH PLAIN LOGIN", talk.hello())

        def b64(text):
            return base64.b64encode(text).decode()
        self.assertEqual(talk.say("MAIL FROM:<a@example.org>")[:9],
                         "530 5.7.0")
        for command, code in [
                ("AUTH PLAIN " + b64(b"\0ann\0wrong"), "535 5.7.8"),
                ("AUTH PLAIN " + b64(b"\0bob\0secret"), "535 5.7.8"),
                ("AUTH PLAIN " + b64(b"eve\0ann\0secret"), "535 5.7.8"),
                ("AUTH PLAIN " + b64(b"ann\0secret"), "535 5.7.8"),
                ("AUTH PLAIN =", "535 5.7.8"),
                ("AUTH PLAIN !", "501 5.5.2"), ("AUTH PLAIN", "334 "),
                ("*", "501 5.7.0"), ("AUTH LOGIN", "334 VXNlcm5hbWU6"),
                (b64(b"ann"), "334 UGFzc3dvcmQ6"), ("*", "501 5.7.0"),
                ("AUTH LOGIN " + b64(b"ann"), "334 UGFzc3dvcmQ6"),
                (b64(b"wrong"), "535 5.7.8"), ("AUTH CRAM-MD5", "504 5.5.4"),
                ("MAIL FROM:<a@example.org>", "530 5.7.0"),
                ("AUTH PLAIN " + b64(b"ann\0ann\0secret"), "235 2.7.0"),
                ("AUTH PLAIN", "503 5.5.1"),
                ("MAIL FROM:<a@example.org> AUTH=<>", "250 2.1.0")]:
            with self.subTest(command):
                self.assertEqual(talk.say(command)[:len(code)], code)

    def test_clear_text_where_tls_is_due_ends_the_session(self):
        sink = self.sink("--implicit-tls", "--json", *self.tls)
        talk = self.talk(sink, greet=False)
        talk.send(b"EHLO client.test\r\n")
        while talk.socket.recv(1000):
            pass
        with smtplib.SMTP_SSL("127.0.0.1", sink.port,
                              timeout=SECONDS) as client:
            client.sendmail("a@example.org", "b@example.org", "x")
        self.assertEqual(json.loads(sink.line())["connection"], 2)


if __name__ == "__main__":
    main()
