#!/usr/bin/env python3
"""What we compose, Python's email package reads back: the same names, subject,
text and parts, with no defect; so does Perl's Email::MIME, if there is one.
U35, S22, MG-04, MG-05, MG-06, MG-08, MG-09, MG-10, MG-11, MG-12.

Usage: parse_back.py COMPOSE_TOOL
"""
import email
import email.header
import email.policy
import email.utils
import itertools
import os
import random
import shutil
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


FILE_NAMES = [
    None, "a.txt", "with space.pdf", "Grüße.pdf", "用户" * 100 + ".png",
    "ф" * 195 + ".docx", "📮" * 200, "x" * 200 + ".tar.gz", 'q"uo\\te.txt',
    "=?utf-8?q?x?=.txt", "100%.csv", "it's; a=b, (c) <d>.txt", "no extension",
    ".hidden", "שלום.txt", "e\u0301.txt", "'", "a" * 60, "a" * 61,
]
PLAIN = ["", "Hello\n", "x" * 998 + "\n", "-- \nAnn\n--=_\n--x--\n"]
CODED = ["Grüße\n", "x" * 3000 + "\n", "用户\n" * 40, "From é\n.\né  \n"]
RFC822 = b"From: a@x.org\r\nSubject: inner\r\n\r\n--=_ body\r\n"
CONTENTS = [
    ("application/pdf", b""), ("application/pdf", bytes(range(256)) * 5),
    ("text/plain", b"lines\nof unix\n"), ("text/plain", b"lines\r\n\r\n"),
    ("text/csv; header=present", "ä;ö\r\n".encode() * 9), ("text/plain", b""),
    ("text/x-latin; charset=iso-8859-1", b"\xe4" + b" a" * 40 + b"\r\n"),
    ("text/plain", b"y" * 2000 + b"\r\n"), ("text/plain", b"lone \r, \0"),
    ("text/x-patch", b"no line end"), ("image/png", b"\x89PNG\r\n\x1a\n" * 99),
    ("message/rfc822", RFC822),
    ("application/x-a; " + "; ".join(f"p{i}=\"a {i}\"" for i in range(20)), b"1"),
]
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"

# Each entity: depth, type, name, octets; all in hexadecimal.
PERL = r"""
use Email::MIME;
use Encode;
local $/;
sub show {
    my ($part, $depth) = @_;
    my $type = lc((split /;/, $part->content_type)[0]);
    my $name = $part->filename;
    my $body = $type =~ /^multipart/ ? "" : $part->body;
    print join(" ", $depth, map { unpack("H*", $_) || "-" }
        $type, defined $name ? encode("UTF-8", $name) : "", $body), "\n";
    return if $type =~ /^message/;
    show($_, $depth + 1) for $part->subparts;
}
show(Email::MIME->new(<STDIN>), 0);
"""
HAS_PERL = shutil.which("perl") and not subprocess.run(
    ["perl", "-MEmail::MIME", "-e", "1"], capture_output=True,
    check=False).returncode


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
                             .replace(">", "&gt;").replace('"', "&quot;")
                             .replace("'", "&#39;"))
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


class Leaf:
    """What was given, and how it is to come back."""

    def __init__(self, kind, content, name=None, inline=None, text=False):
        self.kind = kind
        self.content = content
        self.name = name
        self.inline = inline
        self.text = text

    def type(self):
        return self.kind.split(";")[0]

    def calls(self, where):
        """Attaching it, from a file in `where`."""
        handle, path = tempfile.mkstemp(dir=where)
        with os.fdopen(handle, "wb") as file:
            file.write(self.content)
        given = [("type", self.kind), ("name", self.name or os.path.basename(path)),
                 ("inline", self.inline), ("description", self.name)]
        self.name = given[1][1]
        return [x for pair in given if pair[1] for x in pair] + ["attach", path]


def level(kind, children):
    return children[0] if len(children) == 1 else (kind, children)


