#!/usr/bin/env python3
"""posthaste trace, and --trace-times: trace_test.py PROGRAM"""

import os
import re
import unittest

import sink_talk
from scripted import ScriptedTest


class Times(ScriptedTest):
    def record(self, *words, sink=None):
        run = self.send(sink or self.sink("--delay", "40"), "--tls", "none",
                        "--trace-times", *words)
        times = [float(at) for at in
                 re.findall(r"^# at (\d+\.\d{6})$", run.err, re.M)]
        return run, times

    def test_times_rise_and_are_those_of_the_wire(self):
        run, times = self.record()
        self.assertEqual(0, run.code, run.err)
        self.assertEqual(sorted(set(times)), times)
        # Greeting, EHLO, envelope, content: each a round trip away, but for
        # what a timer's granularity may take.
        self.assertGreater(times[-1] - times[0], 3 * 0.04)
        self.assertNotIn("# at", self.send(self.sink(), "-v", "--tls",
                                           "none").err)

    def test_it_is_still_a_dialogue(self):
        run, _ = self.record()
        path = self.write("dialogue", run.err)
        self.assertEqual(0, self.posthaste("replay", path).code)
        again = self.sink("--script", path)
        self.assertEqual(0, self.send(again, "--tls", "none").code)

    def test_other_commands_have_them(self):
        sink = self.sink()
        message = self.write("m.eml", "To: {{to}}\nSubject: s\n\nHi\n")
        rows = self.write("l.txt", "a@x.org\n")
        for words in (["probe"],
                      ["load", "-m", message, "--from", "a@x.org", "--to",
                       "b@x.org", "--count", "1"],
                      ["batch", "--from", "a@x.org", "--list", rows,
                       "--template", message]):
            with self.subTest(words[0]):
                run = self.posthaste(*words, "-s", self.url(sink),
                                     "--trace-times", "--tls", "none")
                self.assertEqual(0, run.code, run.err)
                self.assertRegex(run.err, r"# at \d+\.\d{6}\n(# .*\n)*S: 220")

    def test_a_wait_in_vain_is_seen(self):
        def script(guest):
            guest.greet("PIPELINING")
            guest.listen()
        server = self.serve(script)
        run = self.posthaste(
            "send", "-s", self.url(server), "--tls", "none", "--from",
            "a@x.org", "--to", "b@x.org", "--subject", "s", "--text", "t",
            "--timeout", "1", "--trace-times")
        server.close()
        self.assertEqual(75, run.code, run.err)
        table = self.posthaste("trace", "-", data=run.err.encode()).out
        step = re.search(r"([\d.]+) +\d+ +envelope # +no answer in time", table)
        self.assertIsNotNone(step, table)
        self.assertGreaterEqual(float(step[1]), 900)
        self.assertRegex(table, r"slowest +[\d.]+ ms +envelope, until +no answer")


class Shown(ScriptedTest):
    DIALOGUE = ("# at 0.001000\nS: 220 x\nC: EHLO y\n# at 0.021000\n"
                "S: 250 x\nC: QUIT\n# session 2\n# at 0.050000\nS: 220 y\n")

    def trace(self, *words, text=DIALOGUE):
        return self.posthaste("trace", *words, data=text.encode())

    def test_a_table(self):
        run = self.trace("-")
        self.assertEqual(0, run.code, run.err)
        self.assertRegex(run.out, r"21\.0 +20\.0 +100 +1 hello +S +1 +7 +250 x")
        self.assertIn("2 sessions, within 49.0 ms", run.out)

    def test_one_session(self):
        run = self.trace("--session", "2", "-")
        self.assertNotIn("EHLO", run.out)
        self.assertIn("220 y", run.out)
        run = self.trace("--session", "3", "-")
        self.assertEqual(65, run.code)
        self.assertIn("there is no session 3", run.err)

    def test_to_a_file(self):
        path = os.path.join(self.folder(), "x.svg")
        run = self.trace("--svg", "-o", path, "-")
        self.assertEqual((0, ""), (run.code, run.out))
        with open(path, encoding="utf-8") as drawing:
            self.assertEqual(drawing.read(), self.trace("--svg", "-").out)
        self.assertIn("<svg", self.trace("--html", "-").out)

    def test_without_times(self):
        run = self.trace("-", text="S: 220 x\nC: QUIT\nS: 221 x\n")
        self.assertEqual(0, run.code)
        self.assertIn("There are no times in it", run.out)
        self.assertIn("no times in the recording",
                      self.trace("--svg", "-", text="S: 220 x\n").out)

    def test_what_cannot_be_shown(self):
        for words, text, code, said in (
                ((), "", 64, "nothing to show"),
                (("--svg", "--html", "-"), "", 64, "give one"),
                (("/nowhere",), "", 66, "/nowhere"),
                (("-",), "no dialogue\n", 65, "there is no dialogue"),
                (("-",), "S: 2\0", 65, "holds a NUL"),
                (("-",), "# session 0\n", 65, "not from 1 to"),
                (("-o", "/nowhere/x", "-"), self.DIALOGUE, 75,
                 "/nowhere/x cannot be written")):
            with self.subTest(said):
                run = self.trace(*words, text=text)
                self.assertEqual(code, run.code, run.err)
                self.assertRegex(run.err, "^posthaste: .*" + re.escape(said))

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_a_full_disk(self):
        run = self.trace("--html", "-o", "/dev/full", "-")
        self.assertEqual(75, run.code)
        self.assertIn("/dev/full cannot be written", run.err)


if __name__ == "__main__":
    sink_talk.main()
