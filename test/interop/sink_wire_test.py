#!/usr/bin/env python3
"""The rest of the protocol as posthaste sink speaks it, its round trips and its
scripts: sink_wire_test.py PROGRAM

Python's smtplib and raw sockets are the judges.
"""

import json
import os
import signal
import smtplib
import socket
import ssl
import time

from sink_talk import SECONDS, SinkTest, main

ENVELOPE = (b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\n"
            b"RCPT TO:<c@example.org>\r\n")


def codes(talk, count):
    return [talk.reply()[:3] for _ in range(count)]


class Chunks(SinkTest):
    def test_octets_arrive_as_they_were_sent(self):
        # BD-02: dots, bare CR and LF, NUL, and whatever else.
        folder = self.folder()
        sink = self.sink("--dir", folder, "--json")
        talk = self.talk(sink)
        offered = talk.hello()
        self.assertIn("CHUNKING", offered)
        self.assertIn("BINARYMIME", offered)
        content = b".\r\n..\r\n\r\n.\r\n\0\r\n" + os.urandom(300000)
        talk.send(ENVELOPE.replace(b"g>\r\n", b"g> BODY=BINARYMIME\r\n", 1))
        self.assertEqual(codes(talk, 3), ["250"] * 3)
        for at in range(0, len(content), 100001):
            chunk = content[at:at + 100001]
            talk.send(b"BDAT %d\r\n" % len(chunk) + chunk)
        talk.send(b"BDAT 0 LAST\r\nQUIT\r\n")
        self.assertEqual(codes(talk, 6), ["250"] * 5 + ["221"])
        stored, envelope = self.stored(folder)
        self.assertEqual(stored, content)
        self.assertEqual(envelope["chunks"], 5)
        self.assertEqual(envelope["mail_parameters"], ["BODY=BINARYMIME"])

    def test_a_chunk_over_the_limit_is_heard_out_and_refused(self):
        talk = self.talk(self.sink())
        talk.hello()
        talk.send(ENVELOPE + b"BDAT 67108865\r\n")
        for _ in range(1024):
            talk.send(b"x" * 65536)
        talk.send(b"xBDAT 4 LAST\r\nQUITRSET\r\nNOOP\r\n")
        self.assertEqual(codes(talk, 7),
                         ["250", "250", "250", "552", "503", "250", "250"])

    def test_faults_of_chunks(self):
        # BD-03: the second of three.
        sink = self.sink("--reply", "bdat@2=451 4.3.0 later",
                         "--reply", "content@drop@*=drop")
        talk = self.talk(sink)
        talk.hello()
        talk.send(ENVELOPE + b"BDAT 1\r\nxBDAT 1\r\nxBDAT 1 LAST\r\nx")
        self.assertEqual(codes(talk, 6),
                         ["250", "250", "250", "250", "451", "503"])
        self.assertEqual(talk.say("RSET")[:3], "250")
        talk.send(b"MAIL FROM:<>\r\nRCPT TO:<drop@example.org>\r\n"
                  b"BDAT 1 LAST\r\nx")
        self.assertEqual(codes(talk, 2), ["250", "250"])
        self.assertIsNone(talk.line())


