#!/usr/bin/env python3
"""Calls that have better relatives, and unfinished work: banned.py ROOT"""

import re
import sys
import tempfile
import unittest

import source

# Unbounded, unchecked, or not thread-safe: nowhere.
NOWHERE = ("strcpy strcat sprintf vsprintf gets strtok atoi atol atof rand "
           "srand tmpnam").split()
# Library code never prints, exits, or touches what the process shares.
NOT_IN_LIBRARY = ("printf vprintf fprintf vfprintf dprintf puts fputs putchar "
                  "fputc putc perror exit _exit abort atexit getenv setenv "
                  "putenv setlocale umask chdir signal sigaction").split()
LIBRARY = ("base", "sasl", "smtp", "dkim", "message", "tls", "dns", "net", "engine",
           "client", "mx")

# Split, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(" + "|".join(
    ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")

C_ENDS = (".c", ".h", ".def")
TEXT_ENDS = C_ENDS + (".py", ".sh", ".md", ".build", ".txt", ".1", "install",
                      "quickstart", "run", "packages")


def calls(names):
    return re.compile(r"(?<![\w.])(?<!->)(" + "|".join(names) + r")\s*\(")


EVERYWHERE_RE = calls(NOWHERE)
LIBRARY_RE = calls(NOT_IN_LIBRARY)


def is_library(path):
    return any(path.startswith(f"src/{layer}/") for layer in LIBRARY)


def matches(pattern, path, text):
    for number, line in enumerate(text.split("\n"), 1):
        for match in pattern.finditer(line):
            yield f"{path}:{number}: {match[1]}"


def problems(root):
    found = []
    for path in source.files(root, "src", "include", "test", ends=C_ENDS):
        text = source.code(source.read(root, path))
        found += matches(EVERYWHERE_RE, path, text)
        if is_library(path):
            found += matches(LIBRARY_RE, path, text)
    for path in source.files(root, ".", ends=TEXT_ENDS):
        found += matches(UNFINISHED, path, source.read(root, path))
    return found


class Banned(unittest.TestCase):
    root = "."

    def found_in(self, path, text):
        with tempfile.TemporaryDirectory() as root:
            source.write_tree(root, {path: text})
            return problems(root)

    def test_each_banned_call_is_found(self):
        for name in NOWHERE:
            self.assertEqual(
                [f"test/unit/a.c:2: {name}"],
                self.found_in("test/unit/a.c", f"\n    {name} (x);\n"))

    def test_each_call_not_for_libraries_is_found_there_only(self):
        for name in NOT_IN_LIBRARY:
            self.assertEqual([f"src/net/a.c:1: {name}"],
                             self.found_in("src/net/a.c", f"{name}(1);\n"))
            self.assertEqual([], self.found_in("src/cli/a.c", f"{name}(1);"))

    def test_relatives_comments_and_strings_are_fine(self):
        self.assertEqual([], self.found_in(
            "src/base/a.c", 'fgets(x); strtok_r(x); snprintf(x); /* atoi(x) '
            '*/ f("gets(x)"); loop->exit(1); my.rand(2);\n'))

    def test_unfinished_work_is_found_in_any_text(self):
        word = "FIX" + "ME"
        for path in ("README.md", "test/dialogue/a.txt", "src/base/a.c"):
            self.assertEqual([f"{path}:1: {word}"],
                             self.found_in(path, f"# {word}: later\n"))

    def test_this_tree_has_none(self):
        self.assertEqual("", "\n".join(problems(self.root)))


if __name__ == "__main__":
    Banned.root = sys.argv.pop(1)
    unittest.main()
