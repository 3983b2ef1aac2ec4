#!/usr/bin/env python3
"""Each point of test/conformance.txt is cited by a test, or excused; not both, and
no test cites a point that is not there: checklist.py ROOT"""

import re
import sys
import tempfile
import unittest

import source

LIST = "test/conformance.txt"
POINT = re.compile(r"^([A-Z]{2}-\d\d)  (\S.*)$")
EXCUSE = re.compile(r"^ {7}excused: (\S.*)$")
TEST_ENDS = (".c", ".h", ".py", ".txt")
# They prove what the sink does, or are no tests.
NOT_THERE = ("test/unit/sink/", "test/lint/", LIST)


def points(text):
    """{name: the reason why no test cites it, or None}; and what cannot be read."""
    found, wrong, last = {}, [], None
    for number, line in enumerate(text.split("\n"), 1):
        point, excuse = POINT.match(line), EXCUSE.match(line)
        if point and point[1] in found:
            wrong.append(f"{LIST}:{number}: {point[1]} again")
        if point:
            last = point[1]
            found[last] = None
        elif excuse and last:
            found[last], last = excuse[1], None
        elif line.startswith(" "):
            wrong.append(f"{LIST}:{number}: neither a point nor an excuse")
    return found, wrong


def citations(root, names):
    """{name: the files that cite it}, for names that look like those of the list."""
    kinds = "|".join(sorted({name[:2] for name in names})) or "none"
    pattern = re.compile(rf"\b(?:{kinds})-\d\d\b")
    cited = {}
    for path in source.files(root, "test", ends=TEST_ENDS):
        if path.startswith(NOT_THERE):
            continue
        for name in pattern.findall(source.read(root, path)):
            cited.setdefault(name, set()).add(path)
    return cited


def problems(root):
    listed, wrong = points(source.read(root, LIST))
    cited = citations(root, listed)
    for name, excuse in listed.items():
        if not excuse and name not in cited:
            wrong.append(f"{name}: no test cites it, and nothing excuses that")
        if excuse and name in cited:
            wrong.append(f"{name}: excused, and cited by "
                         + ", ".join(sorted(cited[name])))
    for name in sorted(set(cited) - set(listed)):
        wrong.append(f"{name}: cited by {', '.join(sorted(cited[name]))}, "
                     f"and not in {LIST}")
    return wrong


def count(root):
    listed, _ = points(source.read(root, LIST))
    excused = sum(1 for excuse in listed.values() if excuse)
    return (f"{len(listed)} points: {len(listed) - excused} tested, "
            f"{excused} excused")


class Checklist(unittest.TestCase):
    root = "."

    def offenders(self, conformance, tests):
        with tempfile.TemporaryDirectory() as tree:
            source.write_tree(tree, {LIST: conformance, **tests})
            return problems(tree)

    def test_cited_or_excused_is_fine(self):
        self.assertEqual([], self.offenders(
            "Words\nRP-01  This.\nRP-02  That.\n       excused: not here\n",
            {"test/unit/x/a_test.c": "/* RP-01 */"}))

    def test_neither_is_found(self):
        found = self.offenders("RP-01  This.\n", {"test/a.c": "/* RP-1 */"})
        self.assertEqual(len(found), 1)
        self.assertIn("no test cites it", found[0])

    def test_both_is_found(self):
        found = self.offenders("RP-01  This.\n       excused: no\n",
                               {"test/dialogue/a.txt": "# RP-01, U18: words"})
        self.assertEqual(
            ["RP-01: excused, and cited by test/dialogue/a.txt"], found)

    def test_unknown_points_are_found(self):
        found = self.offenders("RP-01  This.\n", {"test/a.py": "# RP-01 RP-77"})
        self.assertEqual(len(found), 1)
        self.assertIn("RP-77: cited by test/a.py", found[0])

    def test_the_sinks_own_tests_do_not_count(self):
        self.assertEqual(len(self.offenders(
            "RP-01  This.\n", {"test/unit/sink/a_test.c": "/* RP-01 */"})), 1)

    def test_lines_that_say_nothing_are_found(self):
        found = self.offenders("RP-01  This.\n  excused: x\nRP-01  This.\n",
                               {"test/a.c": "RP-01"})
        self.assertEqual(len(found), 2)

    def test_this_tree_has_none(self):
        self.assertEqual("", "\n".join(problems(self.root)))


if __name__ == "__main__":
    Checklist.root = sys.argv.pop()
    print(count(Checklist.root), flush=True)
    unittest.main()
