#!/usr/bin/env python3
"""Batches through a server that fails, over real sockets: cli_faults_test.py
PROGRAM

Whatever it does, the books balance: each row has one outcome, who is accepted
was delivered once, and nobody else was, but for those that are uncertain.
"""

import os
import re
import signal
import socket
from collections import Counter

from cli_batch_test import BatchTest, rows_of
from cli_talk import KEYS
from sink_talk import Sink, main

ROWS = 120
SOON = ["--retry-wait", "1"]


class FaultTest(BatchTest):
    def setUp(self):
        self.mailbox = self.folder()
        self.results = os.path.join(self.folder(), "r.jsonl")

    def words(self, sink, *more, rows=ROWS):
        return ["batch", "-s", self.url(sink), "--list",
                self.write("l.csv", rows_of(rows)), *self.template(),
                "--results", self.results, *more]

    def delivered(self):
        count = Counter()
        for name in os.listdir(self.mailbox):
            if name.endswith(".json"):
                count.update(self.stored(self.mailbox, int(name[:-5]))[1]["to"])
        return count

    def balance(self, run, rows=ROWS):
        """Recipient -> its object."""
        fates = {f["recipient"]: f for f in run.objects()}
        self.assertEqual(len(run.objects()), rows, run.err)
        self.assertEqual(set(fates),
                         {f"row{n}@example.org" for n in range(1, rows + 1)})
        self.assertTrue(all(list(f) == KEYS for f in fates.values()))
        last = {x["recipient"]: x["outcome"] for x in self.lines(self.results)}
        self.assertEqual(last, {to: f["outcome"] for to, f in fates.items()})
        count = self.delivered()
        for to, fate in fates.items():
            most = fate["outcome"] in ("accepted", "uncertain")
            least = fate["outcome"] == "accepted"
            self.assertTrue(least <= count[to] <= most, f"{fate}: {count[to]}")
        return fates

    @staticmethod
    def outcomes(fates):
        return Counter(f["outcome"] for f in fates.values())


class Faults(FaultTest):
    def test_what_is_deferred_has_so_many_attempts(self):           # U17
        sink = self.sink("--dir", self.mailbox,
                         "--reply", "rcpt@row?@*=450 4.2.0 not now",
                         "--reply", "data@row1?@*=451 4.3.0 no disk",
                         "--reply", "rcpt@row2?@*=452 4.2.2 over quota",
                         "--reply", "content@row3?@*=550 5.7.1 no")
        run = self.posthaste(*self.words(sink, "--json", "--retry", "2", *SOON))
        fates = self.balance(run)
        self.assertEqual(run.code, 69)
        self.assertEqual(self.outcomes(fates),
                         {"accepted": 91 - 10, "deferred": 29, "refused": 10})
        self.assertEqual({f["attempts"] for f in fates.values()
                          if f["outcome"] == "deferred"}, {2})
        self.assertEqual({f["attempts"] for f in fates.values()
                          if f["outcome"] != "deferred"}, {1})

    def test_lost_sessions_cost_no_row(self):                       # U05, U18
        sink = self.sink("--dir", self.mailbox, "--delay", "2",
                         "--reply", "rcpt@row11@*=drop",
                         "--reply", "content@row5@*=drop",
                         "--reply", "data@row7@*=421 4.3.2 restarting")
        run = self.posthaste(*self.words(sink, "--json", "--retry", "1",
                                         rows=40))
        fates = self.balance(run, 40)
        outcomes = self.outcomes(fates)
        self.assertEqual(fates["row5@example.org"]["outcome"], "uncertain")
        self.assertEqual(outcomes["uncertain"], 1)
        # Behind a content goes the next envelope: it is lost along with it.
        self.assertLessEqual(outcomes["deferred"] + outcomes["unsent"], 6)
        for row in (7, 11):
            self.assertEqual(fates[f"row{row}@example.org"]["outcome"],
                             "deferred")
        self.assertEqual(run.code, 75)

    def test_a_server_that_comes_back_is_waited_for(self):          # U05
        sink = self.sink("--dir", self.mailbox, "--max-messages", "20")
        port = sink.port
        process = self.start(*self.words(sink, "--json", "--connections", "2",
                                         *SOON))
        sink.wait()     # it took twenty, and is gone
        back = Sink("--dir", self.folder(), listen=f"127.0.0.1:{port}")
        self.addCleanup(back.close)
        run = self.finish(process)
        self.assertEqual(run.code, 0, run.err)
        self.assertEqual(len(run.objects()), ROWS)
        self.assertEqual({f["outcome"] for f in run.objects()}, {"accepted"})
        self.assertEqual(len(self.delivered()), 20)

    def test_one_that_is_not_there_at_the_start_is_not(self):
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            sink = self.sink()
            sink.port = held.getsockname()[1]
            run = self.posthaste(*self.words(sink, "--json"))
        self.assertEqual(run.code, 75)
        self.assertEqual({f["stage"] for f in run.objects()}, {"connect"})