class Parts(unittest.TestCase):
    """Every combination of text, HTML, calendar, images and attachments."""

    def attached(self, rng, count):
        return [Leaf(kind, content, rng.choice(FILE_NAMES))
                for kind, content in rng.choices(CONTENTS, k=count)]

    def images(self, rng, count):
        return [Leaf("image/png", rng.randbytes(200 * i), rng.choice(FILE_NAMES),
                     f"image{i}@x.org") for i in range(count)]

    def text(self, rng, kind):
        return Leaf(kind, rng.choice(PLAIN + CODED).encode(), text=True)

    def expected(self, text, html, calendar, images, attached):
        seen = []
        if text:
            seen.append(text)
        if html:
            seen.append(level("multipart/related", [html] + images))
        if calendar:
            seen.append(calendar)
        # Their order is that of the calls: images come first here.
        rest = attached if html else images + attached
        body = [level("multipart/alternative", seen)] if seen else []
        if not body and not rest:
            return Leaf("text/plain", b"", text=True)
        return level("multipart/mixed", body + rest)

    def check_leaf(self, part, leaf):
        self.assertEqual(part.get_filename(), leaf.name)
        if leaf.type() == "message/rfc822":
            inner = part.get_payload(0).as_bytes(policy=email.policy.SMTP)
            self.assertEqual(inner, leaf.content)
        elif leaf.text:
            self.assertEqual(canonical(part.get_content()),
                             canonical(leaf.content.decode()))
        else:
            self.assertEqual(part.get_payload(decode=True), leaf.content)
        self.assertEqual(part["Content-ID"],
                         leaf.inline and f"<{leaf.inline}>")
        if not leaf.text:
            self.assertEqual(part.get_content_disposition(),
                             "inline" if leaf.inline else "attachment")
            self.assertEqual(part["Content-Description"], leaf.described)

    def check_tree(self, part, tree):
        self.assertEqual(part.defects, [])
        for name, value in part.items():
            # The name for old readers stands beside that for the others.
            found = [x for x in value.defects if "duplicate parameter" not in str(x)
                     or name != "Content-Disposition"]
            self.assertEqual(found, [], f"{name}: {value}")
        if isinstance(tree, Leaf):
            self.assertEqual(part.get_content_type(), tree.type())
            self.check_leaf(part, tree)
            return
        self.assertEqual(part.get_content_type(), tree[0])
        if tree[0] == "multipart/related":
            self.assertEqual(part.get_param("type"), "text/html")
        self.assertEqual(part.epilogue or "", "")
        self.assertIsNone(part.preamble)
        self.assertEqual(len(part.get_payload()), len(tree[1]))
        for inner, wanted in zip(part.get_payload(), tree[1]):
            self.check_tree(inner, wanted)

    def check_lines(self, raw):
        self.assertTrue(raw.isascii())
        for line in raw.split(b"\r\n"):
            self.assertLessEqual(len(line), 998)
            self.assertNotIn(b"\n", line)
            words = line.split(b": ")[-1].split()
            self.assertTrue(len(line) <= 78 or len(words) == 1, line)

    def check_boundaries(self, msg):
        found = [x.get_boundary() for x in msg.walk() if x.is_multipart()
                 and x.get_boundary()]
        for a, b in itertools.permutations(found, 2):
            self.assertFalse(a.startswith(b), found)

    def flat(self, tree, depth=0):
        if isinstance(tree, Leaf):
            yield depth, tree.type(), tree.name or "", tree
            return
        yield depth, tree[0], "", None
        for child in tree[1]:
            yield from self.flat(child, depth + 1)

    def check_perl(self, raw, tree):
        """What it does with line ends of text is its own affair."""
        run = subprocess.run(["perl", "-e", PERL], input=raw, capture_output=True,
                             check=True)
        rows = [[bytes.fromhex(y.replace("-", "")) for y in x.split(" ")[1:]]
                for x in run.stdout.decode().splitlines()]
        depths = [int(x.split(b" ")[0]) for x in run.stdout.splitlines()]
        wanted = list(self.flat(tree))
        self.assertEqual(depths, [x[0] for x in wanted])
        for (kind, name, body), (_, type_, name_, leaf) in zip(rows, wanted):
            self.assertEqual((kind.decode(), name.decode()), (type_, name_))
            if leaf and not leaf.text:
                self.assertEqual(body, leaf.content)

    def check_message(self, rng, choice):
        has_text, has_html, has_calendar, images, attached = choice
        text = self.text(rng, "text/plain") if has_text else None
        html = self.text(rng, "text/html") if has_html else None
        calendar = Leaf("text/calendar", CALENDAR.encode(),
                        text=True) if has_calendar else None
        images = self.images(rng, images)
        attached = self.attached(rng, attached)
        calls = ["from", "a@x.org", "to", "b@x.org", *ALWAYS]
        for name, leaf in (("text", text), ("html", html), ("calendar", calendar)):
            if leaf:
                calls += [name, leaf.content.decode()]
        with tempfile.TemporaryDirectory() as where:
            for leaf in images + attached:
                leaf.described = leaf.name
                calls += leaf.calls(where)
            raw = compose(*calls)
        tree = self.expected(text, html, calendar, images, attached)
        msg = email.message_from_bytes(raw, policy=email.policy.default)
        self.check_lines(raw)
        self.check_tree(msg, tree)
        self.check_boundaries(msg)
        if HAS_PERL:
            self.check_perl(raw, tree)

    def test_every_combination(self):
        rng = random.Random(7)
        twice = (False, True)
        choices = list(itertools.product(twice, twice, twice, range(3), range(4)))
        for i, choice in enumerate(choices * 2):
            with self.subTest(i=i, choice=choice):
                self.check_message(rng, choice)

    def test_every_name(self):
        rng = random.Random(8)
        signs = "abc .;'\"%*=\\?<>()&ü用📮"
        drawn = ["x" + "".join(rng.choices(signs, k=rng.randrange(120))) + "y"
                 for _ in range(40)]
        for name in FILE_NAMES[1:] + drawn:
            with self.subTest(name=name), tempfile.TemporaryDirectory() as where:
                leaf = Leaf("image/png", b"x", name)
                leaf.described = name
                raw = compose("from", "a@x.org", "to", "b@x.org", *ALWAYS,
                              *leaf.calls(where))
                self.check_lines(raw)
                self.check_tree(email.message_from_bytes(
                    raw, policy=email.policy.default), leaf)
                old = email.message_from_bytes(raw)["Content-Type"]
                self.assertIn("name=", old)
                if HAS_PERL:
                    self.check_perl(raw, leaf)

    def test_merged_and_attached(self):
        template = ("From: a@x.org\nTo: {{to}}\nContent-Type: text/html\n\n"
                    "<img src=\"cid:i@x\"> é\n")
        with tempfile.TemporaryDirectory() as where:
            image = Leaf("image/png", b"x", "i.png", "i@x")
            image.described = "i.png"
            raw = compose("recipient", "b@x.org", *ALWAYS, *image.calls(where),
                          "merge", template, "to=b@x.org")
        html = Leaf("text/html", "<img src=\"cid:i@x\"> é\n".encode(), text=True)
        self.check_tree(email.message_from_bytes(raw, policy=email.policy.default),
                        ("multipart/related", [html, image]))


if __name__ == "__main__":
    unittest.main()