class Extensions(SinkTest):
    def test_the_usual_ones(self):
        self.assertEqual(
            self.talk(self.sink()).hello(),
            ["PIPELINING", "SIZE 67108864", "8BITMIME", "ENHANCEDSTATUSCODES",
             "SMTPUTF8", "DSN", "CHUNKING", "BINARYMIME", "HELP"])

    def test_the_rarer_ones_by_name(self):
        sink = self.sink("--with", "DELIVERBY,FUTURERELEASE", "--with",
                         "MT-PRIORITY,REQUIRETLS", "--json", *self.tls)
        talk = self.talk(sink)
        offered = talk.hello()
        self.assertIn("DELIVERBY 60", offered)
        self.assertIn("MT-PRIORITY", offered)
        self.assertNotIn("REQUIRETLS", offered)
        talk.say("STARTTLS")
        talk.secure()
        offered = talk.hello()
        self.assertIn("REQUIRETLS", offered)
        hold = [o for o in offered if o.startswith("FUTURERELEASE 604800 ")]
        until = hold[0].split()[2]
        words = ["BY=60;RT", "HOLDUNTIL=" + until, "MT-PRIORITY=-3",
                 "REQUIRETLS"]
        self.assertEqual(
            talk.say("MAIL FROM:<a@example.org> " + " ".join(words))[:3], "250")
        self.assertEqual(talk.say("RCPT TO:<b@example.org>")[:3], "250")
        talk.say("DATA")
        self.assertEqual(talk.say(".")[:3], "250")
        self.assertEqual(json.loads(sink.line())["mail_parameters"], words)

    def test_limits_are_said_and_kept(self):
        limits = "MAILMAX=2 RCPTMAX=3 RCPTDOMAINMAX=1"
        talk = self.talk(self.sink("--limits", limits))
        self.assertIn("LIMITS " + limits, talk.hello())
        talk.send(b"MAIL FROM:<>\r\nRCPT TO:<a@one.test>\r\n"
                  b"RCPT TO:<a@two.test>\r\nRCPT TO:<b@one.test>\r\n"
                  b"RCPT TO:<c@one.test>\r\nRSET\r\nMAIL FROM:<>\r\nRSET\r\n"
                  b"MAIL FROM:<>\r\n")
        self.assertEqual(codes(talk, 9), ["250", "250", "452", "250", "452",
                                          "250", "250", "250", "421"])
        self.assertIsNone(talk.line())
        quiet = self.talk(self.sink("--limits", limits, "--without", "LIMITS"))
        self.assertFalse([o for o in quiet.hello() if o.startswith("LIMITS")])

    def test_max_recipients(self):
        # U21: the rest has to go in another transaction.
        talk = self.talk(self.sink("--max-recipients", "1"))
        talk.hello()
        talk.send(ENVELOPE)
        self.assertEqual([talk.reply()[:9] for _ in range(3)],
                         ["250 2.1.0", "250 2.1.5", "452 4.5.3"])


class Lmtp(SinkTest):
    def test_smtplib_speaks_it_over_tcp_and_unix_sockets(self):
        path = os.path.join(self.folder(), "socket")
        for listen in ("127.0.0.1:0", "unix:" + path):
            sink = self.sink("--lmtp", "--json", listen=listen)
            host = path if listen.startswith("unix:") else "127.0.0.1"
            with smtplib.LMTP(host, sink.port, timeout=SECONDS) as client:
                client.ehlo("client.test")
                client.mail("a@example.org")
                client.rcpt("b@example.org")
                self.assertEqual(client.data("hello\r\n")[0], 250)
            self.assertEqual(json.loads(sink.line())["to"], ["b@example.org"])

    def test_a_reply_for_each_recipient(self):
        folder = self.folder()
        talk = self.talk(self.sink("--lmtp", "--dir", folder, "--reply",
                                   "content@b@*=550 5.2.1 no"))
        self.assertEqual(talk.say("MAIL FROM:<>"), "503 5.5.1 LHLO first")
        self.assertEqual(talk.say("EHLO client.test")[:3], "500")
        self.assertEqual(talk.say("HELO client.test")[:3], "500")
        self.assertEqual(talk.say("LHLO client.test")[:3], "250")
        self.assertEqual(talk.say("DATA")[:3], "503")
        for last in (b"DATA\r\nx\r\n.\r\n", b"BDAT 3 LAST\r\nx\r\n"):
            talk.send(ENVELOPE + last)
            replies = codes(talk, 3 + last.startswith(b"DATA"))
            self.assertEqual(replies[:3], ["250"] * 3)
            self.assertEqual(talk.reply(), "550 5.2.1 no")
            self.assertEqual(talk.reply()[:9], "250 2.0.0")
        for number in (1, 2):
            content, envelope = self.stored(folder, number)
            self.assertEqual(content, b"x\r\n")
            self.assertEqual(envelope["to"], ["c@example.org"])

    def test_nobody_is_no_reply_to_the_last_chunk(self):
        talk = self.talk(self.sink("--lmtp"))
        talk.say("LHLO client.test")
        talk.send(b"MAIL FROM:<>\r\nRCPT TO:<b>\r\nDATA\r\nBDAT 1 LAST\r\nx"
                  b"RSET\r\n")
        self.assertEqual(codes(talk, 4), ["250", "501", "503", "250"])


