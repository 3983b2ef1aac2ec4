#!/usr/bin/env python3
"""TLS and AUTH against servers that want to have the password, or cannot be
trusted with a message: security_test.py PROGRAM

The classes bear the identifiers of the cases: S01 is STARTTLS injection. S06 and
S10 are in certificates_test.py, S07 is in test/net/apart_test.c.
"""

import base64

import sink_talk
from scripted import ScriptedTest

PASSWORD = "canary-4711"
LOGIN = ["--user", "ann", "--password", PASSWORD]
ALERT = bytes.fromhex("15030300020228")   # fatal, handshake_failure


def after_starttls(act):
    """A server that does `act` in the place of an answer to STARTTLS."""
    def script(guest):
        guest.greet("STARTTLS", "AUTH PLAIN LOGIN")
        guest.expect("STARTTLS")
        act(guest)
    return script


def after_hello(act):
    """A server that does `act` in the place of its part of the handshake."""
    def instead(guest):
        guest.say("220 go")
        guest.hello()
        act(guest)
    return after_starttls(instead)


class S01Injection(ScriptedTest):
    """Octets in clear between the 220 and TLS (TL-01, TL-04)."""

    def script(self, pieces):
        def act(guest):
            for piece in pieces:
                guest.send(piece)
            guest.secure()   # and then as if nothing were
            guest.answer_ehlo("AUTH PLAIN LOGIN")
            guest.part()
        return after_starttls(act)

    def refuse(self, *pieces, shown=None):
        for words in LOGIN, ["--tls", "required"], ["--tls", "opportunistic"]:
            with self.subTest(pieces=pieces, words=words):
                run, guests = self.run_against(self.script(pieces), *words)
                fate = self.one(run)
                self.assertEqual((run.code, fate["outcome"]),
                                 (76, "unsent"), run.err)
                self.assert_kept_to_itself(guests)
                self.assertEqual(1, len(guests))
                if shown:
                    self.assertIn(f"\nS: 220 go\nS: {shown}\n# that came "
                                  "before", run.err)

    def test_in_one_segment(self):
        self.refuse(b"220 go\r\n250-x\r\n250 AUTH PLAIN LOGIN\r\n", shown="250-x")

    def test_without_a_line_end(self):
        self.refuse(b"220 go\r\n250-AUTH LO", shown="250-AUTH LO")

    def test_a_single_octet(self):
        self.refuse(b"220 go\r\n2", shown="2")

    def test_in_two_segments(self):
        self.refuse(b"220 go\r\n25", b"0-x\r\n250 AUTH PLAIN LOGIN\r\n")
        self.refuse(b"220 g", b"o\r\n250 AUTH PLAIN LOGIN\r\n")

    def test_before_the_220(self):
        self.refuse(b"250 AUTH PLAIN LOGIN\r\n220 go\r\n")

    def test_between_the_hellos(self):
        def act(guest):
            guest.send(b"2")
            guest.secure()
            guest.part()
        run, guests = self.run_against(after_hello(act), *LOGIN)
        self.assert_fate(run, 76, "unsent", "tls")
        self.assert_kept_to_itself(guests)


