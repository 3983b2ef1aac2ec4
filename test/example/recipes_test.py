#!/usr/bin/env python3
"""The cookbook, as somebody follows it: recipes_test.py PROGRAM ROOT

What stands in the fences of README.md beside this file:

    sh                      run, in order, in one directory; exports last
    sh in another terminal  a sink, which stays; wherever its address stands
                            from there on, the one that it got is put
    text                    comes behind sh: all that it prints. A line `...` stands
                            for any lines, `...` in a line for any words
    console                 for elsewhere: its options exist
    ini                     an account: its keys are options that exist
    c                       stands in a program beside it; `...` is left out

Options are checked wherever they stand, in the README.md of ROOT too; what
that shows of a dialogue is compared.
"""

import functools
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 60
KEYS = ("from", "aliases")   # of an account; the others are options
PROGRAM = ROOT = None


class Wrong(Exception):
    """Something in a text is not so."""


class Block:
    def __init__(self, kind, line):
        self.kind, self.line, self.text = kind, line, ""


def blocks(text):
    found, fence = [], None
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            if not fence:
                found.append(Block(line[3:], number))
            fence = not fence
        elif fence:
            found[-1].text += line + "\n"
    if fence:
        raise Wrong(f"line {found[-1].line}: a fence without an end")
    return found


def outside(text):
    """What is not fenced."""
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


# ---- what is shown ----

def line_fits(shown, printed):
    words = (re.escape(part) for part in shown.split("..."))
    return re.fullmatch(".*".join(words), printed) is not None


def fits(shown, printed):
    lines = printed.splitlines()
    ends = {0}   # how many lines may have been seen so far
    for line in shown.splitlines():
        if line == "...":
            ends = {end for end in range(len(lines) + 1) if end >= min(ends)}
        else:
            ends = {end + 1 for end in ends
                    if lines[end:] and line_fits(line, lines[end])}
        if not ends:
            return False
    return len(lines) in ends


# ---- options ----

@functools.lru_cache(maxsize=None)
def help_of(*command):
    return subprocess.run([PROGRAM, *command, "--help"], check=True, text=True,
                          stdout=subprocess.PIPE, timeout=SECONDS).stdout


def commands():
    return re.findall(r"^  (\w+) +\S", help_of(), flags=re.M)


def has_option(command, option):
    return re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])",
                     help_of(command)) is not None


def command_lines(text):
    """(command, words behind it) of each posthaste that is called."""
    for line in text.replace("\\\n", " ").splitlines():
        line = re.sub(r"'[^']*'|\"[^\"]*\"", "''", line)
        for found in re.finditer(r"(?:^|[ (/])posthaste +(\w+)([^|;<>#]*)",
                                 line):
            yield found[1], found[2]


def check_options(text, where):
    for command, words in command_lines(text):
        if command not in commands():
            raise Wrong(f"{where}: there is no posthaste {command}")
        for option in re.findall(r"(?<!\S)--?[a-z0-9][\w-]*", words):
            if not has_option(command, option):
                raise Wrong(f"{where}: {command} has no {option}")


def check_prose(text):
    """Options in a sentence: `--rate 20/s`."""
    for span in re.findall(r"`(--[a-z][^`]*)`", outside(text)):
        option = re.match(r"--[\w-]+", span)[0]
        if not any(has_option(command, option) for command in commands()):
            raise Wrong(f"no command has {option}")


def check_account(text, where):
    for line in text.splitlines():
        key = re.match(r"([\w-]+) *=", line)
        if not key and line and not re.fullmatch(r"\[\w+\]", line):
            raise Wrong(f"{where}: not a line of an account: {line}")
        if key and key[1] not in KEYS and not has_option("send",
                                                         "--" + key[1]):
            raise Wrong(f"{where}: an account has no {key[1]}")


# ---- C ----

def programs():
    for name in sorted(os.listdir(HERE)):
        if name.endswith(".c"):
            with open(os.path.join(HERE, name), encoding="utf-8") as source:
                yield source.read()


def check_c(text, where):
    pieces = [piece for piece in re.split(r"^ *\.\.\.\n", text, flags=re.M)
              if piece.strip()]
    if not any(all(piece in source for piece in pieces)
               for source in programs()):
        raise Wrong(f"{where}: no example here has these lines")


# ---- a reader ----

