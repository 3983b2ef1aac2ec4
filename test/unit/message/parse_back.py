#!/usr/bin/env python3
"""What we compose, Python's email package reads back: the same names, subject
and text, with no defect. U35, S22, MG-04, MG-05, MG-06, MG-08, MG-09, MG-11.

Usage: parse_back.py COMPOSE_TOOL
"""
import email
import email.header
import email.policy
import email.utils
import itertools
import os
import random
import subprocess
import sys
import tempfile
import unittest

TOOL = sys.argv.pop(1)
ALWAYS = ["date", "1751360703", "id", "1.2@example.org"]

NAMES = [
    "", "Ann", "Ann Lee", "Joe Q. Public", "Lee, Ann", 'Ann "A" Lee',
    "back\\slash", "Jürgen Groß", "用户", "📮 Post", "=?utf-8?q?x?=",
    "a@b", "semi;colon: (x) <y>", "Ü " * 40 + "x", "x" * 60, "long, " * 20 + "x",
    "é" + "a" * 200,
]
SUBJECTS = [
    "", "Hello", "Grüße", "Grüße an alle", "alle: Grüße", "mitten ä drin ö und",
    "📮" * 40, "x" * 77, "x" * 300, "x" * 2000, "ü" * 1024, "word " * 100 + "x",
    "=?utf-8?B?w7w=?=", "a =?b", "two  spaces", "ü  ü", "a  ü  b", " front",
    "behind ", "Re: [x] \"quotes\" \\ <y> (z)", "a, b; c: d", "tab-free ~!@#$%^&*",
    "x" * 70 + " ü", "x" * 60 + " " + "ü" * 30 + " " + "y" * 80, "ü " * 200 + "x",
    "ﬁ ½ é", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 " * 20 + "x",
]
TEXTS = [
    "", "Hello\n", "no line end", "Grüße\n", "用户\n" * 30, "📮", ".\n..\n.x\n",
    "From here\nFrom there\n", "trailing \nblanks\t\n", "x" * 998 + "\n",
    "x" * 999 + "\n", "ü" * 5000, "a=b=C3=BC\n", "\n\n\n", "mixed\r\nline\nends\r\n",
    "x" * 3000 + " ü\n", "é\n.\né\n", "-- \nAnn\n", "soft =\nbreak\n",
]


def compose(*calls):
    """Runs the tool; long arguments go through files."""
    with tempfile.TemporaryDirectory() as where:
        argv = [TOOL]
        for i, call in enumerate(calls):
            if len(call) > 10000 or call.startswith("@"):
                path = os.path.join(where, str(i))
                with open(path, "w", encoding="utf-8", newline="") as file:
                    file.write(call)
                call = "@" + path
            argv.append(call)
        run = subprocess.run(argv, capture_output=True, check=False)
    if run.returncode:
        raise ValueError(run.stderr.decode())
    return run.stdout


def canonical(text):
    text = text.replace("\r\n", "\n")
    return text if not text or text.endswith("\n") else text + "\n"