class Stops(FaultTest):
    """What waits is not waited for (a process that did would not end)."""

    def stop_at(self, process, said):
        for line in process.stderr:
            if re.search(said, line.decode()):
                break
        process.send_signal(signal.SIGINT)
        return self.finish(process)

    def test_rows_that_wait_for_a_retry_are_deferred(self):
        sink = self.sink("--dir", self.mailbox, "--reply",
                         "rcpt=450 4.2.0 not now")
        process = self.start(*self.words(sink, "--json", "--retry-wait",
                                         "3600", "-v", rows=3))
        for _ in range(2):
            self.assert_line(process, "^S: 450")
        run = self.stop_at(process, "^S: 450")
        self.assertEqual(run.code, 75, run.err)
        self.assertEqual(self.outcomes(self.balance(run, 3)), {"deferred": 3})

    def assert_line(self, process, pattern):
        for line in process.stderr:
            if re.search(pattern, line.decode()):
                return
        self.fail(pattern)

    def test_rows_that_wait_for_a_rate_are_not_tried(self):
        sink = self.sink("--dir", self.mailbox)
        process = self.start(*self.words(sink, "--rate", "1/h", "-v"))
        run = self.stop_at(process, "^S: 250 2.0.0 accepted")
        self.assertEqual(run.code, 75, run.err)
        self.assertIn(f"{ROWS - 1} rows were not tried", run.err)
        self.assertRegex(run.out, r"\A1 recipient: 1 accepted\n119 not tried\n")
        self.assertEqual(len(self.delivered()), 1)

    def test_rows_that_wait_for_a_server_are_not_tried(self):
        sink = self.sink("--dir", self.mailbox, "--max-messages", "1")
        process = self.start(*self.words(sink, "--connections", "1",
                                         "--progress", "always", "--retry-wait",
                                         "3600"), bufsize=0)
        sink.wait()
        seen = b""
        while b"paused until" not in seen:
            more = process.stderr.read(4096)
            self.assertTrue(more, seen)
            seen += more
        process.send_signal(signal.SIGTERM)
        run = self.finish(process)
        self.assertEqual(run.code, 75, run.err)
        self.assertIn("rows were not tried", run.err)
        self.assertRegex(run.out, r"recipients?: 1 accepted\b")