class Reader:
    """Somebody with a directory, a shell, and other terminals."""

    def __init__(self, folder):
        self.home = os.path.join(folder, "home")
        self.exports = os.path.join(folder, "exports")
        self.addresses, self.sinks = [], []
        tools = os.path.join(folder, "bin")
        os.mkdir(self.home)
        os.mkdir(tools)
        os.symlink(PROGRAM, os.path.join(tools, "posthaste"))
        self.env = {k: v for k, v in os.environ.items()
                    if k not in ("POSTHASTE_SERVER", "XDG_CONFIG_HOME",
                                 "SSLKEYLOGFILE", "BASH_ENV", "ENV")}
        self.env.update(HOME=self.home, PATH=f"{tools}:{os.environ['PATH']}",
                        LC_ALL="C.UTF-8")
        with open(self.exports, "w", encoding="utf-8"):
            pass

    def here(self, text):
        """With the addresses that the sinks got."""
        for written, real in self.addresses:
            text = text.replace(written, real)
        return text

    def shell(self, script, **more):
        return subprocess.Popen(
            ["sh", "-e", "-c", f". {self.exports}\n{self.here(script)}"],
            cwd=self.home, env=self.env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, text=True, start_new_session=True, **more)

    def run(self, block):
        """What it prints; its exit status is 0."""
        process = self.shell(f"{block.text}export -p >{self.exports}\n",
                             stderr=subprocess.STDOUT)
        try:
            printed = process.communicate(timeout=SECONDS)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            printed = process.communicate()[0] + "(and did not end)\n"
        if process.returncode:
            raise Wrong(f"line {block.line}: exit status {process.returncode}"
                        f"\n{printed}")
        return printed

    def start(self, block):
        written = re.search(r"--listen (127\.0\.0\.1:\d+)", block.text)[1]
        script = block.text.replace(written, "127.0.0.1:0")
        process = self.shell("exec " + script)
        first = process.stdout.readline()
        if not first.startswith("listening on "):
            process.communicate()
            raise Wrong(f"line {block.line}: it did not start\n{first}")
        # The latest sink of an address has it.
        self.addresses.insert(0, (written, first.split()[-1]))
        reading = threading.Thread(target=process.stdout.read)
        reading.start()
        self.sinks.append((process, reading))

    def close(self):
        """The exit statuses of the sinks."""
        for process, _ in self.sinks:
            process.terminate()
        for process, reading in self.sinks:
            reading.join()
            process.stdout.close()
        return [process.wait(SECONDS) for process, _ in self.sinks]


def follow(text, reader):
    """How many blocks were run, and how many of them compared."""
    ran = compared = 0
    printed = None
    for block in blocks(text):
        if block.kind == "sh in another terminal":
            reader.start(block)
        elif block.kind == "sh":
            printed = reader.run(block)
            ran += 1
            continue
        elif block.kind == "text" and printed is not None:
            if not fits(reader.here(block.text), printed):
                raise Wrong(f"line {block.line}: shown is\n{block.text}\n"
                            f"printed was\n{printed}")
            compared += 1
        printed = None
    return ran, compared


def check_anchors(text):
    headings = re.findall(r"^#+ (.*)$", outside(text), flags=re.M)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
               for heading in headings}
    for link in re.findall(r"\]\(#([^)]+)\)", text):
        if link not in anchors:
            raise Wrong(f"no heading is called {link}")


def check(text):
    check_prose(text)
    check_anchors(text)
    before = ""
    for block in blocks(text):
        where = f"line {block.line}"
        if block.kind == "c":
            check_c(block.text, where)
        elif block.kind == "ini":
            check_account(block.text, where)
        elif block.kind in ("", "sh", "sh in another terminal", "console"):
            check_options(block.text, where)
        elif block.kind != "text":
            raise Wrong(f"{where}: what is a fence of {block.kind}?")
        elif before != "sh":
            raise Wrong(f"{where}: what prints that?")
        before = block.kind


