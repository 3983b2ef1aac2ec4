#!/usr/bin/env python3
"""HTML, images and files of posthaste send: cli_parts_test.py PROGRAM

Python's email reads what the sink has stored: the tree, the names, the octets.
"""

import functools
import html.parser
import os
import re
import resource
import subprocess
import unittest

from cli_talk import CliTest
from mail_parts import ids, parse, png, tree
from sink_talk import Sink, main

RED, GREEN = png(3, 2, (255, 0, 0)), png(2, 3, (0, 255, 0))
BLIND = "eve@hidden.example"


class Images(html.parser.HTMLParser):
    """The src of each <img>, as somebody else's parser sees them."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.found.append(dict(attrs).get("src"))


class Parts(CliTest):
    def setUp(self):
        self.place = self.folder()
        self.put("logo.png", RED)
        self.put("img/two words.png", GREEN)

    def put(self, name, octets):
        path = os.path.join(self.place, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(octets)
        return path

    def compose(self, *words, **more):
        """What --dry-run prints, read."""
        run = self.posthaste("send", "--from", "ann@example.org", "--to",
                             "bob@example.org", "--subject", "Hi", "--dry-run",
                             *words, cwd=self.place, **more)
        self.assertEqual(0, run.code, run.err)
        return parse(self, run.out.encode())

    def fail(self, *words, status=64, **more):
        run = self.posthaste("send", "--from", "ann@example.org", "--to",
                             "bob@example.org", "--subject", "Hi", "--dry-run",
                             *words, cwd=self.place, **more)
        self.assertEqual(status, run.code, run.err)
        self.assertRegex(run.err, r"\Aposthaste: [^\n]+: [^\n]+\n\Z")
        return run.err

    def test_each_combination_has_its_tree(self):
        text, page = ["--text", "t"], ["--html", "<p>h</p>"]
        shown = ["--html", "<img src=logo.png>"]
        file = ["--attach", "logo.png"]
        for words, expected in [
                (page, "text/html"),
                (file, "image/png"),
                (text + page, "alternative(text/plain text/html)"),
                (text + file, "mixed(text/plain image/png)"),
                (page + file, "mixed(text/html image/png)"),
                (shown, "related(text/html image/png)"),
                (text + shown,
                 "alternative(text/plain related(text/html image/png))"),
                (text + shown + file,
                 "mixed(alternative(text/plain related(text/html image/png)) "
                 "image/png)"),
                (text + ["--inline", "logo.png"],
                 "mixed(text/plain image/png)")]:
            with self.subTest(words=words):
                self.assertEqual(expected, tree(self.compose(*words)))

    def test_files_arrive_octet_for_octet_under_their_names(self):
        octets = bytes(range(256)) * 300
        self.put("données.bin", octets)
        self.put("list;2024.csv", b"a;b\r\n1;2\r\n")
        message = self.compose(
            "--text", "t", "--attach", "données.bin", "--attach",
            "list;2024.csv", "--attach",
            'logo.png;name="a \\"b\\" \\\\;type=x.png"', "--attach",
            "logo.png;type=application/x-logo;name=l")
        found = [(part.get_content_type(), part.get_filename(),
                  part.get_payload(decode=True), part.get_content_disposition())
                 for part in message.iter_attachments()]
        self.assertEqual(
            [("application/octet-stream", "données.bin", octets, "attachment"),
             ("text/csv", "list;2024.csv", b"a;b\r\n1;2\r\n", "attachment"),
             ("image/png", 'a "b" \\;type=x.png', RED, "attachment"),
             ("application/x-logo", "l", RED, "attachment")], found)

    def test_a_file_comes_on_standard_input(self):
        message = self.compose("--attach", "-;name=log.txt", data=b"line\n")
        self.assertEqual(("text/plain", "log.txt", b"line\n"),
                         (message.get_content_type(), message.get_filename(),
                          message.get_payload(decode=True)))

    def test_a_large_file_needs_no_disk_that_can_be_written(self):
        octets = bytes(range(256)) * 8192
        self.put("large.bin", octets)
        shut = "".join(f"mount --bind {place} {place} && "
                       f"mount -o remount,bind,ro {place} && "
                       for place in ("/tmp", "/var/tmp"))
        inside = ["unshare", "--mount", "sh", "-c", shut + 'exec "$@"', "sh"]
        try:
            subprocess.run([*inside, "true"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as problem:
            self.skipTest(problem)
        done = subprocess.run(
            [*inside, Sink.program, "send", "--from", "a@x.org", "--to",
             "b@x.org", "--dry-run", "--attach",
             os.path.join(self.place, "large.bin")],
            check=False, capture_output=True)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(octets,
                         parse(self, done.stdout).get_payload(decode=True))

    def test_a_full_disk_is_told(self):
        self.put("large.bin", bytes(2 << 20))
        limit = functools.partial(resource.setrlimit, resource.RLIMIT_FSIZE,
                                  (1 << 20, 1 << 20))
        # It stands in for the size of the disk; its signal stays ignored.
        for words, name in ((["large.bin"], "large.bin"), (["-;name=x"], "x")):
            with open(os.path.join(self.place, "large.bin"), "rb") as file:
                said = self.fail("--attach", *words, status=66, stdin=file,
                                 preexec_fn=limit, restore_signals=False)
            self.assertIn(f"'{name}' is too large to be kept in memory", said)

    def test_images_are_beside_the_html_and_each_once(self):
        self.put("page/l.html", (
            '<p>é</p><img src="../logo.png"><IMG alt=">" SRC=../logo.png>'
            '<!-- <img src="no.png"> --><script>"<img src=no.png>"</script>'
            "<img src='../img/two%20words.png?v=1'>"
            '<img src="https://example.org/a.png"><img src="data:,">'
            '<img src="cid:seal"><img src="cid:two words.png">').encode())
        message = self.compose("--html", "@page/l.html", "--inline",
                               "logo.png;cid=seal", "--inline",
                               "img/two words.png;cid=whole@example.org")
        self.assertEqual("related(text/html image/png image/png image/png)",
                         tree(message))
        by_id = ids(message)
        shown = Images(message.get_body(("html",)).get_content()).found
        octets = [by_id.get(src[4:]) if src.startswith("cid:") else src
                  for src in shown]
        self.assertEqual([RED, RED, GREEN, "https://example.org/a.png",
                          "data:,", RED, GREEN], octets)
        self.assertIn("whole@example.org", by_id)

    def test_a_content_id_is_the_same_in_each_run(self):
        words = ["--html", "<img src=logo.png>"]
        self.assertEqual(ids(self.compose(*words)), ids(self.compose(*words)))
        before = ids(self.compose(*words))
        self.put("logo.png", GREEN)
        self.assertNotEqual(before.keys(), ids(self.compose(*words)).keys())

    def test_html_cannot_ask_for_what_is_no_image(self):   # S27
        secret = self.put("secret.png", b"password=hunter2\n")
        for reference, status in [(secret, 65), ("secret.png", 65),
                                  ("&#115;ecret.png", 65), ("logo.png%00", 65),
                                  ("img", 66), ("/dev/zero", 66),
                                  ("no%2epng", 66), ("cid:nothing", 65)]:
            with self.subTest(reference):
                said = self.fail("--html", f'<img src="{reference}">',
                                 status=status)
                self.assertNotIn("hunter2", said)
        self.assertIn("no.png", self.fail("--html", "<img src=no.png>",
                                          status=66))

    def test_usage(self):
        message = self.put("m.eml", b"Subject: s\n\nt\n")
        for words in [["--attach", ""], ["--attach", "-"],
                      ["--attach", "logo.png;type=png"],
                      ["--attach", "logo.png;name=a/b"],
                      ["--attach", "logo.png;cid=x"],
                      ["--inline", "logo.png;cid=a b"],
                      ["--text", "@-", "--html", "@-"],
                      ["--priority", "urgent"]]:
            with self.subTest(words):
                self.fail(*words)
        for words in [["--html", "h"], ["--attach", "logo.png"],
                      ["--inline", "logo.png"], ["--priority", "high"],
                      ["--list-unsubscribe", "mailto:u@example.org"]]:
            with self.subTest(words):
                run = self.posthaste("send", "--from", "a@x.org", "--to",
                                     "b@x.org", "-m", message, "--dry-run",
                                     *words, cwd=self.place)
                self.assertEqual((64, ""), (run.code, run.out))
        self.fail("--attach", "no.pdf", status=66)
        self.fail("--list-unsubscribe", "ftp://x.org", status=65)

    def test_header_fields(self):
        message = self.compose("--text", "t", "--priority", "high",
                               "--list-unsubscribe", "https://x.org/u?a=%40")
        self.assertEqual(
            ["high", "1", "urgent", "<https://x.org/u?a=%40>",
             "List-Unsubscribe=One-Click"],
            [message[name] for name in
             ("Importance", "X-Priority", "Priority", "List-Unsubscribe",
              "List-Unsubscribe-Post")])

    def test_who_is_blind_stands_nowhere(self):   # U23
        folder = self.folder()
        sink = self.sink("--dir", folder)
        run = self.send(sink, "--bcc", f"Eve <{BLIND}>", "--html",
                        "<img src=logo.png>", "--attach",
                        "logo.png;name=l.png", "--inline",
                        "img/two words.png", "--priority", "low",
                        "--list-unsubscribe", "mailto:u@example.org",
                        cwd=self.place)
        self.assertEqual(0, run.code, run.err)
        content, envelope = self.stored(folder)
        self.assertIn(BLIND, envelope["to"])
        message = parse(self, content)
        for octets in [content] + [part.get_payload(decode=True) or b""
                                   for part in message.walk()]:
            self.assertIsNone(re.search(rb"eve|hidden", octets, re.I))


if __name__ == "__main__":
    main()
