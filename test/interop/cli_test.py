#!/usr/bin/env python3
"""posthaste send against posthaste sink: cli_test.py PROGRAM

What is checked is what people and scripts rely on: exit status, the objects of
--json, the dialogue of -v, and what arrives.
"""

import email
import email.policy
import os
import re
import socket
import unittest

from cli_talk import KEYS, CliTest
from sink_talk import main


class Delivery(CliTest):
    def test_a_composed_message_arrives(self):
        folder = self.folder()
        sink = self.sink("--dir", folder)
        run = self.send(sink, "--cc", "Zoë <zoe@example.org>",
                        "--bcc", "eve@example.org", "--header", "X-One: é",
                        "--json")
        self.assertEqual(run.code, 0, run.err)
        content, envelope = self.stored(folder)
        self.assertEqual(envelope["to"], ["bob@example.org", "zoe@example.org",
                                          "eve@example.org"])
        message = email.message_from_bytes(content,
                                           policy=email.policy.default)
        self.assertEqual(message["Subject"], "Hi")
        self.assertEqual(message["Cc"], "Zoë <zoe@example.org>")
        self.assertEqual(message["X-One"], "é")
        self.assertIsNone(message["Bcc"])                       # U23
        self.assertEqual(message.get_content().strip(), "hello")
        objects = run.objects()
        self.assertEqual([o["recipient"] for o in objects], envelope["to"])
        for fate in objects:
            self.assertEqual(list(fate), KEYS)
            self.assertEqual(f"<{fate['message']}>", message["Message-ID"])
            self.assertEqual(
                (fate["outcome"], fate["code"], fate["enhanced"],
                 fate["stage"], fate["attempts"], fate["server"]),
                ("accepted", 250, "2.0.0", "content", 1,
                 f"localhost:{sink.port}"))

    def test_a_ready_message_arrives_as_it_is_but_for_bcc(self):
        folder = self.folder()
        sink = self.sink("--dir", folder)
        path = self.write("m.eml", b"Subject:  two  blanks\nBcc: eve@x.org,\n"
                                   b" mallory@x.org\nTo: bob@x.org\n\n.dot\n"
                                   b"last line without an end")
        run = self.posthaste("send", "-s", self.url(sink), "--from", "a@x.org",
                             "-t", "-m", path, "--json")
        self.assertEqual(run.code, 0, run.err)
        content, envelope = self.stored(folder)
        self.assertEqual(content, b"Subject:  two  blanks\r\nTo: bob@x.org\r\n"
                                  b"\r\n.dot\r\nlast line without an end\r\n")
        self.assertEqual(sorted(envelope["to"]),
                         ["bob@x.org", "eve@x.org", "mallory@x.org"])

    def test_messages_and_texts_come_from_files_and_standard_input(self):
        folder = self.folder()
        sink = self.sink("--dir", folder)
        path = self.write("text", "from a file\n")
        self.assertEqual(self.send(sink, "--text", "@" + path).code, 0)
        run = self.posthaste("send", "-s", self.url(sink), "--from", "a@x.org",
                             "--to", "b@x.org", "-m", "-",
                             data=b"Subject: s\r\n\r\nfrom a pipe\r\n")
        self.assertEqual(run.code, 0, run.err)
        self.assertIn(b"\r\n\r\nfrom a file\r\n", self.stored(folder, 1)[0])
        self.assertEqual(self.stored(folder, 2)[0],
                         b"Subject: s\r\n\r\nfrom a pipe\r\n")

    def test_the_null_sender_and_other_envelope_addresses(self):
        folder = self.folder()
        sink = self.sink("--dir", folder)
        for sender in ("", "<>"):
            run = self.send(sink, "--envelope-from", sender,
                            "--envelope-to", "<eve@example.org>")
            self.assertEqual(run.code, 0, run.err)
        for number in (1, 2):
            envelope = self.stored(folder, number)[1]
            self.assertEqual(envelope["from"], "")
            self.assertEqual(envelope["to"],
                             ["bob@example.org", "eve@example.org"])

    def test_a_unix_socket_and_the_environment_name_a_server(self):
        path = os.path.join(self.folder(), "sock")
        sink = self.sink(listen="unix:" + path)
        run = self.posthaste(
            "send", "--from", "a@x.org", "--to", "b@x.org", "--subject", "s",
            "--json", env={"POSTHASTE_SERVER": "smtp+unix://" + path})
        self.assert_fate(run, 0, "accepted", "content")
        self.assertIn("from <a@x.org> to <b@x.org>", sink.line())

    def test_a_dry_run_prints_the_message_and_connects_to_nothing(self):
        run = self.posthaste("send", "--from", "a@x.org", "--to", "b@x.org",
                             "--subject", "Grüße", "--dry-run",
                             "-s", "smtp://host.invalid")
        self.assertEqual(run.code, 0, run.err)
        message = email.message_from_string(run.out,
                                            policy=email.policy.default)
        self.assertEqual(message["Subject"], "Grüße")
        self.assertTrue(message["Date"] and message["Message-ID"])


