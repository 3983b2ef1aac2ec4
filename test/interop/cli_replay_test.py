#!/usr/bin/env python3
"""posthaste replay of what was just recorded: cli_replay_test.py PROGRAM"""

import os
import re

import canary_test
from cli_talk import CliTest
from scripted import ScriptedTest
from sink_talk import main

MESSAGE = (b"From: ann@x.org\r\nSubject: s\r\n\r\n.dot\r\n.\r\nhello\r\n"
           + b"a line like others\r\n" * 40)


class ReplayTest(CliTest):
    def replay(self, text):
        return self.posthaste("replay", self.write("trace", text))

    def states(self, run):
        """The states in which the machine came to rest."""
        return [line.split()[-1] for line in run.out.splitlines()]

    def assert_replayed(self, trace, last="CLOSED"):
        run = self.replay(trace)
        self.assertEqual((run.code, run.err), (0, ""), trace + run.out)
        self.assertEqual(self.states(run)[-1], last, run.out)
        return run

    def assert_complaint(self, run, code, words):
        self.assertEqual((run.code, run.out), (code, ""))
        self.assertRegex(run.err, r"\Aposthaste: [^\n]+: [^\n]+\n\Z")
        self.assertIn(words, run.err)

    def mail(self, sink, *words, scheme="smtp", to=("bob@x.org",)):
        """A ready message: its trace is the same each time."""
        path = self.write("m.eml", MESSAGE)
        return self.posthaste(
            "send", "-s", self.url(sink, scheme), "--from", "ann@x.org",
            *(word for one in to for word in ("--to", one)), "-m", path,
            "--hello", "client.test", "-v", *words)


