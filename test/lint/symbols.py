#!/usr/bin/env python3
"""What the library shows and keeps: symbols.py ROOT NM CC LIBRARY ARCHIVE...

The shared LIBRARY exports what the public headers declare and nothing else. No
object of the ARCHIVEs has writable data: two users in one process share
nothing (C09).
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

import source

DECLARED = re.compile(r"^PH_API\b[^;(]*?\b(ph_\w+)\s*\(", re.M)

# A table of pointers is written by the loader only, then sealed.
SEALED = (".data.rel.ro", ".rodata", ".text", ".eh_frame", ".note", ".comment")
WRITABLE = (".data", ".bss", ".tdata", ".tbss", "*COM*")


def nm(command, *arguments):
    done = subprocess.run([command, *arguments], stdout=subprocess.PIPE,
                          text=True, check=True)
    return done.stdout.splitlines()


def exports(command, library):
    """Names that the dynamic symbol table defines."""
    return [line.split()[0] for line in
            nm(command, "-D", "--defined-only", "-P", library) if line.strip()]


def writable(command, path):
    """"name section" of each symbol whose section can be written to."""
    found = []
    for line in nm(command, "-f", "sysv", path):
        fields = [field.strip() for field in line.split("|")]
        if len(fields) < 7 or fields[0] == "Name":
            continue
        section = fields[6]
        if section.startswith(WRITABLE) and not section.startswith(SEALED):
            found.append(f"{path}: {fields[0]} in {section}")
    return found


class Symbols(unittest.TestCase):
    root, nm, cc, library, archives = ".", "nm", "cc", "", []

    def test_the_library_exports_what_its_headers_declare(self):
        declared = set()
        for path in source.files(self.root, "include", ends=(".h",)):
            declared.update(DECLARED.findall(source.read(self.root, path)))
        self.assertIn("ph_machine_new", declared)
        exported = set(exports(self.nm, self.library))
        self.assertEqual([], sorted(declared - exported), "not exported")
        self.assertEqual([], sorted(exported - declared), "not declared")

    def test_no_object_has_writable_data(self):
        """C09"""
        self.assertGreater(len(self.archives), 3)
        found = [line for archive in self.archives
                 for line in writable(self.nm, archive)]
        self.assertEqual("", "\n".join(found))

    def test_each_kind_of_writable_data_is_found(self):
        text = ("int one = 1; static int two; int f(void) { static int three;"
                " return ++two + ++three; } _Thread_local int four;"
                " extern int g(void); int (*const five)(void) = g;"
                " const int six = 6;")
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "a.o")
            subprocess.run([*self.cc, "-fPIC", "-x", "c", "-c", "-o", out, "-"],
                           input=text, text=True, check=True)
            found = [line.split(": ")[1] for line in writable(self.nm, out)]
        names = sorted(line.split()[0].split(".")[0] for line in found)
        self.assertEqual(["four", "one", "three", "two"], names)


if __name__ == "__main__":
    Symbols.root, Symbols.nm = sys.argv[1:3]
    Symbols.cc = sys.argv[3].split(";")
    Symbols.library, Symbols.archives = sys.argv[4], sys.argv[5:]
    del sys.argv[1:]
    unittest.main()