class Offenders(unittest.TestCase):
    """What is wrong is found."""

    def wrong(self, why, text):
        with self.assertRaisesRegex(Wrong, why):
            check(text)

    def test_texts(self):
        for why, text in (
                ("batch has no --speed",
                 "```console\n$ sudo posthaste batch --list 'x;y' \\\n --speed 9\n"
                 "```\n"),
                ("probe has no -m", "```console\nposthaste probe -m x\n```\n"),
                ("no posthaste transmit", "```sh\nposthaste transmit\n```\n"),
                ("no command has --speed", "Say `--speed 9`.\n"),
                ("account has no speed", "```ini\n[x]\nspeed = 9\n```\n"),
                ("not a line", "```ini\nspeed 9\n```\n"),
                ("no example", "```c\nint no_such_thing;\n```\n"),
                ("what prints", "```console\n```\n```text\n1\n```\n"),
                ("no heading", "# One\n[two](#two)\n"),
                ("without an end", "```sh\n"),
                ("a fence of bash", "```bash\n```\n")):
            with self.subTest(why):
                self.wrong(why, text)
        check("# One, 2\n[1](#one-2) `--rate`\n```console\n$ posthaste send --to 'a --x' | cat "
              "--speed\n```\n```c\nint main(void)\n...\n    return 0;\n```\n"
              "```ini\n[x]\ntls-ca = y\nfrom = z\n```\n")

    def test_outputs(self):
        self.assertTrue(fits("a\n...\nz ... y\n", "a\nb\nc\nz 1 y\n"))
        self.assertTrue(fits("a\n...\n", "a\n"))
        self.assertFalse(fits("a\n...\nz\n", "a\nb\n"))
        self.assertFalse(fits("a\n", "a\nb\n"))
        self.assertFalse(fits("a.c\n", "abc\n"))

    def test_recipes(self):
        with tempfile.TemporaryDirectory() as folder:
            reader = Reader(folder)
            self.assertEqual((2, 1), follow(
                "```sh\nexport A=1\n```\n```sh\necho $A; pwd >&2\n```\n"
                f"```text\n1\n{reader.home}\n```\n", reader))
            for why, text in (("exit status 1", "```sh\nfalse\ntrue\n```\n"),
                              ("printed was\n1\n",
                               "```sh\necho 1\n```\n```text\n2\n```\n"),
                              ("did not start",
                               "```sh in another terminal\n"
                               "true --listen 127.0.0.1:2525\n```\n")):
                with self.subTest(why), self.assertRaisesRegex(Wrong, why):
                    follow(text, reader)
            reader.close()


class Cookbook(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(HERE, "README.md"), encoding="utf-8") as book:
            self.text = book.read()

    def test_it_can_be_followed(self):
        with tempfile.TemporaryDirectory() as folder:
            reader = Reader(folder)
            try:
                ran, compared = follow(self.text, reader)
            finally:
                ends = reader.close()
        print(f"{ran} recipes, the output of {compared} compared")
        self.assertGreater(compared, 15)
        self.assertEqual({0}, set(ends), "a sink was not content")

    def test_what_it_names_exists(self):
        check(self.text)
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", self.text):
            self.assertTrue(os.path.exists(os.path.join(HERE, link)), link)
        names = set(re.findall(r"[a-z_]+\.c\b", self.text))
        missing = {name for name in os.listdir(HERE)
                   if name.endswith(".c")} - names
        self.assertFalse(missing, "examples without a word about them")



class Readme(unittest.TestCase):
    """That of the project."""

    def setUp(self):
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as readme:
            self.text = readme.read()

    def test_what_it_names_exists(self):
        check_prose(self.text)
        for block in blocks(self.text):
            if block.kind != "c":
                check_options(block.text, f"line {block.line}")

    def test_what_it_shows_is_printed(self):
        """A message, and its dialogue replayed."""
        shown = [block.text for block in blocks(self.text)
                 if re.match(r"\$ posthaste (send -v|replay) ", block.text)]
        self.assertEqual(2, len(shown))
        book = ("```sh in another terminal\n"
                "posthaste sink --listen 127.0.0.1:2525\n```\n")
        for text in shown:
            command, output = re.fullmatch(
                r"\$ (.*(?:(?<=\\)\n.*)*)\n((?s:.*))", text).groups()
            # A size has a date in it; some hosts have a name to say.
            output = re.sub(r"275|\[127\.0\.0\.1\]", "...", output)
            book += (f"```sh\n{command} >shown.txt 2>&1\ncat shown.txt\n"
                     "test -e dialogue.txt || mv shown.txt dialogue.txt\n```\n"
                     f"```text\n{output}```\n")
        with tempfile.TemporaryDirectory() as folder:
            reader = Reader(folder)
            try:
                self.assertEqual((2, 2), follow(book, reader))
            finally:
                reader.close()


if __name__ == "__main__":
    PROGRAM, ROOT = os.path.abspath(sys.argv[1]), sys.argv[2]
    unittest.main(argv=sys.argv[:1], verbosity=2)