class Recorded(ReplayTest):
    # What the sink and the client are told, what must be in the trace.
    CASES = {
        "pipelining": ([], [], "\nC: RCPT TO:<bob@x.org>\nC: DATA\n"),
        "one after the other": ([], ["--without", "PIPELINING"],
                                "\nC: DATA\nS: 354 "),
        "no extensions": (["--without", "EHLO"], [], "\nC: HELO client.test\n"),
        "chunks": ([], ["--chunking"], "\nC: BDAT "),
        "all refused": (["--reply", "rcpt=550 5.1.1 who?"], [],
                        "\nS: 554 5.5.1 no valid recipients\n"),
        "all refused, one after the other":
            (["--reply", "rcpt=550 5.1.1 who?"], ["--without", "PIPELINING"],
             "\nS: 550 5.1.1 who?\nC: RSET\n"),
        "mail refused": (["--reply", "mail=451 4.3.0 later"], [], "\nS: 451 "),
        "content refused": (["--reply", "content=554 5.6.0 no"], [],
                            "\nS: 554 5.6.0 no\n"),
        "a greeting that turns away": (["--reply", "greeting=554 no"], [],
                                       "S: 554 no\nC: QUIT\n"),
        "parameters": ([], ["--dsn-notify", "success,delay", "--dsn-return",
                            "full", "--dsn-id", "a+b=c"],
                       " RET=FULL ENVID=a+2Bb+3Dc\n"),
        "STARTTLS is not there": ([], ["--tls", "required"], "\nC: QUIT\n"),
        "PLAIN in clear":
            (["--user", "u", "--password", "p"],
             ["--user", "u", "--password", "p", "--auth-plaintext", "--tls",
              "none"], "\nC: AUTH PLAIN <hidden>\nS: 235 "),
        "LOGIN":
            (["--user", "u", "--password", "p"],
             ["--user", "u", "--password", "p", "--auth-plaintext", "--tls",
              "none", "--auth", "LOGIN"],
             "\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: <hidden>\nS: 334 "),
        "PLAIN in two steps":
            (["--user", "u", "--password", "p"],
             ["--user", "u", "--password", "p", "--auth-plaintext", "--tls",
              "none", "--auth-two-step"],
             "\nC: AUTH PLAIN\nS: 334 \nC: <hidden>\nS: 235 "),
        "a wrong password":
            (["--user", "u", "--password", "p"],
             ["--user", "u", "--password", "x", "--auth-plaintext", "--tls",
              "none"], "\nS: 535 "),
        "421 in the middle": (["--reply", "rcpt=421 4.3.2 going down"], [],
                              "\nS: 421 4.3.2 going down\n"),
        "lost before the content": (["--reply", "data=drop"], [],
                                    "\nposthaste: "),
        "lost behind the content": (["--reply", "content=drop"], [],
                                    "\nposthaste: "),
        "garbage": (["--reply", "rcpt=garbage"], [], "\nposthaste: "),
    }

    def test_what_v_prints_is_replayed(self):
        for label, (server, client, shows) in self.CASES.items():
            for verbose in ([], ["-v"]):        # then it is -vv
                with self.subTest(label, verbose=verbose):
                    run = self.mail(self.sink(*server), *client, *verbose)
                    self.assertIn(shows, "\n" + run.err)
                    self.assert_replayed(run.err)

    def test_a_lone_dot_where_nobody_was_accepted(self):
        # PL-05: 354 all the same. The sink says so only by a script.
        sink = self.sink("--script", self.write("script", (
            "S: 220 x\nC: EHLO client.test\nS: 250-x\nS: 250 PIPELINING\n"
            "C: MAIL FROM:<ann@x.org>\nC: RCPT TO:<bob@x.org>\nC: DATA\n"
            "S: 250 ok\nS: 550 who?\nS: 354 go on\nC: .\nC: QUIT\n"
            "S: 554 nobody\nS: 221 bye\n")))
        for verbose in ([], ["-v"]):
            run = self.mail(sink, *verbose)
            self.assertIn("\nS: 354 go on\nC: .\nC: QUIT\nS: 554 ", run.err)
            self.assert_replayed(run.err)

    def test_tls_is_replayed_without_being_done(self):
        options = ["--user", "u", "--password", "p"]
        for server, scheme, shows in (
                ([], "smtp", "\nS: 220 2.0.0 begin the handshake\n# TLSv1."),
                (["--implicit-tls"], "smtps", "\n# TLSv1.")):
            sink = self.sink(*options, *self.tls, *server)
            run = self.mail(sink, *options, "--tls-ca", self.cert,
                            scheme=scheme)
            self.assertIn(shows, run.err)
            replay = self.assert_replayed(run.err)
            self.assertRegex(replay.out, r"(?m)^(HANDSHAKE|TLS_FIRST) +done ")

    def test_a_certificate_that_is_not_accepted(self):
        sink = self.sink(*self.tls)
        run = self.mail(sink, "--tls", "required")
        self.assertEqual(run.code, 76)
        replay = self.assert_replayed(run.err)
        self.assertRegex(replay.out, r"(?m)^HANDSHAKE +stop +fail +CLOSED$")

    def test_lmtp_has_a_reply_for_each_recipient(self):
        sink = self.sink("--lmtp", "--reply", "content@eve@*=552 5.2.2 full")
        for words in ([], ["--chunking"], ["--without", "PIPELINING"]):
            run = self.mail(sink, *words, scheme="lmtp",
                            to=("bob@x.org", "eve@x.org", "joe@x.org"))
            self.assertIn("\nC: LHLO ", run.err)
            self.assert_replayed(run.err)

    def test_some_recipients_are_refused(self):
        # U14, PL-04: the transitions tell which.
        sink = self.sink("--reply", "rcpt@eve@*=550 5.1.1 who?")
        to = ("bob@x.org", "eve@x.org", "joe@x.org")
        for words in ([], ["--chunking"], ["--without", "PIPELINING"]):
            run = self.assert_replayed(self.mail(sink, *words, to=to).err)
            self.assertEqual(re.findall(r"(?m)^RCPT +(\d+) +(\w+)", run.out),
                             [("250", "accept"), ("550", "reject"),
                              ("250", "accept")])

    def test_sessions_of_a_batch_are_replayed_one_by_one(self):
        rows = self.write("l.txt", "".join(f"row{n}@x.org\n"
                                           for n in range(20)))
        template = self.write("t.eml", "From: a@x.org\nTo: {{to}}\n\nhi\n")
        for options in ([], ["--chunking"], ["--without", "PIPELINING"]):
            run = self.posthaste(
                "batch", "-v", "-s", self.url(self.sink("--delay", "1")),
                "--list", rows, "--template", template, "--connections", "3",
                "--messages-per-connection", "4", *options)
            self.assertEqual(run.code, 0, run.err)
            replay = self.assert_replayed(run.err)
            heads = re.findall(r"(?m)^# session (\d+)$", replay.out)
            self.assertEqual(heads, [str(n + 1) for n in range(len(heads))])
            self.assertGreaterEqual(len(heads), 5)
            self.assertEqual(len(re.findall(r"(?m)^(DOT|LAST) +250 +deliver ",
                                            replay.out)), 20)

    def test_one_session_needs_no_heading(self):
        run = self.mail(self.sink())
        self.assertNotIn("# session", run.err)
        self.assertNotIn("# session", self.replay(run.err).out)


