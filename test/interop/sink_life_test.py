#!/usr/bin/env python3
"""The faults of posthaste sink, its files, and its end: sink_life_test.py PROGRAM
"""

import json
import os
import resource
import signal
import socket

from sink_talk import GROUP, Sink, SinkTest, Talk, main


class Faults(SinkTest):
    def faulty(self, *replies, options=()):
        return self.sink(*options, *(word for reply in replies
                                     for word in ("--reply", reply)))

    def test_replies_at_every_stage(self):
        sink = self.faulty("hello@bad.test=550 5.7.1 not you", "mail@no*=451",
                           "rcpt@*@full.example=452 4.2.2 full",
                           "rcpt@moved@example.org=251 forwarded",
                           "data@d*=554 no data", "content@c*=550 5.6.0 ugh",
                           "rset=250 5.5.5 odd", "quit=500 stay")
        talk = self.talk(sink)
        self.assertEqual(talk.say("EHLO bad.test"), "550 5.7.1 not you")
        self.assertEqual(talk.say("MAIL FROM:<a@example.org>")[:3], "503")
        talk.hello()
        self.assertEqual(talk.say("MAIL FROM:<no@example.org>"),
                         "451 as it was asked for")
        for recipient, code in (("d@example.org", "554"),
                                ("c@example.org", "354")):
            talk.say("MAIL FROM:<a@example.org>")
            self.assertEqual(talk.say("RCPT TO:<B@FULL.example>"),
                             "452 4.2.2 full")
            self.assertEqual(talk.say("RCPT TO:<moved@example.org>"),
                             "251 forwarded")
            talk.say(f"RCPT TO:<{recipient}>")
            self.assertEqual(talk.say("DATA")[:3], code)
            if code == "554":
                self.assertEqual(talk.say("RSET"), "250 5.5.5 odd")
        self.assertEqual(talk.say("."), "550 5.6.0 ugh")
        self.assertEqual(self.deliver(talk)[:3], "250")
        self.assertEqual(talk.say("QUIT"), "500 stay")
        self.assertIsNone(talk.line())

    def test_greetings(self):
        busy = self.talk(self.faulty("greeting=421 4.3.2 busy"), greet=False)
        self.assertEqual(busy.reply(), "421 4.3.2 busy")
        self.assertIsNone(busy.line())
        no = self.talk(self.faulty("greeting=554 no mail here"), greet=False)
        self.assertEqual(no.reply(), "554 no mail here")
        self.assertEqual(no.say("EHLO client.test")[:3], "503")
        self.assertEqual(no.say("QUIT")[:3], "221")
        drop = self.talk(self.faulty("greeting=drop"), greet=False)
        self.assertIsNone(drop.line())

    def test_starttls_and_auth(self):
        sink = self.faulty("starttls=454 4.7.0 later", options=self.tls)
        talk = self.talk(sink)
        talk.hello()
        self.assertEqual(talk.say("STARTTLS"), "454 4.7.0 later")
        self.assertEqual(self.deliver(talk)[:3], "250")
        sink = self.faulty("auth@login=534 weak", "auth=235 welcome",
                           options=("--user", "u", "--password", "p"))
        talk = self.talk(sink)
        talk.hello()
        self.assertEqual(talk.say("AUTH LOGIN"), "534 weak")
        self.assertEqual(talk.say("AUTH PLAIN"), "334 ")
        self.assertEqual(talk.say("AHUAcQ==")[:3], "535")
        self.assertEqual(talk.say("AUTH PLAIN AHUAcA=="), "235 welcome")

    def test_drop_and_421_close_behind_what_was_said(self):
        sink = self.faulty("rcpt@drop@*=drop", "rcpt@421@*=421 4.3.2 bye")
        for name, last in (("drop", None), ("421", "421 4.3.2 bye")):
            talk = self.talk(sink)
            talk.hello()
            talk.send(f"MAIL FROM:<>\r\nRCPT TO:<{name}@example.org>\r\n"
                      "DATA\r\n".encode())
            self.assertEqual(talk.reply()[:3], "250")
            self.assertEqual(talk.reply(), last)
            self.assertIsNone(talk.line())

    def test_garbage_and_stall(self):
        talk = self.talk(self.faulty("mail=garbage", "rset=stall"))
        talk.hello()
        self.assertEqual(talk.say("MAIL FROM:<>"), "??? what")
        talk.send(b"NOOP\r\nRSET\r\nNOOP\r\n")
        self.assertEqual(talk.reply()[:3], "250")
        talk.socket.settimeout(0.3)
        self.assertRaises(TimeoutError, talk.line)

    def test_drip_gives_the_right_reply_slowly(self):
        folder = self.folder()
        talk = self.talk(self.faulty("data=drip", options=("--dir", folder)))
        talk.hello()
        talk.send(b"MAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n")
        talk.reply()
        talk.reply()
        octets = [talk.socket.recv(100) for _ in range(3)]
        self.assertEqual(octets, [b"3", b"5", b"4"])

    def test_flood_ends_at_sixteen_mebibytes(self):
        for options in ((), self.tls):
            sink = self.faulty("mail=flood", options=options)
            talk = self.talk(sink)
            talk.hello()
            if options:
                talk.say("STARTTLS")
                talk.secure()
                talk.hello()
            talk.send(b"MAIL FROM:<>\r\n")
            total = 0
            while more := talk.socket.recv(1 << 20):
                if not total:
                    self.assertEqual(more[:4], b"250-")
                total += len(more)
            self.assertAlmostEqual(total / (16 << 20), 1, delta=0.01)

    def test_a_flood_that_nobody_reads_hinders_nobody(self):
        sink = self.faulty("mail@flood@*=flood")
        talk = self.talk(sink)
        talk.hello()
        talk.send(b"MAIL FROM:<flood@example.org>\r\n")
        other = self.talk(sink)
        other.hello()
        self.assertEqual(self.deliver(other)[:3], "250")


