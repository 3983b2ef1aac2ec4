#!/usr/bin/env python3
"""The manual pages say what the program says: manual.py ROOT PROGRAM CC...

posthaste(1) has the options of each command that its --help has, and the words
that these may take; posthaste-config(5) the keys of accounts; libposthaste(3)
each public function and header, and examples that compile. All please mandoc.
"""

import os
import re
import shutil
import subprocess
import sys
import unittest

import source

PROGRAM_PAGE = "src/cli/posthaste.1"
CONFIG_PAGE = "src/cli/posthaste-config.5"
LIBRARY_PAGE = "include/posthaste/libposthaste.3"
PAGES = [PROGRAM_PAGE, CONFIG_PAGE, LIBRARY_PAGE]


def sections(page):
    """The text of each section, by its name."""
    parts = re.split(r"^\.Sh (.*)\n", page, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def items(text):
    """Names of options, and the words that they may take, of .It lines."""
    found = {}
    for line in re.findall(r"^\.It (Fl .*)$", text, re.M):
        names = {"-" + name for name in re.findall(r"\bFl (-?[\w-]+)", line)}
        words = re.search(r" Cm (.*)$", line)
        for name in names:
            found[name] = words[1].replace(" ", "") if words else None
    return found


def documented(page, command):
    """Those of a command, also in the sections that it says apply too."""
    parts = sections(page)
    own = parts[command.upper()]
    found = items(own)
    for name in re.findall(r"^\.Sx (.*?)(?: \.)?$", own, re.M):
        if name != "OUTCOMES":
            found.update(items(parts[name]))
    return found


def helped(text):
    """The same, of what --help prints."""
    found = {}
    for letter, name, argument in re.findall(
            r"^  (?:-(\w),|   ) --([\w-]+)(?:\[=| )?(\S*)", text, re.M):
        words = argument if re.search(r"^[^@A-Z]+\|[^@A-Z]+$", argument) else None
        found["--" + name] = words
        if letter:
            found["-" + letter] = words
    for letter in re.findall(r"^  -(\w) ", text, re.M):   # it has no name
        found["-" + letter] = None
    return found


def differences(page, told):
    """Between what documented() and helped() have found, in words."""
    return [f"the page lacks {name}" for name in told.keys() - page.keys()] + \
        [f"only the page has {name}" for name in page.keys() - told.keys()] + \
        [f"{name} takes {told[name]}" for name in told.keys() & page.keys()
         if told[name] != page[name]]


def account_keys(text, code):
    """Those that the help of `send` lists from 'Which server' on, and those
    that may stand in an account only."""
    server = helped(text.split("\nWhich server:")[1])
    only = code.split("cli_account_options[] = {")[1].split("};")[0]
    return {name[2:] for name in server if name.startswith("--")} | \
        set(re.findall(r'"([a-z-]+)",', only))


def examples(page):
    """The programs in C, as they are printed."""
    texts = re.findall(r"^\.Bd -literal[^\n]*\n(.*?)^\.Ed", page, re.M | re.S)
    return [text.replace("\\e", "\\") for text in texts if "#include" in text]


class Manual(unittest.TestCase):
    root, program, cc = ".", "posthaste", ["cc"]

    def say(self, *words):
        return subprocess.run([self.program, *words], text=True, check=True,
                              stdout=subprocess.PIPE).stdout

    def page(self, path):
        return source.read(self.root, path)

    def commands(self):
        found = re.findall(r"^  (\w+)\s+\S", self.say("--help"), re.M)
        self.assertIn("send", found)
        return found

    def test_an_item_names_options_and_words(self):
        self.assertEqual(items(".It Fl a , Fl -al-l Ar X\ntext Fl b\n"
                               ".It Fl -tls Cm x | y\n"),
                         {"-a": None, "--al-l": None, "--tls": "x|y"})

    def test_help_names_options_and_words(self):
        self.assertEqual(
            helped("  -a, --all X    text --no\n      --tls x|y\n"
                   "      --dry-run[=N]  z\n      --text TEXT|@FILE\n"
                   "  -f ADDR  from\n"),
            {"-a": None, "--all": None, "--tls": "x|y", "--dry-run": None,
             "--text": None, "-f": None})

    def test_a_difference_is_found(self):
        self.assertEqual(differences({"-a": None, "-b": None, "-c": "x|y"},
                                     {"-a": None, "-c": "x|z", "-d": None}),
                         ["the page lacks -d", "only the page has -b",
                          "-c takes x|z"])

    def test_the_pages_please_mandoc(self):
        if not shutil.which("mandoc"):
            self.skipTest("there is no mandoc")
        for path in PAGES:
            run = subprocess.run(
                ["mandoc", "-T", "lint", os.path.join(self.root, path)],
                capture_output=True, text=True, check=False)
            # Without .Xr: which manuals a system has is not ours to say.
            self.assertEqual(run.stdout + run.stderr, "")

    def test_each_command_has_the_options_of_its_help(self):
        page = self.page(PROGRAM_PAGE)
        for command in self.commands():
            with self.subTest(command=command):
                self.assertEqual([], differences(
                    documented(page, command),
                    helped(self.say(command, "--help"))))

    def test_the_commands_are_those_of_the_help(self):
        listed = sections(self.page(PROGRAM_PAGE))["DESCRIPTION"]
        self.assertCountEqual(re.findall(r"^\.It Cm (\w+)", listed, re.M),
                              self.commands())

    def test_the_keys_of_accounts_are_all_there(self):
        keys = re.findall(r"^\.It Ic ([\w-]+)", self.page(CONFIG_PAGE), re.M)
        self.assertIn("from", keys)
        self.assertEqual(set(keys), account_keys(
            self.say("send", "--help"), self.page("src/cli/server_options.c")))
        self.assertEqual(len(keys), len(set(keys)))

    def test_the_library_has_the_names_of_its_headers(self):
        page = self.page(LIBRARY_PAGE)
        calls, headers = set(), set()
        for path in source.files(self.root, "include", ends=(".h",)):
            headers.add(os.path.relpath(path, "include"))
            calls |= set(re.findall(r"^PH_API [^;(]*?\b(ph_\w+)\(",
                                    self.page(path), re.M))
        self.assertIn("ph_client_new", calls)
        self.assertEqual(set(re.findall(r"^\.Fn (ph_\w+)", page, re.M)), calls)
        self.assertEqual(set(re.findall(r"^\.(?:It )?In (\S+)", page, re.M)),
                         headers)
        codes = set(re.findall(r"^    X\((\w+), \d+",
                               self.page("include/posthaste/types.h"), re.M))
        self.assertEqual(set(re.findall(r"^\.It Dv PH_E_(\w+)", page, re.M)),
                         codes)

    def test_the_examples_compile(self):
        programs = examples(self.page(LIBRARY_PAGE))
        self.assertEqual(len(programs), 2)
        for text in programs:
            subprocess.run([*self.cc, "-Wall", "-Wextra", "-Werror",
                            "-fsyntax-only", "-x", "c", "-", "-I",
                            os.path.join(self.root, "include")],
                           input=text, text=True, check=True)


if __name__ == "__main__":
    Manual.root, Manual.program, *Manual.cc = sys.argv[1:]
    del sys.argv[1:]
    unittest.main()