class Logins(ReplayTest, ScriptedTest):
    """Secrets are hidden, nonces are gone: each way a login can go."""

    def try_each(self, cases, login):
        for name, (script, words) in cases.items():
            with self.subTest(name):
                run, _ = self.run_against(script, *login, *words)
                if "\nS: " in run.err:   # where a word was said
                    self.assert_replayed(run.err)

    def test_by_password(self):
        self.try_each(canary_test.PASSWORDS, canary_test.BY_PASSWORD)

    def test_by_token(self):
        # AU-09: 334 with an error, an empty answer, then 535
        self.try_each(canary_test.TOKENS, canary_test.BY_TOKEN)

    def test_what_is_refused_goes_on_to_the_next(self):
        script = canary_test.log_in(
            "SCRAM-SHA-256 DIGEST-MD5 CRAM-MD5 PLAIN", "504 no", "334 ",
            "501 then not", f"334 {canary_test.CHALLENGE}", "235 ok")
        run, _ = self.run_against(script, *canary_test.BY_PASSWORD)
        self.assertRegex(run.err, r"(?s)C: AUTH SCRAM.*C: AUTH DIGEST.*C: \*"
                                  r".*C: AUTH CRAM.*C: <hidden>\nS: 235 ")
        self.assert_replayed(run.err)


class Objects(ReplayTest):
    """--json says what the lines for people say."""

    def replay_both(self, text):
        path = self.write("trace", text)
        run = self.posthaste("replay", "--json", path)
        self.assertEqual(run.err, "")
        return run, self.posthaste("replay", path)

    def test_a_line_is_an_object(self):
        run, lines = self.replay_both(self.mail(self.sink()).err)
        self.assertEqual(run.code, 0)
        told = []
        for step in run.objects():
            self.assertEqual(list(step), ["session", "state", "reply",
                                          "action", "next", "rests"])
            self.assertEqual(step["session"], 1)
            told.append([step[key] for key in list(step)[1:5]]
                        + ([step["rests"]] if step["rests"] != step["next"]
                           else []))
        self.assertEqual(told, [line.replace(" .. ", " ").split()
                                for line in lines.out.splitlines()])

    def test_each_session_has_its_number(self):
        run, _ = self.replay_both("# session 1\nS: 554 no\nC: QUIT\n"
                                  "# session 3\nS: 554 no\nC: QUIT\n")
        self.assertEqual(run.code, 0)
        self.assertEqual({step["session"] for step in run.objects()}, {1, 3})

    def test_a_difference_is_an_object_too(self):
        run, lines = self.replay_both('S: 220 x\nC: EHLO me\nS: 250 x\n'
                                      'C: "x\x07\\\n')
        self.assertEqual((run.code, lines.code), (1, 1))
        self.assertEqual(run.objects()[-1], {
            "session": 1, "difference": lines.out.splitlines()[-1]})


class Differences(ReplayTest):
    def test_what_is_altered_is_found_and_its_line_named(self):
        lines = self.mail(self.sink()).err.splitlines()
        for before, after, at in (
                ("C: DATA", "C: NOOP", "C: NOOP"),
                ("C: RCPT TO:<bob@x.org>", "C: RCPT TO:bob@x.org",
                 "C: RCPT TO:bob@x.org"),
                ("C: EHLO client.test", "C: QUIT", "C: QUIT"),
                ("S: 250-PIPELINING", "S: 250-SIZE", None),
                ("S: 220 posthaste.sink ESMTP", "S: 554 no", None),
                ("S: 354 end with a dot on a line", "S: 250 ok", None)):
            with self.subTest(before):
                other = [after if line == before else line for line in lines]
                self.assertNotEqual(other, lines)
                run = self.replay("\n".join(other) + "\n")
                self.assertEqual(run.code, 1, run.out)
                last = run.out.splitlines()[-1]
                self.assertRegex(last, r"\Aline \d+: .+: '.*', the machine "
                                       r"says (nothing|'.*') \(state [A-Z]+\)")
                number = int(re.match(r"line (\d+)", last)[1])
                if at:
                    self.assertEqual(other[number - 1], at)

    def test_what_a_file_holds_does_not_reach_the_terminal(self):    # S34
        run = self.replay(b"S: 220 x\nC: \x1b]0;x\x07\n")
        self.assertEqual(run.code, 1)
        self.assertTrue(run.out.replace("\n", "").isprintable(), run.out)

    def test_what_the_machine_says_instead_is_told(self):
        lines = self.mail(self.sink()).err.replace("C: DATA", "C: NOOP")
        self.assertIn("says: 'NOOP', the machine says 'DATA' (state MAIL)",
                      self.replay(lines).out)

    def test_it_stops_at_the_first_difference(self):
        lines = self.mail(self.sink()).err.splitlines()
        where = next(i for i, line in enumerate(lines)
                     if line.startswith("C: MAIL"))
        lines[where] = "C: MAIL FROM:<eve@x.org"
        run = self.replay("\n".join(lines))
        self.assertEqual(run.code, 1)
        self.assertIn(f"\nline {where + 1}: ", run.out)
        self.assertNotIn("\nMAIL ", run.out)


