#!/usr/bin/env python3
"""posthaste against Postfix: postfix_test.py PROGRAM

Postfix and Python's email package judge; neither knows us. Exits with 77 where
Postfix cannot run.
"""

import csv
import email
import email.policy
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import unittest
from urllib.parse import quote

import postfix
import real_server

ROWS = 1000
NAMES = ["Ann Lee", "Zoë Müller", 'Bob "the Rock" Hale', "Søren, Jr.",
         "山田 太郎", "O'Neil", "a.b", "Éléonore d'Être-et-de-l'Ayant-Été"]

TEMPLATE = """\
From: Club Émile <club@example.org>
To: {{name}} <{{to}}>
Subject: Ticket {{ticket}} for {{name}}
X-Row: {{ticket}}

Dear {{name}},

.this line begins with a dot, and the next one is only a dot
.
your ticket is {{ticket}} — keep it.
"""


def row(number):
    return {"to": f"row{number}@{postfix.DOMAIN}",
            "name": f"{NAMES[number % len(NAMES)]} {number}",
            "ticket": f"T{number * 7919:07d}"}


def text_for(values):
    body = TEMPLATE.split("\n\n", 1)[1]
    for name, value in values.items():
        body = body.replace("{{" + name + "}}", value)
    return body


class WithPostfix(unittest.TestCase):
    program = None
    kind = postfix.Postfix

    @classmethod
    def setUpClass(cls):
        cls.server = cls.kind()
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.files = folder.name
        cls.password_file = os.path.join(cls.files, "password")
        with open(cls.password_file, "w", encoding="utf-8") as out:
            out.write(cls.server.password + "\n")

    def setUp(self):
        self.log_before = len(self.server.log())
        self.mail_before = set(self.server.messages())

    def log(self):
        """What Postfix said since the test began."""
        return self.server.log()[self.log_before:]

    def delivered(self, count):
        """Messages since the test began, as their bytes."""
        paths = self.server.wait_for_messages(len(self.mail_before) + count)
        found = []
        for path in sorted(set(paths) - self.mail_before):
            with open(path, "rb") as message:
                found.append(message.read())
        return found

    def path(self, name, text):
        full = os.path.join(self.files, name)
        with open(full, "w", encoding="utf-8", newline="") as out:
            out.write(text)
        return full

    def posthaste(self, command, *options, login=True, ca=None):
        arguments = [self.program, command,
                     "--server", f"smtp://localhost:{self.server.port}",
                     "--tls-ca", ca or self.server.ca]
        if login:
            arguments += ["--user", self.server.user,
                          "--password-file", self.password_file]
        return subprocess.run(
            [*arguments, *options], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "LC_ALL": "C.UTF-8"}, timeout=120, check=False)

    def send(self, *options, to="row1", **how):
        """One short message: (exit status, the one result)"""
        done = self.posthaste(
            "send", "--json", "--from", "club@example.org",
            "--to", f"{to}@{self.server.domain}", "--subject", "One",
            "--text", "one line", *options, **how)
        lines = done.stdout.splitlines()
        self.assertEqual(1, len(lines), done)
        return done.returncode, json.loads(lines[0])


class Batch(WithPostfix):
    """The whole way: a list, a template, a thousand mailboxes."""

    def write_list(self):
        path = os.path.join(self.files, "1000.csv")
        with open(path, "w", encoding="utf-8", newline="") as out:
            rows = csv.DictWriter(out, ["name", "to", "ticket"])
            rows.writeheader()
            rows.writerows(row(number) for number in range(1, ROWS + 1))
        return path

    def run_batch(self):
        results = os.path.join(self.files, "results.jsonl")
        done = self.posthaste(
            "batch", "--list", self.write_list(),
            "--template", self.path("t.eml", TEMPLATE),
            "--connections", "5", "--messages-per-connection", str(ROWS),
            "--results", results)
        self.assertEqual(0, done.returncode, done.stderr[-2000:])
        with open(results, encoding="utf-8") as journal:
            return done, [json.loads(line) for line in journal]

    def check_results(self, journal):
        last = {line["row"]: line for line in journal}
        self.assertEqual(list(range(1, ROWS + 1)), sorted(last))
        for number, line in last.items():
            self.assertEqual(
                ("accepted", row(number)["to"], 250, "2.0.0", 1),
                (line["outcome"], line["recipient"], line["code"],
                 line["enhanced"], line["attempts"]))

    def check_message(self, raw):
        """That it is right for its row; returns the row's number."""
        message = email.message_from_bytes(raw, policy=email.policy.default)
        number = int(message["X-Row"][1:]) // 7919
        want = row(number)
        self.assertEqual(want["to"], message["X-Original-To"])
        self.assertEqual([], message.defects)
        address, = message["To"].addresses
        self.assertEqual((want["name"], want["to"]),
                         (address.display_name, address.addr_spec))
        self.assertEqual("Club Émile",
                         message["From"].addresses[0].display_name)
        self.assertEqual(f"Ticket {want['ticket']} for {want['name']}",
                         message["Subject"])
        self.assertEqual(text_for(want),
                         message.get_content().replace("\r\n", "\n"))
        for name in ("Date", "Message-ID", "MIME-Version"):
            self.assertEqual(1, len(message.get_all(name, [])), name)
        return number

    def test_a_thousand_rows_reach_a_thousand_mailboxes(self):
        done, journal = self.run_batch()
        self.check_results(journal)
        numbers = [self.check_message(raw) for raw in self.delivered(ROWS)]
        self.assertEqual(list(range(1, ROWS + 1)), sorted(numbers))

        # Five connections, each with one handshake and one login.
        ends = re.findall(r"disconnect from \S+ ehlo=2 starttls=1 auth=1 "
                          r"mail=(\d+) rcpt=(\d+) data=(\d+) "
                          r"(?:rset=\d+ )?quit=1 ",
                          self.log())
        self.assertEqual(5, len(ends), self.log()[-2000:])
        self.assertEqual(ROWS, sum(int(data) for _, _, data in ends))
        handshakes = postfix.HANDSHAKE.findall(self.log())
        self.assertEqual(["TLSv1.3"] * 5, handshakes)
        self.assertRegex(done.stdout, r"\b5 connections\b")
        self.assertRegex(done.stdout, r"\b1000 accepted\b")
        self.assertIn("TLSv1.3", done.stdout)


