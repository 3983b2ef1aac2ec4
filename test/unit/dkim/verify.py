#!/usr/bin/env python3
"""What we sign, dkimpy verifies, which others wrote; and where a signed message
is changed, it does not. MG-15.

Usage: verify.py SIGN_TOOL
Exits with 77 where dkimpy is missing.
"""
import base64
import os
import random
import subprocess
import sys
import tempfile
import unittest

# Debian has dkimpy for its own Python only.
PYTHON = "/usr/bin/python3"

try:
    import dkim
    import nacl.signing  # what it needs for Ed25519
except ImportError:
    if sys.executable != PYTHON and os.path.exists(PYTHON):
        os.execv(PYTHON, [PYTHON, *sys.argv])
    print("python3-dkim is not installed")
    sys.exit(77)

FORMS = [(h, b) for h in ("relaxed", "simple") for b in ("relaxed", "simple")]
SELECTORS = {"ed": "ED25519", "rsa": "RSA"}
DOMAIN = "example.org"
SEED = 6376
EACH = 60


def openssl(*args):
    return subprocess.run(["openssl", *args], check=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


class Keys:
    """Private keys in files, public keys as a name server has them."""

    def __init__(self, directory):
        self.files, self.records = {}, {}
        for selector, kind in SELECTORS.items():
            path = os.path.join(directory, selector + ".pem")
            size = ["-pkeyopt", "rsa_keygen_bits:2048"] if kind == "RSA" else []
            openssl("genpkey", "-algorithm", kind, *size, "-out", path)
            public = openssl("pkey", "-in", path, "-pubout", "-outform", "DER")
            if kind == "ED25519":
                public = public[-32:]
            name = f"{selector}._domainkey.{DOMAIN}."
            record = f"v=DKIM1; k={kind.lower()}; p={base64.b64encode(public).decode()}"
            self.files[selector] = path
            self.records[name.encode()] = record.encode()

    def ask(self, name, timeout=5):
        return self.records.get(name)


def blanks(rng):
    return rng.choice([b" ", b" ", b" ", b"  ", b"\t", b" \t ", b""])


def words(rng, most, between=blanks):
    return b"".join(rng.choice([b"a", b"Word", b"x" * 50, "ü".encode(), b";", b"b=",
                                b"h=a:b", b":", b"=20", b"."]) + between(rng)
                    for _ in range(rng.randrange(most)))


def fold(rng):
    return rng.choice([b" ", b" ", b"\r\n ", b" \r\n\t", b"\r\n\t  "])


def field(rng, name):
    name = rng.choice([name, name.lower(), name.upper()])
    return (name.encode() + b":" + rng.choice([b" ", b"", b"  ", b"\r\n "])
            + words(rng, 12, fold) + b"v" + blanks(rng) + b"\r\n")


def header(rng):
    """From, and some others, some more than once, in any order."""
    some = ["To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "Sender",
            "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "X-Mailer",
            "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "References",
            "Received", "Resent-To", "Comments"]
    names = ["From"] + [name for name in some if rng.random() < 0.6]
    names += [rng.choice(["Resent-To", "To", "Received"]) for _ in range(rng.randrange(3))]
    rng.shuffle(names)
    return b"".join(field(rng, name) for name in names)


def body(rng):
    """dkimpy keeps blanks at the very end, where no CRLF follows; SMTP has none."""
    lines = [rng.choice([b"", b"", b" ", b"\t ", words(rng, 9), words(rng, 200), b"."])
             for _ in range(rng.randrange(15))]
    end = rng.choice([b"", b"\r\n", b"\r\n\r\n\r\n", b" \r\n\r\n", b"last"])
    return b"".join(line + b"\r\n" for line in lines) + end


def message(rng):
    return header(rng) + b"\r\n" + body(rng)


class Verify(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.keys = Keys(cls.directory.name)

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def sign(self, messages, forms=("relaxed", "relaxed"), selectors=SELECTORS, expire=0):
        signers = [word for s in selectors for word in (DOMAIN, s, self.keys.files[s])]
        done = subprocess.run([TOOL, *forms, str(expire), *signers], check=True, timeout=100,
                              input=b"".join(b"%d\n%b" % (len(m), m) for m in messages),
                              stdout=subprocess.PIPE)
        signed, rest = [], done.stdout
        while rest:
            length, rest = rest.split(b"\n", 1)
            signed.append(rest[:int(length)])
            rest = rest[int(length):]
        self.assertEqual(len(messages), len(signed))
        return signed

    def fine(self, text, number):
        """Is signature `number`, counted from the top, one?"""
        try:
            return dkim.DKIM(text).verify(idx=number, dnsfunc=self.keys.ask)
        except dkim.DKIMException:
            return False

    def test_random_messages_are_verified(self):
        rng = random.Random(SEED)
        for forms in FORMS:
            messages = [message(rng) for _ in range(EACH)]
            for before, after in zip(messages, self.sign(messages, forms)):
                self.assertTrue(after.endswith(before))
                for number in range(len(SELECTORS)):
                    self.assertTrue(self.fine(after, number), (forms, number, after))

    def test_a_signature_that_expires_is_verified_until_then(self):
        text = message(random.Random(1))
        self.assertTrue(self.fine(self.sign([text], expire=10**11)[0], 0))
        self.assertFalse(self.fine(self.sign([text], expire=1)[0], 0))

    def test_a_changed_octet_of_the_body_breaks_it(self):
        signed = self.sign([b"From: a\r\n\r\nHello, you\r\n"])[0]
        self.assertTrue(self.fine(signed, 0))
        self.assertFalse(self.fine(signed.replace(b"you", b"yov"), 0))

    def test_relaxed_forms_bear_blanks_and_folds_that_change(self):
        text = b"From: a\r\nSubject: one two\r\n\r\nHello, you\r\n"
        changes = [(b"one two", b"one\r\n  two "), (b"Subject:", b"SUBJECT:"),
                   (b"Hello, you", b"Hello, \t you  "), (b"you\r\n", b"you\r\n\r\n \r\n")]
        for before, after in changes:
            relaxed, simple = (self.sign([text], forms)[0] for forms in (FORMS[0], FORMS[3]))
            self.assertTrue(self.fine(relaxed.replace(before, after), 0), after)
            self.assertFalse(self.fine(simple.replace(before, after), 0), after)

    def test_a_field_added_later_breaks_it_where_it_is_sealed(self):
        there = [b"To", b"Date", b"Message-ID", b"Content-Type", b"List-Unsubscribe",
                 b"List-Unsubscribe-Post"]
        text = b"From: a\r\n" + b"".join(n + b": v\r\n" for n in there) + b"\r\nHello\r\n"
        bare = b"From: a\r\n\r\nHello\r\n"
        signed, signed_bare = self.sign([text, bare])
        for name in [b"From", b"Subject", b"Reply-To", b"Cc"]:
            for base in (signed, signed_bare):
                self.assertFalse(self.fine(name + b": x\r\n" + base, 0), name)
        for name in there:
            self.assertFalse(self.fine(name + b": x\r\n" + signed, 0), name)
            # What a submission server may add.
            self.assertTrue(self.fine(name + b": x\r\n" + signed_bare, 0), name)
        for name in [b"Received", b"List-Id", b"X-Spam"]:
            self.assertTrue(self.fine(name + b": x\r\n" + signed, 0), name)


if __name__ == "__main__":
    TOOL = sys.argv.pop(1)
    unittest.main()