class Dialogue(CliTest):
    def test_v_shows_the_dialogue_without_secrets_and_content(self):
        sink = self.sink("--user", "ann", "--password", "hunter2", *self.tls)
        run = self.send(sink, "-v", "--user", "ann", "--password", "hunter2",
                        "--tls-ca", self.cert)
        self.assertEqual(run.code, 0, run.err)
        lines = run.err.splitlines()
        for line in lines:
            self.assertRegex(line, r"^([SC]: |# )")
        self.assertNotIn("hunter2", run.err)            # U38, AU-12
        self.assertNotIn("AGFubg", run.err)     # base64 of NUL, ann
        self.assertIn("C: AUTH PLAIN <hidden>", lines)
        # Nothing follows this message, so QUIT rides behind it (RFC 2920 3.1).
        self.assertRegex(run.err, r"\nC: <\d+ octets>\nC: \.\nC: QUIT\nS: 250 ")
        self.assertRegex(lines[-1], "^S: 221 ")
        starttls = lines.index("C: STARTTLS")
        self.assertEqual(len([x for x in lines[starttls:]
                              if x.startswith("C: EHLO ")]), 1)  # U32

    def test_vv_shows_the_content_too(self):
        run = self.send(self.sink(), "-vv", "--text", "hello\n.dot")
        self.assertIn("\nC: Subject: Hi\n", run.err)
        self.assertIn("\nC: hello\n", run.err)

    def test_without_pipelining_each_command_waits(self):
        options = ("-v", "--to", "eve@example.org")
        sink = self.sink()
        group = "C: RCPT TO:<bob@example.org>\nC: RCPT TO:<eve@example.org>\n"
        self.assertIn(group, self.send(sink, *options).err)
        run = self.send(sink, *options, "--without", "PIPELINING")
        self.assertEqual(run.code, 0)
        self.assertNotIn(group, run.err)

    def test_hello_says_what_it_is_told(self):
        run = self.send(self.sink(), "-v", "--hello", "client.example.org")
        self.assertIn("C: EHLO client.example.org\n", run.err)


class Fates(CliTest):
    def fate(self, reply, *words):
        return self.send(self.sink("--reply", reply), "--json", *words)

    def test_replies_decide(self):
        for reply, code, outcome, stage in [
                ("rcpt=550 5.1.1 no such user", 69, "refused", "rcpt"),
                ("rcpt=451 4.7.1 greylisted", 75, "deferred", "rcpt"),
                ("mail=550 5.7.1 go away", 69, "refused", "mail"),
                ("data=554 5.7.1 no", 69, "refused", "data"),
                ("content=554 5.7.1 spam", 69, "refused", "content"),
                ("content=452 4.3.1 full", 75, "deferred", "content"),
                ("greeting=554 5.3.2 no service", 75, "unsent", "greeting"),
                ("greeting=421 4.3.2 busy", 75, "unsent", "greeting"),
                ("hello=421 4.3.2 busy", 75, "unsent", "hello")]:
            with self.subTest(reply):
                fate = self.assert_fate(self.fate(reply), code, outcome, stage)
                number, enhanced, text = reply.split("=")[1].split(" ", 2)
                self.assertEqual(
                    (fate["code"], fate["enhanced"], fate["reply"]),
                    (int(number), enhanced, text))

    def test_one_of_two_recipients_is_refused(self):        # U14, U15
        sink = self.sink("--reply", "rcpt@eve@*=550 5.1.1 who?")
        run = self.send(sink, "--to", "eve@example.org")
        self.assertEqual(run.code, 69)
        self.assertRegex(run.out, r"(?m)^accepted +bob@example\.org +250 ")
        self.assertRegex(run.out, r"(?m)^refused +eve@example\.org +"
                                  r"rcpt: 550 5\.1\.1 who\?$")

    def test_connections_that_are_lost(self):               # U18
        for reply, code, outcome, stage in [
                ("greeting=drop", 75, "unsent", "greeting"),
                ("hello=drop", 75, "unsent", "hello"),
                ("data=drop", 75, "deferred", "data"),
                ("content=drop", 75, "uncertain", "content")]:
            with self.subTest(reply):
                fate = self.assert_fate(self.fate(reply), code, outcome, stage)
                self.assertIsNone(fate["reply"])

    def test_garbage_breaks_the_protocol(self):
        for reply, outcome, stage in [
                ("greeting=garbage", "unsent", "greeting"),
                ("hello=garbage", "unsent", "hello"),
                ("content=garbage", "uncertain", "content")]:
            with self.subTest(reply):
                self.assert_fate(self.fate(reply), 76, outcome, stage)

    def test_a_server_that_says_nothing_is_not_waited_for(self):    # U09
        for reply, outcome, stage in [
                ("greeting=stall", "unsent", "greeting"),
                ("rcpt=stall", "deferred", "rcpt"),
                ("content=stall", "uncertain", "content")]:
            with self.subTest(reply):
                self.assert_fate(self.fate(reply, "--timeout", "1"), 75,
                                 outcome, stage)

    def test_nobody_listens(self):
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            run = self.send(held_port(held), "--json")
        fate = self.assert_fate(run, 75, "unsent", "connect")
        self.assertIsNone(fate["server"])
        self.assertRegex(run.err, r"^posthaste: localhost:\d+: .*"
                                  r": check host and port")

    def test_a_host_that_does_not_exist(self):
        try:
            socket.getaddrinfo("no.such.host.invalid", 25)
            self.fail("a name in .invalid exists here (RFC 6761 6.4)")
        except socket.gaierror as error:
            known = error.errno == socket.EAI_NONAME
        run = self.posthaste("send", "-s", "smtp://no.such.host.invalid",
                             "--from", "a@x.org", "--to", "b@x.org",
                             "--subject", "s", "--json")
        # Where no resolver answers, nobody knows.
        self.assert_fate(run, 68 if known else 75, "unsent", "resolve")