class Words(FaultTest):
    def test_a_signal_asks_how_far_it_is(self):
        sink = self.sink("--reply", "content@row3@*=stall")
        process = self.start(*self.words(sink, "--connections", "1", "-v"))
        while b" octets>" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGUSR1)
        line = b""
        while b"1 session" not in line:
            line = process.stderr.readline()
            self.assertTrue(line)
        self.assertRegex(line.decode(), r"\A\d+ accepted; \d+ % of the list "
                                        r"read; row \d+ of (about )?\d+; ")
        process.kill()

    def test_failures_are_summed_up_by_reason_and_by_domain(self):
        sink = self.sink("--reply", "rcpt@*@a.org=550 5.1.1 <x@y> unknown 7F31",
                         "--reply", "rcpt@*@b*.org=550 5.7.1 blocked")
        rows = "to\n" + "".join(f"u{n}@{'A' if n % 2 else 'a'}.org\n"
                                for n in range(30))
        rows += "".join(f"u{n}@b{n}.org\n" for n in range(15))
        run = self.batch(sink, "--from", "h@x.org", "--subject", "s", rows=rows)
        self.assertEqual(run.code, 69)
        self.assertRegex(run.out, r"\n +30  refused, recipient: 550 5\.1\.1 "
                                  r"<\.\.\.> unknown #\n")
        self.assertRegex(run.out, r"\n +15  refused, \w+: 550 5\.7\.1 blocked")
        self.assertRegex(run.out, r"where:\n +30  a\.org\n +1  b0\.org\n")
        self.assertTrue(run.out.endswith("  and 6 more\n"), run.out)


class Pace(FaultTest):
    def test_no_more_go_out_than_the_rate_allows(self):             # U25
        """A rate an hour allows the first, and a limit ends the run."""
        sink = self.sink("--dir", self.mailbox)
        process = self.start(*self.words(sink, "--rate", "2/h", "--progress",
                                         "always"), bufsize=0)
        seen = b""
        while b"throttled" not in seen or b"1 accepted" not in seen:
            more = process.stderr.read(4096)
            self.assertTrue(more, seen)
            seen += more
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(process).code, 75)
        self.assertEqual(len(self.delivered()), 1)

    def test_mx_keeps_the_rate_and_knows_no_retry(self):
        for words in (["--retry", "2"], ["--retry-wait", "9"]):
            run = self.posthaste(
                "batch", "-s", "mx:", "--list", self.write("l.csv", rows_of(1)),
                *self.template(), *words)
            self.assertEqual((run.code, run.out), (64, ""))
            self.assertIn("run the same command again", run.err)


class Slices(FaultTest):
    def test_a_limit_ends_a_run_and_the_next_goes_on(self):
        sink = self.sink("--dir", self.mailbox)
        for left in (70, 20, 0):
            run = self.posthaste(*self.words(sink, "--limit", "50"))
            self.assertEqual(run.code, 0, run.err)
            self.assertEqual(len(self.delivered()), ROWS - left)
            self.assertEqual("not tried" in run.out, left > 0, run.out)
        self.assertEqual(set(self.delivered().values()), {1})

    def test_an_address_gets_one_message(self):                     # U20
        rows = ("to\nann@x.org\nAnn <ann@X.ORG>\nANN@x.org\nbob@b\u00fccher.de\n"
                "bob@XN--bcher-kva.de\nann@x.org\n")
        for words, count, skipped in (([], 3, 3),
                                      (["--allow-duplicates"], 6, 0)):
            self.mailbox = self.folder()
            sink = self.sink("--dir", self.mailbox)
            run = self.batch(sink, "--from", "h@x.org", "--subject", "s",
                             *words, rows=rows)
            self.assertEqual(run.code, 0, run.err)
            self.assertEqual(sum(self.delivered().values()), count)
            self.assertEqual(f"{skipped} skipped: an earlier row has the same"
                             in run.out, skipped > 0, run.out)

    def test_a_row_that_cannot_be_used_takes_no_address(self):
        sink = self.sink("--dir", self.mailbox)
        run = self.batch(sink, "--from", "h@x.org", "--subject", "{{n}}",
                         rows='to,n\na@x.org,"a\nb"\na@x.org,fine\n')
        self.assertEqual(run.code, 65)
        self.assertEqual(self.delivered(), {"a@x.org": 1})


