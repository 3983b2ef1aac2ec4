#!/usr/bin/env python3
"""Addresses in UTF-8, sent with and without SMTPUTF8: cli_utf8_test.py PROGRAM

U24: a domain goes as A-labels wherever it stands; a local part needs SMTPUTF8,
or is refused here with that reason, before MAIL; neither is ever mangled.
"""

import email
import email.policy
import json

from cli_talk import CliTest
from sink_talk import main

# What is typed, what stands in RCPT, and whether that takes SMTPUTF8.
MATRIX = [
    ("bob@z.org", "bob@z.org", False),
    ("bob@bücher.example", "bob@xn--bcher-kva.example", False),
    ("zoë@z.org", "zoë@z.org", True),
    ("zoë@bücher.example", "zoë@xn--bcher-kva.example", True),
]
REASON = "needs SMTPUTF8, which is not offered"


class Utf8(CliTest):
    def to(self, address, sink, *words):
        return self.posthaste("send", "-v", "-s", self.url(sink), "--from",
                              "ann@x.org", "--to", address, "--text", "hello",
                              *words)

    def test_the_matrix_where_smtputf8_is_offered(self):        # U24, MG-13
        folder = self.folder()
        sink = self.sink("--dir", folder)
        for number, (typed, wire, utf8) in enumerate(MATRIX, 1):
            with self.subTest(typed):
                run = self.to(typed, sink)
                self.assertEqual(run.code, 0, run.err)
                self.assertRegex(run.out, f"^accepted +{typed} ")
                self.assertIn(f"\nC: RCPT TO:<{wire}>\n", run.err)
                content, envelope = self.stored(folder, number)
                self.assertEqual(envelope["to"], [wire])
                self.assertEqual("SMTPUTF8" in envelope["mail_parameters"],
                                 utf8)
                message = email.message_from_bytes(
                    content, policy=email.policy.default)
                self.assertEqual(message["To"], typed if utf8 else wire)

    def test_the_matrix_where_it_is_not(self):                  # U24
        sink = self.sink("--without", "SMTPUTF8")
        for typed, wire, utf8 in MATRIX:
            with self.subTest(typed):
                run = self.to(typed, sink)
                self.assertNotIn("SMTPUTF8", run.err)
                if utf8:
                    self.assertEqual(run.code, 69)
                    self.assertRegex(run.out, f"^refused +{typed} +mail: .*"
                                              f"{REASON}\n")
                    self.assertNotIn("\nC: MAIL ", run.err)
                else:
                    self.assertEqual(run.code, 0, run.err)
                    self.assertIn(f"\nC: RCPT TO:<{wire}>\n", run.err)

    def test_an_extension_that_is_overlooked_is_not_offered(self):
        run = self.to("zoë@z.org", self.sink(), "--without", "SMTPUTF8",
                      "--json")
        self.assert_fate(run, 69, "refused", "mail")

    def test_the_sender_follows_the_same_rule(self):
        folder = self.folder()
        sinks = (self.sink("--dir", folder),
                 self.sink("--without", "SMTPUTF8"))
        for typed, wire, utf8 in MATRIX:
            for sink in sinks:
                with self.subTest(typed, offered=sink is sinks[0]):
                    run = self.send(sink, "-v", "--from", typed, "--json")
                    if utf8 and sink is sinks[1]:
                        self.assert_fate(run, 69, "refused", "mail")
                        continue
                    fate = self.assert_fate(run, 0, "accepted", "content")
                    self.assertIn(f"\nC: MAIL FROM:<{wire}> ", run.err)
                    # A Message-ID is ASCII whoever it is made for.
                    self.assertEqual(wire.split("@")[1],
                                     fate["message"].split("@")[1])

    def test_who_needs_it_does_not_keep_the_others_from_their_mail(self):
        folder = self.folder()
        sink = self.sink("--without", "SMTPUTF8", "--dir", folder)
        run = self.to("bob@bücher.example", sink, "--envelope-to", "zoë@z.org",
                      "--json")
        self.assertEqual(run.code, 69)
        self.assertEqual([(o["recipient"], o["outcome"])
                          for o in run.objects()],
                         [("bob@bücher.example", "accepted"),
                          ("zoë@z.org", "refused")])
        self.assertEqual(self.stored(folder)[1]["to"],
                         ["bob@xn--bcher-kva.example"])

    def test_each_row_of_a_list_is_judged_alone(self):
        rows = self.write("l.csv", "to\n" + "".join(
            typed + "\n" for typed, *_ in MATRIX))
        template = self.write("t.eml", "Subject: s\n\nhello {{to}}\n")
        for words in ([], ["--without", "SMTPUTF8"]):
            run = self.posthaste(
                "batch", "-s", self.url(self.sink(*words)), "--from",
                "ann@x.org", "--list", rows, "--template", template, "--json")
            outcomes = {o["recipient"]: o["outcome"]
                        for o in map(json.loads, run.out.splitlines())}
            self.assertEqual(
                outcomes, {typed: "refused" if utf8 and words else "accepted"
                           for typed, _, utf8 in MATRIX}, run.err)


if __name__ == "__main__":
    main()