class Roomy(postfix.Postfix):
    size_limit = 8 << 20


class Large(WithPostfix):
    """What the program keeps on the disk, and sends from there."""

    kind = Roomy

    def test_a_large_attachment_arrives_octet_for_octet(self):   # BD-02
        octets = random.Random(3).randbytes(3 << 20)
        path = os.path.join(self.files, "large.bin")
        with open(path, "wb") as out:
            out.write(octets)
        for options, verb in ([], "DATA"), (["--chunking"], "BDAT"):
            with self.subTest(verb):
                self.setUp()
                done = self.posthaste(
                    "send", "-v", "--from", "club@example.org",
                    "--to", f"row1@{self.server.domain}", "--text", "one",
                    "--attach", path, *options)
                self.assertEqual(0, done.returncode, done.stderr)
                self.assertIn(f"\nC: {verb}", done.stderr)
                raw, = self.delivered(1)
                message = email.message_from_bytes(
                    raw, policy=email.policy.default)
                part, = message.iter_attachments()
                self.assertEqual(octets, part.get_content())


class Send(WithPostfix):
    def test_one_message_arrives(self):
        status, result = self.send()
        self.assertEqual((0, "accepted", 250, "content"),
                         (status, result["outcome"], result["code"],
                          result["stage"]))
        raw, = self.delivered(1)
        message = email.message_from_bytes(raw, policy=email.policy.default)
        self.assertEqual("one line\n", message.get_content())
        self.assertEqual("<club@example.org>", message["Return-Path"])
        self.assertEqual(f"<{result['message']}>", message["Message-ID"])
        self.assertIn("sasl_method=SCRAM-SHA-256, sasl_username=alice", self.log())

    def test_a_ready_message_arrives_as_it_is(self):
        ready = ("Subject: as it is\nX-Odd:   spaces  \n\n"
                 "..two dots\n.\nlast line without its end")
        done = self.posthaste(
            "send", "--from", "club@example.org", "--to",
            f"row2@{self.server.domain}", "-m", self.path("m.eml", ready))
        self.assertEqual(0, done.returncode, done.stderr)
        raw, = self.delivered(1)
        head, body = raw.split(b"\n\n", 1)
        self.assertIn(b"\nSubject: as it is\nX-Odd:   spaces  ", head)
        self.assertEqual(ready.split("\n\n", 1)[1] + "\n", body.decode())

    def test_login_works_as_well_as_plain(self):
        self.assertEqual(0, self.send("--auth", "LOGIN")[0])
        self.assertIn("sasl_method=LOGIN", self.log())

    def test_credentials_may_stand_in_the_url(self):
        status, _ = self.send(
            "--server", f"smtp://{self.server.user}:"
            f"{quote(self.server.password)}@localhost:{self.server.port}",
            login=False)
        self.assertEqual(0, status)

    def test_a_wrong_password_is_refused(self):
        status, result = self.send("--password-file",
                                   self.path("wrong", "wonderland\n"))
        self.assertEqual((77, "unsent", "auth", 535),
                         (status, result["outcome"], result["stage"],
                          result["code"]))

    def test_an_unknown_recipient_is_refused_for_good(self):
        status, result = self.send(to="nobody-here")
        self.assertEqual((69, "refused", "rcpt", 550, "5.1.1"),
                         (status, result["outcome"], result["stage"],
                          result["code"], result["enhanced"]))

    def test_no_secret_is_told_to_a_server_that_cannot_prove_itself(self):
        status, result = self.send(ca=self.server.other_ca)
        self.assertEqual((76, "unsent", "tls", None),
                         (status, result["outcome"], result["stage"],
                          result["code"]))
        self.assertNotIn("sasl_", self.log())

    def test_mail_without_credentials_is_refused_by_the_server(self):
        status, result = self.send(login=False)
        self.assertEqual((69, "refused", "rcpt"),
                         (status, result["outcome"], result["stage"]))


def main():
    real_server.end_on_sigterm()
    status = real_server.skipped(postfix.Postfix)
    if status is not None:
        return status
    WithPostfix.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