def quoted(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def mailbox(name, address):
    return f"{quoted(name)} <{address}>" if name else address


def names(raw, field):
    """Display names, by the older of Python's two readers: the newer one, of
    3.11, shows the space between encoded words (RFC 2047 6.2 says not to)."""
    msg = email.message_from_bytes(raw)
    pairs = email.utils.getaddresses([unfold(x) for x in msg.get_all(field, [])])
    return [str(email.header.make_header(email.header.decode_header(name)))
            for name, address in pairs]


def unfold(value):
    return str(value).replace("\r", "").replace("\n", "")


class ParseBack(unittest.TestCase):
    def check_bytes(self, raw):
        self.assertTrue(raw.isascii())
        self.assertNotIn(b"\0", raw)
        self.assertTrue(raw.endswith(b"\r\n"))
        self.assertEqual(raw.count(b"\r\n"), raw.count(b"\n"))
        self.assertEqual(raw.count(b"\r\n"), raw.count(b"\r"))
        header = raw.split(b"\r\n\r\n")[0]
        for line in header.split(b"\r\n"):
            self.assertLessEqual(len(line), 998)
            self.assertTrue(line.strip(), "a line of blanks")
            if b"=?utf-8?" in line and b" =?b" not in line:
                self.assertLessEqual(len(line), 76)
            elif len(line) > 78:
                words = line.split(b": ")[-1].split()
                self.assertEqual(len(words), 1, line)
        for line in raw.split(b"\r\n"):
            self.assertLessEqual(len(line), 998)

    def parse(self, raw):
        self.check_bytes(raw)
        msg = email.message_from_bytes(raw, policy=email.policy.default)
        self.assertEqual(msg.defects, [])
        for name, value in msg.items():
            self.assertEqual(list(value.defects), [], f"{name}: {value}")
        self.assertEqual(msg["MIME-Version"], "1.0")
        self.assertEqual(msg.get_content_charset(), "utf-8")
        return msg

    def test_an_address_literal(self):
        raw = compose("from", "Ann <a@example.org>",
                      "to", 'Bob <"q <"@[192.0.2.1]>', *ALWAYS)
        found = self.parse(raw)["To"].addresses[0]
        self.assertEqual(found.display_name, "Bob")
        self.assertEqual(found.addr_spec, '"q <"@[192.0.2.1]')

    def test_names(self):
        for a, b in itertools.product(NAMES, NAMES):
            raw = compose("from", mailbox(a, "a@example.org"),
                          "to", mailbox(b, "b@example.org"),
                          "to", mailbox(a, "c@example.org"),
                          "cc", mailbox(b, '"q x"@example.net'), *ALWAYS)
            msg = self.parse(raw)
            self.assertEqual(names(raw, "From"), [a])
            self.assertEqual(names(raw, "To"), [b, a])
            self.assertEqual(names(raw, "Cc")[0], b)
            for field, wanted in (("From", ["a@example.org"]),
                                  ("To", ["b@example.org", "c@example.org"]),
                                  ("Cc", ['"q x"@example.net'])):
                found = [x.addr_spec for x in msg[field].addresses]
                self.assertEqual(found, wanted)

    def test_subjects_and_other_headers(self):
        for subject in SUBJECTS:
            raw = compose("from", "a@x.org", "to", "b@x.org", "subject", subject,
                          "header", "X-Copy=" + subject, *ALWAYS)
            msg = self.parse(raw)
            self.assertEqual(str(msg["Subject"]), subject)
            self.assertEqual(str(msg["X-Copy"]), subject)

    def test_random_subjects(self):
        random.seed(5)
        for _ in range(150):
            subject = "".join(
                random.choice(["a", "bc", " ", "  ", "ü", "📮", "=?", "?=", "x" * 30,
                               "(", '"', ",", "."])
                for _ in range(random.randrange(1, 60)))
            raw = compose("from", "a@x.org", "to", "b@x.org", "subject", subject,
                          *ALWAYS)
            self.assertEqual(str(self.parse(raw)["Subject"]), subject)

    def test_texts(self):
        for text in TEXTS:
            raw = compose("from", "a@x.org", "to", "b@x.org", "text", text, *ALWAYS)
            msg = self.parse(raw)
            self.assertEqual(msg.get_content_type(), "text/plain")
            self.assertEqual(canonical(msg.get_content()), canonical(text))
            for line in raw.split(b"\r\n\r\n", 1)[1].split(b"\r\n"):
                if msg["Content-Transfer-Encoding"] != "7bit":
                    self.assertLessEqual(len(line), 76)

    def test_date_and_id(self):
        msg = self.parse(compose("from", "a@x.org", "to", "b@x.org", *ALWAYS))
        self.assertEqual(msg["Date"].datetime.timestamp(), 1751360703)
        self.assertEqual(msg["Message-ID"], "<1.2@example.org>")
        self.assertEqual(
            [n for n in msg.keys()],
            ["From", "To", "Date", "Message-ID", "MIME-Version", "Content-Type",
             "Content-Transfer-Encoding"])

    def test_many_recipients(self):
        to = [f"Näme Nr. {i} <user{i}@example.org>" for i in range(500)]
        raw = compose("from", "a@x.org", "to", ", ".join(
            f'"{x.split(" <")[0]}" <{x.split("<")[1]}' for x in to), *ALWAYS)
        msg = self.parse(raw)
        self.assertEqual(names(raw, "To"),
                         [f"Näme Nr. {i}" for i in range(500)])

    def test_merged(self):
        template = ("From: {{name}} <a@x.org>\nTo: {{name}} <{{to}}>\n"
                    "Subject: Hello {{name}}, you\nContent-Type: {{type}}\n"
                    "X-Row: {{row}}\n\nDear {{name}}!\n")
        for name in NAMES[1:]:
            for kind in ("text/plain", "text/html"):
                raw = compose("recipient", "b@x.org", *ALWAYS, "merge",
                              template.replace("{{type}}", kind), "name=" + name,
                              "to=b@x.org", "row=1")
                msg = self.parse(raw)
                self.assertEqual(names(raw, "From"), [name])
                self.assertEqual(names(raw, "To"), [name])
                self.assertEqual(msg["To"].addresses[0].addr_spec, "b@x.org")
                self.assertEqual(msg["Subject"], f"Hello {name}, you")
                self.assertEqual(msg.get_content_type(), kind)
                shown = name
                if kind == "text/html":
                    shown = (name.replace("&", "&amp;").replace("<", "&lt;")
                             .replace(">", "&gt;").replace('"', "&quot;"))
                self.assertEqual(canonical(msg.get_content()),
                                 f"Dear {shown}!\n")

    def test_injection_is_refused(self):
        for evil in ("\r\nBcc: e@vil", "\nX: y", "\r", "a\r\n\r\nbody"):
            for call in ("from", "to", "cc", "bcc", "reply-to", "subject", "id",
                         "sender", "recipient"):
                with self.assertRaises(ValueError):
                    compose("from", "a@x.org", "to", "b@x.org", call,
                            "a@x.org" + evil, *ALWAYS)
            with self.assertRaises(ValueError):
                compose("from", "a@x.org", "to", "b@x.org", "header",
                        "X-A=" + evil, *ALWAYS)
            with self.assertRaises(ValueError):
                compose("from", "a@x.org", "to", "b@x.org", "header",
                        "X-A" + evil + "=b", *ALWAYS)


if __name__ == "__main__":
    unittest.main()
