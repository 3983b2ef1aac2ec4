#!/usr/bin/env python3
"""A batch that is killed whenever it pleases chance: cli_kill_test.py PROGRAM

A thousand rows, kill -9 at random moments, the same command again, until it is
through; the server is another process and keeps all it got. Then the books are
balanced: nobody is lost, nobody is skipped in silence, and who may have got it
twice was reported as uncertain (U18, U19). The environment says how often
(POSTHASTE_KILLS, 25) and which dice (POSTHASTE_SEED); both are printed.
"""

import os
import random
import signal
import sys
import time
from collections import Counter

from cli_batch_test import BatchTest, rows_of
from sink_talk import SECONDS, main

ROWS = 1000
KILLS = int(os.environ.get("POSTHASTE_KILLS", "25"))
SEED = int(os.environ.get("POSTHASTE_SEED", random.randrange(1 << 32)))


class KillTest(BatchTest):
    def setUp(self):
        self.mailbox = self.folder()
        self.results = os.path.join(self.folder(), "r.jsonl")
        self.list = self.write("l.csv", rows_of(ROWS))
        self.message = self.template()
        self.random = random.Random(SEED)
        self.killed = self.runs = 0

    def words(self, sink, *more):
        return ["batch", "-s", self.url(sink), "--list", self.list,
                *self.message, "--results", self.results, "--json", *more]

    def size(self):
        return (os.path.getsize(self.results)
                if os.path.exists(self.results) else 0)

    def octets_to_come(self):
        """Until the next kill: at times none, so that it hits the start; else so
        few that the rows last for all kills."""
        share = 500 * ROWS // KILLS    # a row has two lines of some 220 octets
        return self.random.choice([0, self.random.randrange(2 * share)])

    def run_until_killed(self, sink, *more):
        process = self.start(*self.words(sink, *more))
        goal = self.size() + self.octets_to_come()
        deadline = time.monotonic() + SECONDS
        while self.size() < goal and process.poll() is None:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.0003)
        # Anywhere between two looks at the file, or in what the program begins
        # with; nothing is waited for.
        time.sleep(self.random.random() * 0.004)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        self.runs += 1
        self.killed += process.returncode == -signal.SIGKILL

    def delivered(self):
        count = Counter()
        for name in os.listdir(self.mailbox):
            if name.endswith(".json"):
                count.update(self.stored(self.mailbox, int(name[:-5]))[1]["to"])
        return count

    def balance(self, last_run):
        count = self.delivered()
        lines = self.lines(self.results)
        last = {x["recipient"]: x["outcome"] for x in lines}
        uncertain = {x["recipient"] for x in lines
                     if x["outcome"] == "uncertain"}
        everybody = {f"row{n}@example.org" for n in range(1, ROWS + 1)}
        accepted = {to for to in last if last[to] == "accepted"}
        print(f"{self.id()}: seed {SEED}: {self.runs} runs, {self.killed} "
              f"killed; {len(count)} of {ROWS} delivered, {len(uncertain)} "
              f"uncertain, of these {len(uncertain & set(count))} delivered, "
              f"{sum(n > 1 for n in count.values())} twice",
              file=sys.stderr)
        self.assertEqual(last_run.code, 75 if any(
            x["outcome"] == "uncertain" for x in last_run.objects()) else 0)
        self.assertEqual(set(last), everybody)          # none is skipped
        self.assertEqual(set(last.values()) - {"accepted", "uncertain"}, set())
        self.assertEqual(accepted - set(count), set())  # none is lost
        twice = {to for to in count if count[to] > 1}
        self.assertEqual(twice - uncertain, set())
        self.assertEqual([x["row"] for x in lines if "batch" in x],
                         [lines[0]["row"]])
        return twice

    def test_it_is_balanced_whenever_it_is_killed(self):
        sink = self.sink("--dir", self.mailbox)
        while self.killed < KILLS and self.runs < 2 * KILLS:
            self.run_until_killed(sink)
        last = self.posthaste(*self.words(sink))
        self.assertEqual(self.balance(last), set())
        again = self.posthaste(*self.words(sink))
        self.assertEqual((again.code, again.out), (0, ""))

    def test_so_it_is_when_uncertain_rows_are_sent_again(self):
        sink = self.sink("--dir", self.mailbox)
        while self.killed < KILLS and self.runs < 2 * KILLS:
            self.run_until_killed(sink, "--resend-uncertain")
        last = self.posthaste(*self.words(sink, "--resend-uncertain"))
        self.assertEqual(last.code, 0, last.err)
        self.balance(last)
        self.assertEqual(len(self.delivered()), ROWS)


if __name__ == "__main__":
    main()