class RoundTrips(SinkTest):
    def end(self, sink):
        """The summary of a sink that has nothing left to do."""
        sink.process.send_signal(signal.SIGTERM)
        self.assertEqual(sink.wait(), 0)
        return json.loads(sink.error())

    def test_flights_are_counted(self):
        sink = self.sink("--json")
        talk = self.talk(sink)
        talk.hello()
        talk.send(ENVELOPE + b"DATA\r\n")
        codes(talk, 4)
        talk.send(b"x\r\n.\r\n")
        codes(talk, 1)
        self.assertEqual(json.loads(sink.line())["flights"], 3)
        for command in ENVELOPE.splitlines() + [b"DATA", b"."]:
            talk.say(command.decode())
        self.assertEqual(json.loads(sink.line())["flights"], 8)
        other = self.talk(sink)
        other.hello()
        other.close()
        talk.say("QUIT")
        talk.close()
        self.assertEqual(self.end(sink), {
            "connections": 2, "handshakes": 0, "messages": 2, "recipients": 4,
            "flights": 10, "differences": 0})

    def test_late_replies_come_whole_and_in_order(self):
        for options in ((), self.tls):
            sink = self.sink("--delay", "40", "--json", *options)
            with smtplib.SMTP("127.0.0.1", sink.port,
                              timeout=SECONDS) as client:
                if options:
                    client.starttls()
                client.sendmail("a@example.org", "b@example.org", "x")
            self.assertEqual(json.loads(sink.line())["to"], ["b@example.org"])
            talk = self.talk(sink)
            start = time.monotonic()
            talk.hello()
            # A slow machine cannot break this: it is never too early. The
            # loop's clock has milliseconds.
            self.assertGreater(time.monotonic() - start, 0.038)
            # While replies wait, what comes is heard: RSET last of all.
            talk.send(ENVELOPE)
            talk.send(b"BDAT 3\r\n")
            talk.send(b"QUI")
            talk.send(b"RSET\r\n")
            self.assertEqual(codes(talk, 5), ["250"] * 5)
            talk.send(b"WHAT\r\n")
            talk.send(b"QUIT\r\n")
            self.assertEqual(codes(talk, 2), ["500", "221"])
            self.assertIsNone(talk.line())

    def test_faults_wait_too(self):
        sink = self.sink("--delay", "30", "--reply", "mail@drop@*=drop",
                         "--reply", "mail@flood@*=flood", "--reply",
                         "mail@drip@*=drip", "--reply", "mail@stall@*=stall")
        for name, last in (("drop", None), ("flood", "250-"), ("drip", "2"),
                           ("stall", TimeoutError)):
            talk = self.talk(sink)
            talk.hello()
            talk.send(b"NOOP\r\nMAIL FROM:<%s@example.org>\r\n" % name.encode())
            self.assertEqual(talk.reply()[:3], "250")
            talk.socket.settimeout(0.3 if name == "stall" else SECONDS)
            if name == "stall":
                self.assertRaises(TimeoutError, talk.line)
            elif last is None:
                self.assertIsNone(talk.line())
            else:
                while len(talk.rest) < len(last):
                    talk.rest += talk.socket.recv(len(last))
                self.assertEqual(talk.rest[:len(last)].decode(), last)
            talk.close()

    def test_a_client_that_has_said_all_still_gets_its_replies(self):
        talk = self.talk(self.sink("--delay", "50"))
        talk.send(b"EHLO x\r\n" + ENVELOPE)
        talk.socket.shutdown(socket.SHUT_WR)
        self.assertEqual(codes(talk, 4), ["250"] * 4)
        self.assertIsNone(talk.line())


