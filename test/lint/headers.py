#!/usr/bin/env python3
"""Each header compiles alone: headers.py ROOT CC [CXX]

CC and CXX are commands with their arguments, separated by ';'.
"""

import os
import subprocess
import sys
import tempfile
import unittest

import source

STRICT = ["-fsyntax-only", "-pedantic", "-Wall", "-Wextra", "-Werror"]
# Twice, because a header without its guard fails the second time.
C11 = "#include <{0}>\n#include <{0}>\nint ph_test(void);\n"


def compile_alone(command, options, text, suffix):
    """What the compiler complains of, or ''."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "alone" + suffix)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        done = subprocess.run([*command, *STRICT, *options, path],
                              stderr=subprocess.PIPE, text=True, check=False)
    return done.stderr or ("" if done.returncode == 0 else "it failed")


class Headers(unittest.TestCase):
    root, cc, cxx = ".", ["cc"], []

    def public(self):
        found = source.files(self.root, "include", ends=(".h",))
        self.assertIn("include/posthaste.h", found)
        return [os.path.relpath(path, "include") for path in found]

    def include(self):
        return "-I" + os.path.join(self.root, "include")

    def test_public_headers_are_c11(self):
        for header in self.public():
            with self.subTest(header):
                self.assertEqual("", compile_alone(
                    self.cc, ["-std=c11", self.include()],
                    C11.format(header), ".c"))

    def test_public_headers_are_cxx17(self):
        if not self.cxx:
            self.skipTest("no C++ compiler here")
        for header in self.public():
            with self.subTest(header):
                self.assertEqual("", compile_alone(
                    self.cxx, ["-std=c++17", self.include()],
                    C11.format(header), ".cc"))

    def test_public_headers_need_nothing_of_ours_but_themselves(self):
        for header in self.public():
            text = source.read(self.root, os.path.join("include", header))
            with self.subTest(header):
                self.assertNotRegex(text, r'#\s*include\s*"')
                self.assertNotRegex(text, r"#\s*include\s*<(uv|openssl/)")

    def test_a_bad_header_is_found(self):
        bad = {"unknown type": "struct a { uint32_t b; };\n",
               "no guard": "struct a { int b; };\n"}
        for name, text in bad.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                source.write_tree(folder, {"bad.h": text})
                self.assertNotEqual("", compile_alone(
                    self.cc, ["-std=c11", "-I" + folder],
                    C11.format("bad.h"), ".c"))


if __name__ == "__main__":
    Headers.root, Headers.cc = sys.argv[1], sys.argv[2].split(";")
    Headers.cxx = sys.argv[3].split(";") if len(sys.argv) > 3 else []
    del sys.argv[1:]
    unittest.main()