class Life(SinkTest):
    def run_sink(self, *options):
        done = self.run_program("sink", *options)
        return done.returncode, done.stderr, done.stdout

    def test_exit_statuses(self):
        port = str(self.sink().port)
        plain = os.path.join(self.folder(), "file")
        with open(plain, "w", encoding="ascii") as out:
            out.write("no certificate")
        for status, options in [
                (64, ["--what"]), (64, ["operand"]), (64, ["--listen", "x"]),
                (64, ["--listen", "::1:25"]), (64, ["--listen", "h:99999"]),
                (64, ["--listen", "unix:" + "x" * 200]),
                (64, ["--reply", "rcpt=what"]), (64, ["--reply", "what=550"]),
                (64, ["--reply", "quit@x=550"]), (64, ["--max-messages", "0"]),
                (64, ["--user", "ann"]), (64, ["--tls-cert", self.cert]),
                (64, ["--implicit-tls"]), (64, ["--without", "WHAT"]),
                (66, ["--dir", "/nowhere/at/all"]), (66, ["--dir", plain]),
                (66, ["--tls-cert", "/nowhere", "--tls-key", self.key]),
                (66, ["--tls-cert", self.cert, "--tls-key", plain]),
                (75, ["--listen", "127.0.0.1:" + port])]:
            with self.subTest(options):
                code, error, out = self.run_sink(*options)
                self.assertEqual(code, status, error)
                self.assertRegex(error, r"^posthaste: .+\n$")
                self.assertEqual(out, "")

    def test_help_names_every_option(self):
        code, error, out = self.run_sink("--help")
        self.assertEqual((code, error), (0, ""))
        for option in ("listen", "dir", "tls-cert", "tls-key", "implicit-tls",
                       "user", "password", "lmtp", "reply", "without", "with",
                       "limits", "max-recipients", "max-messages", "delay",
                       "script", "json", "help"):
            self.assertIn("--" + option, out)

    def test_max_messages_ends_it_once_their_sessions_are_over(self):
        folder = self.folder()
        sink = self.sink("--dir", folder, "--max-messages", "2")
        idle = self.talk(sink)
        talk = self.talk(sink)
        talk.hello()
        self.assertEqual(self.deliver(talk)[:3], "250")
        self.assertEqual(self.deliver(talk)[:3], "250")
        self.assertEqual(talk.say("NOOP")[:3], "250")
        self.assertIsNone(sink.process.poll())
        self.assertEqual(talk.say("MAIL FROM:<>")[:3], "421")
        self.assertIsNone(talk.line())
        talk.close()
        self.assertEqual(sink.wait(), 0)
        self.assertIsNone(idle.line())
        self.assertEqual(len(os.listdir(folder)), 4)

    def test_numbers_go_on_where_they_ended(self):
        folder = self.folder()
        for number in (1, 2):
            sink = self.sink("--dir", folder, "--max-messages", "1", "--json")
            talk = self.talk(sink)
            talk.hello()
            self.deliver(talk)
            talk.close()
            self.assertEqual(sink.wait(), 0)
            self.assertEqual(json.loads(sink.line())["message"], number)
        self.assertEqual(sorted(os.listdir(folder)),
                         ["000001.eml", "000001.json", "000002.eml",
                          "000002.json"])

    def test_a_full_disk_is_452_and_nothing_is_left(self):
        folder = self.folder()
        # The limit on a file's size stands in for that of the disk; its signal
        # stays ignored, as Python has it.
        sink = self.sink("--dir", folder, restore_signals=False)
        resource.prlimit(sink.process.pid, resource.RLIMIT_FSIZE,
                         (2000, 2000))
        talk = self.talk(sink)
        talk.hello()
        self.assertEqual(self.deliver(talk, b"x" * 3000 + b"\r\n")[:9],
                         "452 4.3.1")
        self.assertEqual(os.listdir(folder), [])
        self.assertEqual(self.deliver(talk)[:3], "250")
        self.assertEqual(len(os.listdir(folder)), 2)

    def test_a_reader_who_goes_away_ends_it(self):
        sink = self.sink()
        sink.process.stdout.close()
        talk = self.talk(sink)
        talk.hello()
        self.assertEqual(self.deliver(talk)[:3], "250")
        talk.close()
        self.assertEqual(sink.wait(), 75)
        self.assertRegex(sink.process.stderr.read(), "standard output")
        sink.process.stdout = None

    def test_a_reader_who_does_not_read_stops_nothing(self):
        sink = self.sink("--json", "--max-messages", "2000")
        talk = self.talk(sink)
        talk.hello()
        for _ in range(2000):
            talk.send(GROUP + b".\r\n")
        replies = [talk.reply()[:3] for _ in range(5 * 2000)]
        self.assertEqual(replies.count("250"), 4 * 2000)
        talk.close()
        numbers = [json.loads(sink.line())["message"] for _ in range(2000)]
        self.assertEqual(numbers, list(range(1, 2001)))
        self.assertEqual(sink.wait(), 0)

    def test_a_signal_lets_a_transaction_finish(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            folder = self.folder()
            sink = self.sink("--dir", folder)
            idle = self.talk(sink)
            busy = self.talk(sink)
            busy.hello()
            busy.send(GROUP)
            for _ in range(4):
                busy.reply()
            sink.process.send_signal(number)
            self.assertEqual(idle.reply()[:3], "421")
            self.assertIsNone(idle.line())
            idle.close()
            self.assertRaises(ConnectionRefusedError, Talk, sink)
            self.assertEqual(busy.say(".")[:3], "250")
            self.assertEqual(busy.reply()[:3], "421")
            self.assertIsNone(busy.line())
            busy.close()
            self.assertEqual(sink.wait(), 0)
            self.assertEqual(len(os.listdir(folder)), 2)

    def test_a_second_signal_does_not_wait(self):
        sink = self.sink()
        busy = self.talk(sink)
        busy.hello()
        busy.say("MAIL FROM:<>")
        sink.process.send_signal(signal.SIGTERM)
        while True:
            try:
                Talk(sink).close()
            except ConnectionRefusedError:
                break
            except ConnectionResetError:
                pass  # it closed while we waited to be accepted
        sink.process.send_signal(signal.SIGTERM)
        self.assertEqual(sink.wait(), 0)

    def test_only_a_stale_socket_file_is_removed(self):
        path = os.path.join(self.folder(), "socket")
        alive = self.sink(listen="unix:" + path)
        self.assertEqual(self.run_sink("--listen", "unix:" + path)[0], 75)
        self.talk(alive)
        alive.process.kill()
        alive.wait()
        self.assertTrue(os.path.exists(path))
        self.talk(self.sink(listen="unix:" + path))
        ordinary = os.path.join(self.folder(), "file")
        open(ordinary, "w", encoding="ascii").close()
        self.assertEqual(self.run_sink("--listen", "unix:" + ordinary)[0], 75)
        self.assertTrue(os.path.exists(ordinary))

    def test_half_a_message_is_no_message(self):
        folder = self.folder()
        sink = self.sink("--dir", folder)
        talk = self.talk(sink)
        talk.hello()
        talk.send(GROUP + b"half\r\n.")
        talk.socket.shutdown(socket.SHUT_WR)
        self.assertEqual([talk.reply()[:3] for _ in range(4)],
                         ["250", "250", "250", "354"])
        self.assertIsNone(talk.line())
        self.assertEqual(os.listdir(folder), [])


if __name__ == "__main__":
    main()