class S02Stripping(ScriptedTest):
    """Somebody on the way takes STARTTLS out (U28, TL-05)."""

    def refuse(self, script, codes=(76,)):
        for words in LOGIN, ["--tls", "required"]:
            with self.subTest(words=words):
                run, guests = self.run_against(script, *words)
                fate = self.one(run)
                self.assertEqual("unsent", fate["outcome"], run.err)
                self.assertIn(run.code, codes, run.err)
                self.assert_kept_to_itself(guests)

    def test_it_is_not_offered(self):
        for offered in ((), ("STARTTL5",), ("XSTARTTLS",), ("AUTH PLAIN",),
                        ("STARTTLSX", "AUTH PLAIN LOGIN")):
            def script(guest, offered=offered):
                guest.greet(*offered)
                guest.part()
            self.refuse(script)

    def test_it_is_refused(self):
        for line in ("454 4.7.0 not now", "500 what?", "501 no", "502 no",
                     "530 no", "554 no"):
            def act(guest, line=line):
                guest.say(line)
                guest.part()
            self.refuse(after_starttls(act))

    def test_it_is_answered_otherwise(self):
        for line in ("250 ok", "334 ", "235 welcome", "354 go", "299 x",
                     "nonsense"):
            def act(guest, line=line):
                guest.say(line)
                guest.part()
            self.refuse(after_starttls(act))

    def test_a_220_of_two_lines_is_a_220(self):
        def act(guest):
            guest.say("220-wait", "220 go")
            guest.secure()
            guest.answer_ehlo()
            guest.take_mail()
        run, guests = self.run_against(after_starttls(act), "--tls", "required")
        self.assert_fate(run, 0, "accepted", "content")
        self.assertEqual(["EHLO", "STARTTLS"],
                         [line.split(" ")[0] for line in guests[0].clear])

    def test_only_helo_is_understood(self):
        def script(guest):
            guest.say("220 scripted.test ESMTP")
            guest.expect("EHLO")
            guest.say("502 what?")
            if guest.hear().startswith("HELO"):
                guest.say("250 scripted.test")
                guest.part()
            guest.say("221 bye")
        # Refused for good, and nobody was asked: 75; or TLS was not to be had.
        self.refuse(script, (75, 76))

    def test_the_greeting_is_none(self):
        for greeting in ("230 already in", "250 hello", "garbage", "220_x",
                         "\x01"):
            def script(guest, greeting=greeting):
                guest.say(greeting)   # 2yz is one, RFC 5321 4.3.2
                guest.answer_ehlo("AUTH PLAIN")
                guest.part()
            self.refuse(script)

    def test_it_leaves_behind_the_220(self):
        def act(guest):
            guest.say("220 go")
            guest.leave()
            guest.listen()
        self.refuse(after_starttls(act), (75,))


class S03Handshake(ScriptedTest):
    """TLS begins, and does not come up (TL-06)."""

    @staticmethod
    def broken(octets):
        def act(guest):
            guest.more()
            guest.send(octets)
            guest.listen()
        return act

    @staticmethod
    def leaving(guest):
        guest.leave()
        guest.listen()

    def cases(self):
        """name: (what the server does, exit status, in words)"""
        return {
            "alert": (self.broken(ALERT), 76, "alert"),
            "clear text": (self.broken(b"250 ok\r\n"), 76, "clear text"),
            "neither": (self.broken(bytes(40)), 76, "does not speak TLS"),
            "reset": (lambda guest: guest.reset(), 75, "reset"),
            "end": (self.leaving, 75, "closed"),
            "stall": (lambda guest: guest.listen(), 75, "in time"),
        }

    def test_required(self):
        for name, (act, code, words) in self.cases().items():
            with self.subTest(name):
                run, guests = self.run_against(
                    after_hello(act), *LOGIN, "--timeout", "1")
                self.assert_fate(run, code, "unsent", "tls")
                self.assertRegex(run.err, words)
                self.assert_kept_to_itself(guests)
                self.assertEqual(1, len(guests))

    def test_from_the_first_octet(self):
        for name, (act, code, words) in self.cases().items():
            with self.subTest(name):
                server = self.serve(lambda guest, act=act: (guest.hello(),
                                                            act(guest)))
                run = self.posthaste(
                    "send", "-s", self.url(server, "smtps"), *LOGIN,
                    "--from", "a@x.org", "--to", "b@x.org", "--subject", "s",
                    "--json", "--timeout", "1")
                server.close()
                self.assert_fate(run, code, "unsent", "tls")
                self.assertRegex(run.err, words)
                self.assertEqual([], server.guests[0].lines())

    def test_opportunistic(self):
        # Another connection, in clear from its beginning; RFC 7435 4.
        def clear(guest):
            guest.greet("STARTTLS", "AUTH PLAIN LOGIN")
            guest.take_mail()
        for name, (act, _, __) in self.cases().items():
            with self.subTest(name):
                run, guests = self.run_against(
                    (after_hello(act), clear), "--timeout", "1",
                    "--tls", "opportunistic")
                self.assert_fate(run, 0, "accepted", "content")
                self.assert_kept_to_itself(guests[:1])
                self.assertEqual(["EHLO", "MAIL"], guests[1].verbs()[:2])
                self.assertEqual(2, len(guests))

    def test_opportunistic_with_credentials(self):
        # Who wants to log in is not led into clear text.
        for name, (act, code, _) in self.cases().items():
            with self.subTest(name):
                run, guests = self.run_against(
                    after_hello(act), "--timeout", "1",
                    "--tls", "opportunistic", *LOGIN)
                self.assert_fate(run, code, "unsent", "tls")
                self.assert_kept_to_itself(guests)
                self.assertEqual(1, len(guests))


