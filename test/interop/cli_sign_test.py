#!/usr/bin/env python3
"""What `send` and `batch` sign, dkimpy verifies as it arrived. MG-14, MG-15.

Usage: cli_sign_test.py POSTHASTE
"""
import base64
import os
import subprocess
import sys

PYTHON = "/usr/bin/python3"  # Debian has dkimpy for its own Python only

try:
    import dkim
    import nacl.signing  # what it needs for Ed25519
except ImportError:
    if sys.executable != PYTHON and os.path.exists(PYTHON):
        os.execv(PYTHON, [PYTHON, *sys.argv])
    print("python3-dkim is not installed")
    sys.exit(77)

from cli_talk import CliTest
from sink_talk import main

DOMAIN = "example.org"
LIST = "to,name\nann@x.example,Ann\nbob@x.example,Bürger\n"


def openssl(*args):
    return subprocess.run(["openssl", *args], check=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


class Signed(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.records, cls.options = {}, []
        for kind, size in (("ED25519", []), ("RSA", ["-pkeyopt", "rsa_keygen_bits:2048"])):
            path = os.path.join(os.path.dirname(cls.key), kind + ".pem")
            openssl("genpkey", "-algorithm", kind, *size, "-out", path)
            public = openssl("pkey", "-in", path, "-pubout", "-outform", "DER")
            public = public[-32:] if kind == "ED25519" else public
            name = f"{kind.lower()}._domainkey.{DOMAIN}."
            cls.records[name.encode()] = (f"v=DKIM1; k={kind.lower()}; p="
                                          + base64.b64encode(public).decode()).encode()
            cls.options += ["--sign-dkim", f"{DOMAIN}:{kind.lower()}:{path}"]
        cls.rsa = path

    def fine(self, text, number):
        try:
            return dkim.DKIM(text).verify(
                idx=number, dnsfunc=lambda name, timeout=5: self.records.get(name))
        except dkim.DKIMException:
            return False

    def verify(self, text):
        """Both signatures, and neither if an octet is another."""
        for number in range(2):
            self.assertTrue(self.fine(text, number), text)
            self.assertFalse(self.fine(text[:-3] + b"?\r\n", number))

    def run_with_sink(self, command, *args, data=None):
        folder = self.folder()
        sink = self.sink("--dir", folder)
        run = self.posthaste(command, "--server", self.url(sink), *args, *self.options,
                             data=data)
        self.assertEqual(0, run.code, run.err)
        texts = []
        for name in sorted(os.listdir(folder)):
            if name.endswith(".eml"):
                with open(os.path.join(folder, name), "rb") as file:
                    texts.append(file.read())
        return texts

    def test_a_composed_message(self):
        large = self.write("large.bin", bytes(range(256)) * 8192)  # 2 MiB
        texts = self.run_with_sink(
            "send", "--from", "ann@example.org", "--to", "Bob Bürger <bob@x.example>",
            "--subject", "Grüße  und  mehr", "--text", "..\n.\nHello \t\n\n\n",
            "--html", "<p>ü</p>", "--attach", large,
            "--list-unsubscribe", "https://example.org/leave?x=1")
        self.assertEqual(1, len(texts))
        self.assertIn(b"list-unsubscribe-post", texts[0])
        self.verify(texts[0])

    def test_a_ready_message(self):
        text = b"From: ann@example.org\nBcc: eve@x.example\nSubject:  a \n  b\n\nHi\n.\n\n"
        texts = self.run_with_sink("send", "--from", "ann@example.org", "--to",
                                   "bob@x.example", "-m", "-", data=text)
        self.assertNotIn(b"eve", texts[0])
        self.verify(texts[0])

    def test_each_row_of_a_batch(self):
        rows = self.write("list.csv", LIST)
        for words in ("the same for all", "Dear {{name}}, with ü"):
            texts = self.run_with_sink(
                "batch", "--list", rows, "--from", "ann@example.org", "--subject",
                "To {{name}}", "--text", words, "--attach", rows,
                "--list-unsubscribe", "https://example.org/leave?{{to}}")
            self.assertEqual(2, len(texts))
            for text in texts:
                self.verify(text)

    def test_what_cannot_sign_ends_it(self):
        no_key = self.write("no.pem", "not a key\n")
        for value, status in (("example.org:s", 64), (f"example.org:s:{no_key}", 65),
                              ("example.org:s:/nowhere/key", 66), (f"x y:s:{self.rsa}", 65)):
            run = self.posthaste("send", "--from", "a@example.org", "--to", "b@x.example",
                                 "--text", "x", "--dry-run", "--sign-dkim", value)
            self.assertEqual(status, run.code, run.err)
            self.assertRegex(run.err, "^posthaste: .*: .*\n$")


if __name__ == "__main__":
    main()
