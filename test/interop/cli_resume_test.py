#!/usr/bin/env python3
"""Batches that are interrupted and resumed: cli_resume_test.py PROGRAM

Nothing may be lost, nobody who was accepted may be mailed twice, and what may
have arrived twice must have been reported as uncertain (U18, U19).
"""

import os
import random
import signal
import sys
import time
from collections import Counter

from cli_batch_test import BatchTest, rows_of
from sink_talk import SECONDS, main

ROWS = 4000
KILLS = 25


class ResumeTest(BatchTest):
    def setUp(self):
        self.mailbox = self.folder()
        self.results = os.path.join(self.folder(), "r.jsonl")
        self.rows = self.write("l.csv", rows_of(ROWS))
        self.message = self.template()
        seed = random.randrange(1 << 32)
        self.random = random.Random(seed)
        self.addCleanup(print, f"{self.id()}: seed {seed}", file=sys.stderr)

    def words(self, sink, *more):
        return ["batch", "-s", self.url(sink), "--list", self.rows,
                *self.message, "--results", self.results, *more]

    def size(self):
        return (os.path.getsize(self.results)
                if os.path.exists(self.results) else 0)

    def interrupt(self, process, number, octets):
        """Sends the signal once the results have grown by so much."""
        goal = self.size() + octets
        deadline = time.monotonic() + SECONDS
        while self.size() < goal and process.poll() is None:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.0005)
        process.send_signal(number)

    def kill_again_and_again(self, sink, *more):
        for _ in range(KILLS):
            process = self.start(*self.words(sink, *more))
            self.interrupt(process, signal.SIGKILL,
                           self.random.randrange(200, 40000))
            process.communicate()
            self.assertEqual(process.returncode, -signal.SIGKILL)

    def delivered(self):
        """How often the sink stored a message for each row's address."""
        count = Counter()
        for name in os.listdir(self.mailbox):
            if name.endswith(".json"):
                count.update(self.stored(self.mailbox, int(name[:-5]))[1]["to"])
        return count

    def last_outcomes(self):
        return {x["recipient"]: x["outcome"] for x in self.lines(self.results)}

    def reported_uncertain(self):
        return {x["recipient"] for x in self.lines(self.results)
                if x["outcome"] == "uncertain"}


class Kills(ResumeTest):
    def test_a_batch_that_is_killed_loses_and_doubles_nothing(self):
        sink = self.sink("--dir", self.mailbox)
        self.kill_again_and_again(sink)
        run = self.posthaste(*self.words(sink, "--json"))
        count, last = self.delivered(), self.last_outcomes()
        uncertain = self.reported_uncertain()
        everybody = {f"row{n}@example.org" for n in range(1, ROWS + 1)}
        self.assertEqual(set(last), everybody)
        self.assertEqual(set(last.values()) - {"accepted", "uncertain"}, set())
        self.assertEqual({to for to in last if last[to] == "uncertain"},
                         uncertain)
        for to in everybody - uncertain:
            self.assertEqual(count[to], 1, to)
        for to in uncertain:
            self.assertLessEqual(count[to], 1, to)
        # This run reported what the last kill had left in doubt.
        told = {f["recipient"] for f in run.objects()
                if f["outcome"] == "uncertain"}
        self.assertLessEqual(told, uncertain)
        self.assertEqual(run.code, 75 if told else 0)
        again = self.posthaste(*self.words(sink, "--json"))
        self.assertEqual((again.code, again.out), (0, ""))

    def test_uncertain_rows_are_sent_again_only_when_asked_for(self):
        sink = self.sink("--dir", self.mailbox)
        self.kill_again_and_again(sink, "--resend-uncertain")
        run = self.posthaste(*self.words(sink, "--resend-uncertain"))
        self.assertEqual(run.code, 0, run.err)
        count, uncertain = self.delivered(), self.reported_uncertain()
        self.assertEqual(set(self.last_outcomes().values()), {"accepted"})
        self.assertEqual(len(count), ROWS)
        twice = {to for to in count if count[to] > 1}
        self.assertLessEqual(twice, uncertain)