class S04Forgetting(ScriptedTest):
    """What was said before TLS does not count (U32, TL-02, TL-03)."""

    @staticmethod
    def script(guest):
        guest.greet("STARTTLS", "AUTH PLAIN LOGIN", "PIPELINING", "SIZE 1",
                    "8BITMIME", "CHUNKING", "DSN", "SMTPUTF8")
        guest.expect("STARTTLS")
        guest.say("220 go")
        guest.secure()
        guest.answer_ehlo()
        for verb in ("MAIL", "RCPT", "DATA"):
            guest.alone(verb)
            guest.say("354 go" if verb == "DATA" else "250 ok")
        guest.take_content()
        guest.say("250 taken")
        guest.part()

    def test_extensions(self):
        run, guests = self.run_against(self.script, "--tls", "required",
                                       "--chunking", "--dsn-notify", "never")
        self.assert_fate(run, 0, "accepted", "content")
        self.assertIn("MAIL FROM:<ann@example.org>", guests[0].secret)
        self.assertIn("RCPT TO:<bob@example.org>", guests[0].secret)

    def test_mechanisms(self):
        run, guests = self.run_against(self.script, *LOGIN)
        self.assert_fate(run, 77, "unsent", "auth")
        self.assert_kept_to_itself(guests)

    def test_a_name_in_the_greeting_is_no_name(self):
        # STARTTLS within TLS is not said again, RFC 3207 4.2 (TL-07).
        def script(guest):
            guest.start_tls()
            guest.answer_ehlo("STARTTLS")
            guest.take_mail()
        run, guests = self.run_against(script, "--tls", "required")
        self.assert_fate(run, 0, "accepted", "content")
        self.assertNotIn("STARTTLS", guests[0].secret)