def held_port(held):
    class Held:
        port = held.getsockname()[1]
    return Held


class Security(CliTest):
    def test_required_tls_that_is_not_offered(self):        # S02
        run = self.send(self.sink(), "--tls", "required", "--json", "-v")
        fate = self.one(run)
        self.assertEqual((run.code, fate["outcome"]), (76, "unsent"))
        self.assertNotIn("MAIL FROM", run.err)

    def test_a_certificate_nobody_vouches_for(self):        # S03
        sink = self.sink(*self.tls)
        self.assert_fate(self.send(sink, "--tls", "required", "--json"),
                         76, "unsent", "tls")
        for words in (["--tls-ca", self.cert], ["--tls-insecure"]):
            run = self.send(sink, "--tls", "required", "--json", *words)
            self.assert_fate(run, 0, "accepted", "content")
        # Opportunistic and without credentials: better than nothing.
        self.assert_fate(self.send(sink, "--json"), 0, "accepted", "content")

    def test_the_name_must_be_in_the_certificate(self):
        sink = self.sink(*self.tls)
        words = ["--tls", "required", "--tls-ca", self.cert, "--json"]
        run = self.send(sink, *words, "--tls-name", "other.example.org")
        self.assert_fate(run, 76, "unsent", "tls")

    def test_tls_from_the_first_octet(self):
        sink = self.sink("--implicit-tls", *self.tls)
        run = self.posthaste(
            "send", "-s", self.url(sink, "smtps"), "--tls-ca", self.cert,
            "--from", "a@x.org", "--to", "b@x.org", "--subject", "s", "--json")
        self.assert_fate(run, 0, "accepted", "content")

    def test_passwords_from_url_option_and_file(self):
        sink = self.sink("--user", "ann", "--password", "p/w:1", *self.tls)
        path = self.write("secret", "p/w:1\n")
        for user, words in [("ann:p%2Fw%3A1@", []),
                            ("ann@", ["--password", "p/w:1"]),
                            ("", ["--user=ann", "--password-file", path]),
                            ("ann:p%2Fw%3A1@", ["--auth", "LOGIN"]),
                            ("ann:p%2Fw%3A1@", ["--auth-two-step"])]:
            with self.subTest(words):
                run = self.posthaste(
                    "send", "-s", self.url(sink, user=user), "--from",
                    "a@x.org", "--to", "b@x.org", "--subject", "s", "--json",
                    "--tls-ca", self.cert, *words)
                self.assert_fate(run, 0, "accepted", "content")

    def test_a_wrong_password(self):
        sink = self.sink("--user", "ann", "--password", "right", *self.tls)
        run = self.send(sink, "--user", "ann", "--password", "guess",
                        "--tls-ca", self.cert, "--json")
        fate = self.assert_fate(run, 77, "unsent", "auth")
        self.assertEqual((fate["code"], fate["enhanced"]), (535, "5.7.8"))
        self.assertNotIn("guess", run.err)

    def test_no_password_in_clear_unless_told(self):
        sink = self.sink("--user", "ann", "--password", "p")
        words = ["--user", "ann", "--password", "p", "--tls", "none", "--json"]
        self.assert_fate(self.send(sink, *words), 77, "unsent", "auth")
        run = self.send(sink, *words, "--auth-plaintext")
        self.assert_fate(run, 0, "accepted", "content")

    @unittest.skipUnless(os.path.exists("/proc/self/cmdline"), "no /proc")
    def test_no_password_stays_in_the_list_of_processes(self):  # U38
        sink = self.sink("--reply", "greeting=stall")
        for words in (["--user=a", "--password", "hunter2"],
                      ["--user=a", "--password=hunter2"],
                      ["-s", f"smtp://a:hunter2@localhost:{sink.port}"]):
            process = self.start(
                "send", "-s", self.url(sink), "--from", "a@x.org", "--to",
                "b@x.org", "--subject", "s", "-v", *words)
            process.stderr.readline()    # "# connected": main() is long past
            with open(f"/proc/{process.pid}/cmdline", "rb") as cmdline:
                seen = cmdline.read()
            process.kill()
            self.assertIn(b"--subject", seen)
            self.assertNotIn(b"hunter2", seen)


