#!/usr/bin/env python3
"""What posthaste shows on a terminal: cli_color_test.py PROGRAM

Colour is for people only; and what a server says never reaches the terminal as
more than text.
"""

import os
import pty
import re
import subprocess
import unittest

from scripted import ScriptedTest
from sink_talk import SECONDS, Sink, main

MAIL = ["--from", "ann@x.org", "--to", "bob@x.org", "--text", "hello"]
RED, GREEN, OFF = "\x1b[31m", "\x1b[32m", "\x1b[0m"


class Terminal(ScriptedTest):
    def look(self, *words, **env):
        """What both streams show, on one terminal."""
        try:
            ours, theirs = pty.openpty()
        except OSError as error:
            self.skipTest(f"no pseudo-terminal: {error}")
        with os.fdopen(ours, "rb", buffering=0) as screen:
            process = subprocess.Popen(
                [Sink.program, *words], stdin=subprocess.DEVNULL,
                stdout=theirs, stderr=theirs,
                env={"TERM": "xterm", "PATH": os.environ["PATH"], **env})
            self.addCleanup(process.kill)
            os.close(theirs)
            seen = b""
            try:
                while piece := screen.read(65536):
                    seen += piece
            except OSError:    # the last one has closed it
                pass
            process.wait(SECONDS)
        return seen.decode(errors="replace").replace("\r\n", "\n")

    def mail(self, sink, *words, **env):
        return self.look("send", "-s", self.url(sink), *MAIL, *words, **env)


class Colour(Terminal):
    def test_outcomes_and_errors_are_told_apart(self):
        self.assertIn(GREEN + "accepted" + OFF + "   bob@",
                      self.mail(self.sink()))
        self.assertIn(RED + "refused" + OFF + "    bob@",
                      self.mail(self.sink("--reply", "rcpt=550 no")))
        self.assertTrue(self.look("nothing").startswith(
            RED + "posthaste:" + OFF + " there is no command 'nothing': "))

    def test_who_speaks_is_told_apart(self):
        sink = self.sink("--reply", "rcpt=550 no")
        seen = self.mail(sink, "-v", "--tls", "none").splitlines()
        marks = {}
        for line in seen:
            found = re.match(r"(\x1b\[\d+m)(C: |S: [2345]|# )(.*)", line)
            if found:
                self.assertTrue(line.endswith(OFF), line)
                marks.setdefault(found[2], set()).add(found[1])
        self.assertLessEqual({"C: ", "S: 2", "S: 5", "# "}, set(marks), seen)
        used = [mark for said in ("C: ", "S: 2", "S: 5", "# ")
                for mark in marks[said]]
        self.assertEqual(len(used), len(set(used)))
        self.assertEqual(marks["S: 5"], {RED})

    def test_a_probe_has_headings(self):
        seen = self.look("probe", "-s", self.url(self.sink()))
        self.assertIn("\x1b[1mGreeting:" + OFF + "\n  220 posthaste", seen)

    def test_nobody_has_to_have_it(self):
        sink = self.sink("--reply", "rcpt=550 no")
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}):
            self.assertNotIn("\x1b", self.mail(sink, "-v", **env), env)
        self.assertIn("\x1b", self.mail(sink, "-v", NO_COLOR=""))

    def test_a_pipe_and_json_have_none(self):
        sink = self.sink("--reply", "rcpt=550 no")
        run = self.posthaste("send", "-s", self.url(sink), *MAIL, "-v",
                             env={"TERM": "xterm"})
        self.assertNotIn("\x1b", run.out + run.err)
        self.assertNotIn("\x1b", self.mail(sink, "--json"))


class Hostile(Terminal):
    """S34: each control that a terminal obeys, in each place of a reply."""

    EVIL = b"\x1b[2J\x1b]0;x\x07\xc2\x9b31m\x9b31m\x08\x0e\x7f"

    def evil(self, guest):
        """A server that refuses the recipient, with EVIL in each reply."""
        evil = self.EVIL + b"\r\n"
        guest.send(b"220 x" + evil)
        guest.expect("EHLO")
        guest.send(b"250-x" + evil + b"250-X" + evil + b"250 SIZE 9999\r\n")
        while (verb := guest.hear()[:4]) != "QUIT":
            guest.send((b"550 5.1.1 no" if verb == "RCPT" else b"250 ok") + evil)
        guest.send(b"221 bye" + evil)

    def test_no_control_of_a_server_reaches_the_terminal(self):
        controls = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
        for words in (["send", *MAIL, "-v"], ["send", *MAIL, "-vv", "--json"],
                      ["probe", "-v"], ["probe", "--json"]):
            server = self.serve(self.evil)
            seen = self.look(words[0], "-s", self.url(server), "--tls", "none",
                             *words[1:], NO_COLOR="1")
            self.assertIn("?[2J", seen, words)
            self.assertEqual(controls.findall(seen), [], seen)


if __name__ == "__main__":
    main()