class Signals(ResumeTest):
    def test_the_first_signal_finishes_what_is_under_way(self):
        sink = self.sink("--dir", self.mailbox)
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start(*self.words(sink, "--json"))
            self.interrupt(process, number, 30000)
            run = self.finish(process)
            self.assertEqual(run.code, 75, run.err)
            self.assertEqual({f["outcome"] for f in run.objects()},
                             {"accepted"})
        run = self.posthaste(*self.words(sink))
        self.assertEqual(run.code, 0, run.err)
        self.assertRegex(run.out, r"\d+ skipped: an earlier run did them\n")
        self.assertEqual(set(self.delivered().values()), {1})
        self.assertEqual(len(self.delivered()), ROWS)

    def test_the_second_signal_stops_at_once(self):
        sink = self.sink("--reply", "content=stall")
        process = self.start(*self.words(sink, "--json", "-v",
                                         "--connections", "3"))
        for _ in range(3):      # contents on the wire
            while b" octets>" not in process.stderr.readline():
                pass
        process.send_signal(signal.SIGINT)
        while b"another Ctrl-C stops at once" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        run = self.finish(process)
        self.assertEqual(run.code, 75)
        outcomes = Counter(f["outcome"] for f in run.objects())
        self.assertEqual(outcomes["uncertain"], 3)
        # Behind each content goes the envelope of the next row: its RCPT was
        # written, and its content was not.
        self.assertLessEqual(outcomes["deferred"], 3)
        self.assertLessEqual(set(outcomes),
                             {"uncertain", "deferred", "unsent"})


class Outcomes(ResumeTest):
    def test_what_was_deferred_is_tried_again_and_what_was_refused_is_not(self):
        self.rows = self.write("l.csv", rows_of(4))
        first = self.sink("--reply", "rcpt@row1@*=550 5.1.1 no",
                          "--reply", "rcpt@row2@*=451 4.7.1 later",
                          "--reply", "content@row3@*=drop")
        run = self.posthaste(*self.words(first, "--retry", "1"))
        self.assertEqual(run.code, 69)
        second = self.sink("--dir", self.mailbox)
        run = self.posthaste(*self.words(second, "--json"))
        self.assertEqual(run.code, 0)
        self.assertEqual([(f["recipient"], f["outcome"], f["attempts"])
                          for f in run.objects()],
                         [("row2@example.org", "accepted", 2)])
        run = self.posthaste(*self.words(second, "--resend-uncertain",
                                         "--json"))
        self.assertEqual([f["recipient"] for f in run.objects()],
                         ["row3@example.org"])
        self.assertEqual(set(self.delivered()),
                         {"row2@example.org", "row3@example.org"})

    def test_a_row_that_changed_is_a_new_one(self):
        sink = self.sink("--dir", self.mailbox)
        self.rows = self.write("l.csv", rows_of(3))
        self.assertEqual(self.posthaste(*self.words(sink)).code, 0)
        self.rows = self.write("l.csv", rows_of(3).replace("row2@", "new@"))
        run = self.posthaste(*self.words(sink, "--json"))
        self.assertEqual((run.code, run.out), (65, ""))
        self.assertIn("the list has changed since", run.err)
        run = self.posthaste(*self.words(sink, "--json", "--force"))
        self.assertEqual([f["recipient"] for f in run.objects()],
                         ["new@example.org"])
        run = self.posthaste(*self.words(sink, "--json"))   # that one, now
        self.assertEqual((run.code, run.out), (0, ""))

    def test_a_pending_line_is_there_before_the_message_is(self):
        sink = self.sink("--reply", "content=stall")
        self.rows = self.write("l.csv", rows_of(1))
        process = self.start(*self.words(sink, "-v"))
        while b"octets" not in process.stderr.readline():
            pass
        line = self.lines(self.results)[0]
        self.assertEqual((line["outcome"], line["row"], line["recipient"],
                          line["attempts"]),
                         ("pending", 1, "row1@example.org", 1))
        process.kill()
        process.wait()
        run = self.posthaste(*self.words(sink, "--json"))
        fate = self.one(run)
        self.assertEqual((run.code, fate["outcome"], fate["message"]),
                         (75, "uncertain", line["message"]))


if __name__ == "__main__":
    main()