class Input(ReplayTest):
    def test_what_is_no_transcript_is_refused(self):
        for label, data in (("empty", b""), ("blank", b"\n\n"),
                            ("words", b"hello\nworld\n"),
                            ("one line", b"x" * (1 << 20)),
                            ("remarks", b"# connected to 127.0.0.1\n")):
            with self.subTest(label):
                self.assert_complaint(self.replay(data), 65, "no dialogue")
        for data in (b"S: 220 a\0b\nC: EHLO x\n", b"\0",
                     bytes(range(256)) * 64):
            self.assert_complaint(self.replay(data), 65, "NUL")

    def test_octets_of_any_kind_do_no_harm(self):
        # S13: what no server says is garbage to the machine too.
        for data in (b"S: \xff\xfe\x80\n", b"S:\nC:\n", b"C: BDAT\n",
                     b"S: " + b"2" * (1 << 20) + b"\n",
                     b"S: 250-x\n" * 10000, b"C: " + b"x" * (1 << 20),
                     b"# session 100000\nS: 220 x\n",
                     os.urandom(4096).replace(b"\0", b"S: ")):
            run = self.replay(data)
            self.assertIn(run.code, (0, 1, 65), run.err)

    def test_numbers_have_limits(self):
        start = (b"S: 220 x\nC: EHLO y\nS: 250 CHUNKING\n"
                 b"C: MAIL FROM:<a@x>\n")
        for data in (b"# session 100001\nS: 220 x\n", b"# session 0\nS: 220\n",
                     start + b"C: BDAT 99999999999\n",
                     start + b"C: DATA\nS: 354\nC: <99999999999 octets>\n"):
            self.assert_complaint(self.replay(data), 65, "")

    def test_files_and_arguments(self):
        self.assert_complaint(self.posthaste("replay"), 64, "nothing to replay")
        self.assert_complaint(self.posthaste("replay", "/nowhere"), 66,
                              "/nowhere")
        self.assertEqual(self.posthaste("replay", "a", "b").code, 64)
        run = self.posthaste("replay", "-", data=b"S: 220 x\r\nC: EHLO [127.0"
                                                 b".0.1]\r\n")
        self.assertEqual(run.code, 0, run.err)
        self.assertIn("GREETING", run.out)
        self.assertLessEqual(
            max(map(len, self.posthaste("replay", "-h").out.splitlines())), 80)


class Script(ReplayTest):
    """The same file drives the sink: what follows it says the same again."""

    def follow(self, server, client, **more):
        first = self.mail(self.sink(*server), *client, **more)
        tls = [word for word in server if word in self.tls]
        script = self.sink("--script", self.write("script", first.err),
                           "--max-messages", "1", *tls)
        second = self.mail(script, *client, **more)
        self.assertEqual(script.wait(), 0, script.error())
        self.assertEqual(self.dialogue(first.err), self.dialogue(second.err))
        self.assertEqual((first.code, first.out), (second.code, second.out))
        self.assert_replayed(second.err)

    @staticmethod
    def dialogue(trace):
        return [line for line in trace.splitlines()
                if line.startswith(("S: ", "C: ", "# TLS"))]

    def test_a_trace_is_a_script_too(self):
        login = ["--user", "u", "--password", "p"]
        for server, client in (
                ([], []), ([], ["-v"]), ([], ["--without", "PIPELINING"]),
                ([], ["--chunking"]), ([], ["--chunking", "-v"]),
                (["--reply", "rcpt=550 5.1.1 who?"], []),
                ([*login, *self.tls], [*login, "--tls-ca", self.cert])):
            with self.subTest(server=server, client=client):
                self.follow(server, client)

    def test_lmtp_too(self):
        self.follow(["--lmtp"], [], scheme="lmtp", to=("bob@x.org", "b@x.org"))


if __name__ == "__main__":
    main()