class Scripts(SinkTest):
    def script(self, text):
        path = os.path.join(self.folder(), "script.txt")
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    SMTPLIB = ("# as smtplib says it\nS: 220 script ESMTP\nC: ehlo <hidden>\n"
               "S: 250-script\nS: 250 SIZE\nC: mail FROM:<a@x.test> size=7\n"
               "S: 250 ok\nC: rcpt TO:<b@x.test>\nS: 250 ok\nC: data\n"
               "S: 354 go on\nC: <7 octets>\nC: .\nS: 250 taken\nC: QUIT\n"
               "S: 221 bye\n")

    def test_smtplib_follows_a_script_on_each_connection(self):
        sink = self.sink("--script", self.script(self.SMTPLIB), "--json",
                         "--max-messages", "2")
        for _ in range(2):
            with smtplib.SMTP("127.0.0.1", sink.port,
                              timeout=SECONDS) as client:
                client.sendmail("a@x.test", "b@x.test", "hello\r\n")
        self.assertEqual(sink.wait(), 0)
        summary = json.loads(sink.error())
        self.assertEqual(summary["differences"], 0)
        self.assertEqual(summary["flights"], 12)

    def test_a_difference_is_shown_and_ends_the_connection(self):
        sink = self.sink("--script", self.script(self.SMTPLIB),
                         "--max-messages", "1")
        with smtplib.SMTP("127.0.0.1", sink.port, timeout=SECONDS) as client:
            client.ehlo()
            self.assertRaises(smtplib.SMTPServerDisconnected, client.docmd,
                              "MAIL", "FROM:<a@\x1b.test>")
        self.assertEqual(sink.wait(), 1)
        error = sink.error()
        self.assertRegex(error, r"posthaste: .*line 6 of the script")
        self.assertIn("expected: mail FROM:<a@x.test> size=7\n", error)
        self.assertIn("got:      MAIL FROM:<a@?.test>\n", error)

    def test_a_client_that_leaves_early_is_a_difference(self):
        sink = self.sink("--script", self.script(self.SMTPLIB),
                         "--max-messages", "1")
        talk = self.talk(sink)
        talk.send(b"ehlo x\r\n")
        talk.reply()
        talk.close()
        self.assertEqual(sink.wait(), 1)
        self.assertIn("the end of the connection", sink.error())

    def test_a_script_goes_through_tls(self):
        text = ("S: 220 hi\nC: STARTTLS\nS: 220 go\nC: EHLO x\nS: 250 x\n"
                "C: BDAT 4 LAST\nC: <4 octets>\nS: 250 taken\nC: QUIT\n"
                "S: 221 bye\n")
        sink = self.sink("--script", self.script(text), "--max-messages", "1",
                         *self.tls)
        talk = self.talk(sink)
        self.assertEqual(talk.say("STARTTLS"), "220 go")
        talk.secure()
        self.assertIsInstance(talk.socket, ssl.SSLSocket)
        self.assertEqual(talk.say("EHLO x"), "250 x")
        talk.send(b"BDAT 4 LAST\r\n\r\n.\r")
        self.assertEqual(talk.reply(), "250 taken")
        self.assertEqual(talk.say("QUIT"), "221 bye")
        talk.close()
        self.assertEqual(sink.wait(), 0)

    def test_what_send_prints_is_a_script(self):
        folder = self.folder()
        message = os.path.join(folder, "message.eml")
        with open(message, "w", encoding="ascii") as out:
            out.write("From: a@x.test\r\n\r\n.dot\r\n")
        words = ["--from", "a@x.test", "--to", "b@x.test", "-m", message,
                 "--hello", "client.test", "--user", "u", "--password", "p",
                 "--tls-ca", self.cert, "-v"]
        real = self.sink("--user", "u", "--password", "p", *self.tls)
        first = self.send(real, words)
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertIn("<hidden>", first.stderr)
        sink = self.sink("--script", self.script(first.stderr),
                         "--max-messages", "1", *self.tls)
        second = self.send(sink, words)
        self.assertEqual(second.returncode, 0, second.stderr)
        self.assertEqual(sink.wait(), 0, sink.error())

    def send(self, sink, words):
        server = f"smtp://localhost:{sink.port}"
        return self.run_program("send", "--server", server, *words)

    def test_what_cannot_be_followed_is_refused_at_once(self):
        good = self.script("S: 220 x\n")
        for status, options in [
                (64, ["--script", self.script("220 x\n")]),
                (64, ["--script", self.script("C: <3 octets>\n")]),
                (64, ["--script", good, "--reply", "mail=550"]),
                (64, ["--script", good, "--lmtp"]),
                (64, ["--script", good, "--dir", "."]),
                (65, ["--script", self.script("S: \0\n")]),
                (66, ["--script", "/nowhere"]),
                (64, ["--with", "SIZE"]), (64, ["--with", "REQUIRETLS"]),
                (64, ["--limits", "MAILMAX=0"]), (64, ["--delay", "soon"]),
                (64, ["--delay", "600001"]), (64, ["--max-recipients", "0"]),
                (64, ["--max-recipients", "10001"])]:
            with self.subTest(options):
                done = self.run_program("sink", *options)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertRegex(done.stderr, r"^posthaste: .+\n$")


if __name__ == "__main__":
    main()