class S05Downgrade(ScriptedTest):
    """The server would rather have a weaker mechanism (U30)."""

    def offering(self, *extensions):
        def script(guest):
            guest.start_tls()
            guest.answer_ehlo(*extensions)
            guest.part()
        return script

    def refuse(self, extensions, *words):
        run, guests = self.run_against(self.offering(*extensions), *LOGIN,
                                       *words)
        self.assert_fate(run, 77, "unsent", "auth")
        self.assert_kept_to_itself(guests)

    def test_only_what_is_named_is_spoken(self):
        self.refuse(["AUTH LOGIN CRAM-MD5"], "--auth", "PLAIN")
        self.refuse(["AUTH PLAINX XPLAIN"], "--auth", "PLAIN")
        self.refuse(["AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1"], "--auth",
                    "SCRAM-SHA-256-PLUS,SCRAM-SHA-256")

    def scram(self, *answers):
        """To a server that does not know the password, but says these."""
        def script(guest):
            guest.start_tls()
            guest.answer_ehlo("AUTH SCRAM-SHA-256")
            first = base64.b64decode(guest.expect("AUTH").split(" ")[2])
            nonce = first.split(b",r=")[1].decode()
            for answer in answers:
                guest.say(answer.format(challenge=base64.b64encode(
                    f"r={nonce}x,s=c2FsdHNhbHQ=,i=4096".encode()).decode()))
                guest.hear()
            guest.say("221 bye")
        run, guests = self.run_against(script, *LOGIN)
        self.assertEqual("unsent", self.one(run)["outcome"])
        self.assertNotIn("MAIL", guests[0].verbs())
        return run

    def test_a_server_that_proves_nothing_is_not_believed(self):
        # AU-05: SCRAM ends with a proof of the server.
        wrong = base64.b64encode(b"v=" + base64.b64encode(bytes(32))).decode()
        run = self.scram("334 {challenge}", f"334 {wrong}", "501 cancelled")
        self.assertEqual(77, run.code, run.err)
        for answers in (["235 2.7.0 welcome"],
                        ["334 {challenge}", "235 2.7.0 welcome"]):
            self.assertIn(self.scram(*answers).code, (76, 77))

    def test_nothing_is_offered(self):
        self.refuse([])
        self.refuse(["AUTH"])
        self.refuse(["AUTH GSSAPI NTLM"])

    def test_in_clear(self):
        def script(guest):
            guest.greet("AUTH PLAIN LOGIN")
            guest.part()
        run, guests = self.run_against(script, *LOGIN, "--tls", "none")
        self.assert_fate(run, 77, "unsent", "auth")
        self.assert_kept_to_itself(guests)

    def test_in_clear_with_opportunistic_tls(self):
        # On it goes, as somebody without credentials.
        def script(guest):
            guest.greet("AUTH PLAIN LOGIN")
            guest.take_mail()
        _, guests = self.run_against(script, *LOGIN, "--tls", "opportunistic")
        self.assertNotIn("AUTH", guests[0].verbs())

    def test_a_wrong_password_is_said_once(self):
        # AU-08: whoever is refused does not go on to guess.
        def script(guest):
            guest.start_tls()
            guest.answer_ehlo("AUTH PLAIN LOGIN")
            guest.expect("AUTH")
            guest.say("535 5.7.8 no")
            guest.part()
        run, guests = self.run_against(script, *LOGIN)
        self.assert_fate(run, 77, "unsent", "auth")
        self.assertEqual(1, guests[0].verbs().count("AUTH"))


class S08FirstOctet(ScriptedTest):
    """smtps:// begins with TLS, whatever the server says (TL-13)."""

    def test_a_greeting_in_clear_changes_nothing(self):
        def script(guest):
            guest.say("220 scripted.test ESMTP", "250 AUTH PLAIN LOGIN")
            guest.listen()
        server = self.serve(script)
        run = self.posthaste("send", "-s", self.url(server, "smtps"), *LOGIN,
                             "--from", "a@x.org", "--to", "b@x.org",
                             "--subject", "s", "--json")
        server.close()
        self.assert_fate(run, 76, "unsent", "tls")
        self.assertEqual([], server.guests[0].lines())
        self.assertIn(server.guests[0].first, (b"", b"\x16"))

    def test_it_is_a_handshake(self):
        server = self.serve(lambda guest: guest.hello())
        self.posthaste("send", "-s", self.url(server, "smtps"), "--from",
                       "a@x.org", "--to", "b@x.org", "--subject", "s")
        server.close()
        self.assertEqual(b"\x16", server.guests[0].first)


class S09Truncation(ScriptedTest):
    """A FIN within TLS that no close_notify announced (TL-11)."""

    def cut(self, *before):
        def script(guest):
            guest.start_tls()
            guest.answer_ehlo()
            for verb, reply in (("MAIL", "250 ok"), ("RCPT", "250 ok"),
                                ("DATA", "354 go")):
                guest.expect(verb)
                guest.say(reply)
            guest.take_content()
            for octets in before:
                guest.send(octets)
            guest.leave()
        run, guests = self.run_against(script, "--tls", "required")
        self.assertTrue(guests[0].tls)
        return run

    def test_behind_the_250(self):
        self.assert_fate(self.cut(b"250 2.0.0 taken\r\n"), 0, "accepted",
                         "content")

    def test_before_or_amid_it(self):
        for before in ([], [b"2"], [b"250"], [b"250 2.0.0 taken"],
                       [b"250 2.0.0 taken\r"], [b"250-2.0.0 taken\r\n"]):
            with self.subTest(before):
                self.assert_fate(self.cut(*before), 75, "uncertain",
                                 "content")


if __name__ == "__main__":
    sink_talk.main()