class Changes(FaultTest):
    def test_results_belong_to_a_list_and_a_template(self):
        sink = self.sink("--dir", self.mailbox, "--reply",
                         "rcpt@row2@*=450 4.2.0 later")
        words = self.words(sink, "--retry", "1", rows=3)
        first = self.posthaste(*words)
        self.assertEqual(first.code, 75)
        self.assertEqual([sorted(x.get("batch", [])) for x in
                          self.lines(self.results)][:2],
                         [["list", "template"], []])
        size = os.path.getsize(self.results)
        for more, says in ((["--subject", "New"], "the template"),
                           (["--text", "New"], "the template")):
            run = self.posthaste(*words, *more)
            self.assertEqual((run.code, run.out), (65, ""))
            self.assertIn(says, run.err)
            self.assertIn("--force", run.err)
        self.assertEqual(os.path.getsize(self.results), size)
        forced = self.posthaste(*words, "--subject", "New", "--force")
        self.assertEqual(forced.code, 75)
        again = self.posthaste(*words, "--subject", "New")
        self.assertEqual(again.code, 75, again.err)

    def test_results_of_older_versions_are_taken(self):
        sink = self.sink("--dir", self.mailbox)
        words = self.words(sink, rows=3)
        self.assertEqual(self.posthaste(*words).code, 0)
        with open(self.results, encoding="utf-8") as old:
            text = re.sub(r',"batch":\{[^}]*\}', "", old.read())
        with open(self.results, "w", encoding="utf-8") as new:
            new.write(text)
        run = self.posthaste(*words, "--subject", "New", "--json")
        self.assertEqual((run.code, run.out), (0, ""))

    def test_a_list_on_a_pipe_is_known_by_its_template_only(self):
        sink = self.sink("--dir", self.mailbox)
        words = ["batch", "-s", self.url(sink), "--list", "-", "--format",
                 "csv", *self.template(), "--results", self.results]
        for rows, code in ((2, 0), (3, 0)):
            run = self.posthaste(*words, data=rows_of(rows).encode())
            self.assertEqual(run.code, code, run.err)
        self.assertEqual(sum(self.delivered().values()), 3)
        run = self.posthaste(*words, "--subject", "x", data=b"to\n")
        self.assertEqual(run.code, 65)


class Rehearsals(FaultTest):
    def test_nothing_is_connected_to_and_nothing_written(self):
        run = self.posthaste("batch", "--list",
                             self.write("l.csv", rows_of(5) +
                                        "nobody,B,2\nrow1@EXAMPLE.org,C,3\n"),
                             *self.template(), "--results", self.results,
                             "--dry-run=2")
        self.assertEqual(run.code, 65)
        self.assertFalse(os.path.exists(self.results))
        messages = run.out.split("# row ")
        self.assertEqual(len(messages), 3)
        self.assertRegex(messages[2], 
                         r"\A2\r\nMAIL FROM:<hosts@example.org>\r\n"
                         r"RCPT TO:<row2@example.org>\r\n\r\nFrom: Hosts <hosts@")
        self.assertIn("row2@example.org sits at table 2.", messages[2])
        self.assertIn("row 6: ", run.err)
        self.assertIn("5 rows are fine, 1 cannot be used, 1 repeat", run.err)

    def test_one_message_is_shown_if_no_number_is_given(self):
        run = self.posthaste("batch", "--list", "-", "--format", "txt",
                             "--from", "h@x.org", "--subject", "s",
                             "--dry-run", data=b"a@x.org\nb@x.org\n")
        self.assertEqual((run.code, run.out.count("MAIL FROM:")), (0, 1))

    def test_a_message_is_shown_by_send_too(self):
        run = self.posthaste("send", "--from", "a@x.org", "--to", "b@x.org",
                             "--subject", "s", "--text", "t", "--dry-run")
        self.assertEqual(run.code, 0)
        self.assertIn("Subject: s", run.out)


if __name__ == "__main__":
    main()
