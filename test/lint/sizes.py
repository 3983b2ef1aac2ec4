#!/usr/bin/env python3
"""Nothing is too long to be read at once: sizes.py ROOT"""

import re
import sys
import tempfile
import unittest

import source

FUNCTION_LINES = 60
FILE_LINES = 500
HEADER_LINES = 150
# Headers that are read as a document, from top to bottom.
LONG_HEADERS = {"include/posthaste/machine.h", "src/smtp/table.h"}


def functions(text):
    """(first line, length) of each function. The layout (clang-format) puts a
    function's braces, and nobody else's, alone in the first column."""
    lines = source.code(text).split("\n")
    begin = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            begin = number
        elif line.rstrip() == "}" and begin:
            head = begin
            while head > 1 and re.match(r"[^\s#}]|\s+\S.*[,)]$",
                                        lines[head - 2]):
                head -= 1
            yield head, number - head + 1
            begin = None


def file_problems(path, text):
    found = []
    lines = text.count("\n")
    limit = FILE_LINES
    if path.endswith(".h") and path not in LONG_HEADERS:
        limit = HEADER_LINES
    if lines > limit:
        found.append(f"{path}:1: {lines} lines, at most {limit}")
    if path.endswith(".c"):
        found += [f"{path}:{first}: a function of {length} lines, "
                  f"at most {FUNCTION_LINES}"
                  for first, length in functions(text)
                  if length > FUNCTION_LINES]
    return found


def problems(root):
    found = []
    for path in source.files(root, "src", "include", "test",
                             ends=(".c", ".h", ".def", ".py")):
        found += file_problems(path, source.read(root, path))
    return found


def body(lines):
    return "    x();\n" * lines


class Sizes(unittest.TestCase):
    root = "."

    def found_in(self, path, text):
        with tempfile.TemporaryDirectory() as root:
            source.write_tree(root, {path: text})
            return problems(root)

    def test_a_function_may_have_just_so_many_lines(self):
        head = "/* one */\n\nstatic int f(int a,\n             int b)\n{\n"
        text = head + body(56) + "}\n"
        self.assertEqual([(3, 60)], list(functions(text)))
        self.assertEqual([], self.found_in("src/base/a.c", text))
        self.assertRegex(
            self.found_in("src/base/a.c", head + body(57) + "}\n")[0],
            r"^src/base/a\.c:3: a function of 61 lines")

    def test_each_function_is_measured_alone(self):
        text = "int f(void)\n{\n" + body(40) + "}\n\nint g(void)\n{\n" + \
            body(40) + "}\n"
        self.assertEqual([(1, 43), (45, 43)], list(functions(text)))

    def test_a_brace_in_a_literal_ends_nothing(self):
        text = 'int f(void)\n{\n    g("\\\n}\\n");\n' + body(70) + "}\n"
        self.assertEqual(1, len(self.found_in("src/base/a.c", text)))

    def test_a_file_and_a_header_have_limits(self):
        self.assertEqual([], self.found_in("src/base/a.c", "\n" * 500))
        self.assertEqual(1, len(self.found_in("src/base/a.c", "\n" * 501)))
        self.assertEqual([], self.found_in("src/base/a.h", "\n" * 150))
        self.assertEqual(1, len(self.found_in("src/base/a.h", "\n" * 151)))

    def test_nothing_in_this_tree_is_too_long(self):
        self.assertEqual("", "\n".join(problems(self.root)))


if __name__ == "__main__":
    Sizes.root = sys.argv.pop(1)
    unittest.main()