class Input(CliTest):
    def test_usage_errors_say_so_and_print_nothing(self):
        for words in (["send"], ["send", "--nothing"], ["sned"], [],
                      ["send", "--from", "a@x", "--to", "b@x", "--text", "t"],
                      ["batch"], ["batch", "--list", "l.csv"],
                      ["send", "--serv", "smtp://x"],
                      ["send", "-s", "srv:a b", "--from", "a@x.org",
                       "--to", "b@x.org", "--text", "t"]):
            run = self.posthaste(*words)
            self.assertEqual((run.code, run.out), (64, ""), words)
            self.assertRegex(run.err, r"\Aposthaste: [^\n]+: [^\n]+\n\Z")

    def test_one_bad_address_stops_all_before_anything_is_connected(self):
        sink = self.sink("--json", "--max-messages", "1")
        for bad in ("nobody", "a@b@c", "eve@x.org\r\nRSET"):
            run = self.send(sink, "--to", bad, "--json")        # S19
            self.assertEqual(run.code, 65)
            self.assertEqual([o["recipient"] for o in run.objects()],
                             ["bob@example.org", bad])
            for fate in run.objects():
                self.assertEqual((fate["outcome"], fate["stage"],
                                  fate["attempts"], fate["server"]),
                                 ("unsent", "input", 0, None))
        self.assertEqual(self.send(sink).code, 0)
        self.assertIn('"connection":1', sink.line().replace(" ", ""))

    def test_files_that_cannot_be_read(self):
        sink = self.sink()
        run = self.posthaste("send", "-s", self.url(sink), "--from", "a@x.org",
                             "--to", "b@x.org", "-m", "/nowhere/m", "--json")
        self.assertEqual((run.code, run.out), (66, ""))
        self.assertIn("/nowhere/m", run.err)

    def test_ready_messages_that_smtp_cannot_carry(self):
        sink = self.sink()
        for data in (b"A: b\n\nx\0y\n", b"A: b\n\nx\ry\n",
                     b"A: b\n\n" + b"x" * 999 + b"\n"):
            words = ["send", "-s", self.url(sink), "--from", "a@x.org", "--to",
                     "b@x.org", "-m", "-", "--json"]
            run = self.posthaste(*words, data=data)
            self.assert_fate(run, 65, "unsent", "input")
        run = self.posthaste(*words, "--long-lines", data=data)
        self.assert_fate(run, 0, "accepted", "content")

    def test_eight_bits_where_the_server_takes_seven(self):
        sink = self.sink("--without", "8BITMIME")
        words = ["send", "-s", self.url(sink), "--from", "a@x.org", "--to",
                 "b@x.org", "-m", "-", "--json"]
        data = "Subject: s\n\né\n".encode()
        run = self.posthaste(*words, data=data)
        self.assert_fate(run, 69, "refused", "mail")
        run = self.posthaste(*words, "--8bit", data=data)
        self.assert_fate(run, 0, "accepted", "content")
        self.assertEqual(self.send(sink, "--text", "é").code, 0)

    def test_output_that_cannot_be_written_is_no_success(self):
        sink = self.sink()
        with open("/dev/full", "wb") as full:
            process = self.start(
                "send", "-s", self.url(sink), "--from", "a@x.org", "--to",
                "b@x.org", "--subject", "s", stdout=full)
            err = process.communicate()[1]
        self.assertEqual(process.returncode, 75)
        self.assertIn(b"posthaste: standard output cannot be written", err)
        self.assertIn("from <a@x.org>", sink.line())

    def test_help_and_version(self):
        for words in (["--help"], ["send", "--help"], ["batch", "-h"],
                      ["sink", "--help"], ["states", "--help"]):
            run = self.posthaste(*words)
            self.assertEqual((run.code, run.err), (0, ""))
            self.assertLessEqual(max(map(len, run.out.splitlines())), 80)
        self.assertRegex(self.posthaste("--version").out,
                         re.compile(r"\Aposthaste \d+\.\d+\.\d+\n"))


if __name__ == "__main__":
    main()
