#!/usr/bin/env python3
"""Are recorded dialogues drawn legibly? Usage: drawing.py POSTHASTE ROOT.

Draws each recording beside this file as a viewer would see it, and fails when
a text touches another, leaves the page, or runs into a lifeline; when there is
anything in it that a browser would fetch or run; or when src/trace/trace.svg is
not what the program makes of starttls.txt. Widths of text are estimates, on the
generous side."""
import glob
import itertools
import os
import re
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"
HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = "src/trace/trace.svg"
FIXED = 0.62  # of the font's size, for each character of the fixed font


def font(root, classes):
    """Its size, and where it is anchored."""
    style = root.find(SVG + "style").text
    found = {}
    for names, rules in re.findall(r"^([^{\n]+)\{([^}]*)\}", style, re.M):
        if set(names.replace(".", "").split(",")) & set(classes):
            found.update(rule.split(":", 1) for rule in rules.split(";"))
    return (float(found["font-size"].removesuffix("px")),
            found.get("text-anchor", "start"), "Mono" in
            found.get("font-family", ""))


def area(root, text):
    words = "".join(text.itertext())
    size, anchor, fixed = font(root, text.get("class").split())
    width = len(words) * size * (FIXED if fixed else 0.56)
    x, y = float(text.get("x")), float(text.get("y"))
    x -= {"start": 0, "middle": width / 2, "end": width}[anchor]
    return x, y - 0.75 * size, x + width, y + 0.15 * size


def overlap(a, b):
    return (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])


class Drawing(unittest.TestCase):
    program = root = None

    def run_on(self, path, *words):
        return subprocess.run([self.program, "trace", *words, path],
                              stdin=subprocess.DEVNULL, check=True,
                              stdout=subprocess.PIPE, timeout=60).stdout

    def recordings(self):
        paths = glob.glob(os.path.join(HERE, "*.txt"))
        self.assertGreater(len(paths), 2)
        for path in paths:
            with self.subTest(os.path.basename(path)):
                yield path

    def test_texts_have_room(self):
        for path in self.recordings():
            for svg in (self.run_on(path, "--svg"), self.untimed(path)):
                root = ET.fromstring(svg)
                page = [float(v) for v in root.get("viewBox").split()]
                texts = [(area(root, t), "".join(t.itertext()))
                         for t in root.iter(SVG + "text")]
                self.assertGreater(len(texts), 20)
                for (a, one), (b, other) in itertools.combinations(texts, 2):
                    self.assertFalse(overlap(a, b), f"{one!r} on {other!r}")
                for a, words in texts:
                    self.assertTrue(0 <= a[0] and a[2] <= page[2] and
                                    0 <= a[1] and a[3] <= page[3], words)

    def untimed(self, path):
        with open(path, "rb") as lines:
            text = b"".join(line for line in lines
                            if not line.startswith(b"# at "))
        return subprocess.run([self.program, "trace", "--svg", "-"],
                              input=text, check=True, stdout=subprocess.PIPE,
                              timeout=60).stdout

    def test_nothing_is_fetched_or_run(self):
        for path in self.recordings():
            for words in (["--svg"], ["--html"]):
                text = self.run_on(path, *words).decode()
                text = text.replace("http://www.w3.org/2000/svg", "")
                self.assertNotRegex(
                    text, r"(?i)<(script|link|image|iframe|foreignobject|use)|"
                    r"<[^>]*\s(on\w+|src|href)=|url\(|@import")
            self.assertIn("default-src 'none'", text)

    def test_times_add_up(self):
        for path in self.recordings():
            total = re.findall(r"^session .*: ([\d.]+) ms,",
                               self.run_on(path).decode(), re.M)
            steps = re.findall(r"^ +[\d.]+ +([\d.]+) +\d+ ",
                               self.run_on(path).decode(), re.M)
            self.assertAlmostEqual(sum(map(float, total)),
                                   sum(map(float, steps)), delta=len(steps))

    def test_readme_shows_what_the_program_draws(self):
        made = self.run_on(os.path.join(HERE, "starttls.txt"), "--svg")
        with open(os.path.join(self.root, GOLDEN), "rb") as golden:
            self.assertEqual(
                golden.read(), made,
                f"{GOLDEN}: posthaste trace --svg test/trace/starttls.txt -o "
                f"{GOLDEN}")
        with open(os.path.join(self.root, "README.md"),
                  encoding="utf-8") as readme:
            self.assertIn(f"({GOLDEN})", readme.read())


if __name__ == "__main__":
    Drawing.root = sys.argv.pop(2)
    Drawing.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()
