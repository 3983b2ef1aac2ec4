#!/usr/bin/env python3
"""posthaste load against posthaste sink: cli_load_test.py PROGRAM"""

import json
import os
import re
import signal
import unittest

from cli_talk import CliTest
from sink_talk import main

CONTENT = b"Subject:  two  blanks\n\n.dot\nhello\n"


class Load(CliTest):
    def load(self, server, *words, **more):
        path = self.write("m.eml", CONTENT)
        return self.posthaste("load", "-s", server, "-m", path, "--from",
                              "ann@x.org", "--to", "bob@x.org", *words, **more)

    def test_the_same_message_arrives_as_often_as_asked(self):
        folder = self.folder()
        sink = self.sink("--dir", folder, "--json")
        run = self.load(self.url(sink), "--count", "25", "--connections", "3",
                        "--json")
        self.assertEqual(run.code, 0, run.err)
        for number in (1, 25):
            content, envelope = self.stored(folder, number)
            self.assertEqual(content, CONTENT.replace(b"\n", b"\r\n"))
            self.assertEqual((envelope["from"], envelope["to"]),
                             ("ann@x.org", ["bob@x.org"]))
        self.assertEqual(len(os.listdir(folder)), 50)
        report = json.loads(run.out)
        none = dict.fromkeys(["unsent", "refused", "deferred", "uncertain"], 0)
        self.assertEqual(report["messages"], {"accepted": 25, **none})
        self.assertEqual(report["recipients"], {"accepted": 25, **none})
        self.assertIn(report["connections"], (1, 2, 3))
        latency = report["latency_ms"]
        marks = [latency[k] for k in ("min", "median", "p90", "p99", "max")]
        self.assertEqual(marks, sorted(marks))
        self.assertGreater(report["bytes_per_s"], report["messages_per_s"])

    def test_recipients_are_numbered(self):
        folder = self.folder()
        sink = self.sink("--dir", folder)
        run = self.load(self.url(sink), "--count", "2", "--recipients", "3")
        self.assertEqual(run.code, 0, run.err)
        self.assertEqual(self.stored(folder)[1]["to"],
                         ["bob1@x.org", "bob2@x.org", "bob3@x.org"])
        self.assertRegex(run.out, r"(?m)^messages +2: 2 accepted$")
        self.assertRegex(run.out, r"(?m)^recipients +6: 6 accepted$")
        self.assertRegex(run.out, r"(?m)^round trips +\d+\.\d\d a message$")

    def test_refusals_are_counted_and_decide_the_status(self):
        sink = self.sink("--reply", "rcpt@bob2@*=550 5.1.1 who?")
        run = self.load(self.url(sink), "--count", "4", "--recipients", "2",
                        "--json")
        self.assertEqual(run.code, 69, run.err)
        report = json.loads(run.out)
        self.assertEqual(report["messages"]["refused"], 4)
        self.assertEqual(report["recipients"]["accepted"], 4)
        self.assertEqual(report["recipients"]["refused"], 4)

    def trips(self, *words, count=20):
        """One connection to a server 50 ms away: round trips a message, and
        how many flights of replies to something the server counted."""
        sink = self.sink("--delay", "50", "--json")
        run = self.load(self.url(sink), "--count", str(count), "--connections",
                        "1", "--json", *words)
        self.assertEqual(run.code, 0, run.err)
        report = json.loads(run.out)
        self.assertEqual(report["connections"], 1)
        sink.process.terminate()
        summary = json.loads(sink.error())
        self.assertEqual(summary["messages"], count)
        return (report["round_trips_per_message"],
                (summary["flights"] - 1) / count)     # without the greeting

    def test_a_message_costs_little_more_than_one_round_trip(self):
        # RFC 2920 3.1: its envelope rides behind the content before it.
        ours, theirs = self.trips()
        self.assertAlmostEqual(ours, theirs)
        self.assertLessEqual(ours, 1.2)
        ours, theirs = self.trips("--without", "PIPELINING", count=5)
        self.assertAlmostEqual(ours, theirs)
        self.assertGreater(ours, 4)

    def test_chunks_cost_less_than_half_of_one(self):
        # RFC 3030: BDAT waits for no 354, so contents follow each other.
        ours, theirs = self.trips("--chunking")
        self.assertLess(ours, 0.5)
        self.assertLess(theirs, 0.5)

    def test_many_replies_that_come_at_once_are_all_heard(self):
        # PL-03: the end of a message, and twenty replies to the next one.
        sink = self.sink("--delay", "5")
        run = self.load(self.url(sink), "--count", "5", "--connections", "1",
                        "--recipients", "20", "--timeout", "10")
        self.assertEqual(run.code, 0, run.out)

    def test_a_connection_has_as_many_messages_as_it_may(self):
        sink = self.sink("--json")
        for limit, connections in (("0", 1), ("4", 3)):
            run = self.load(self.url(sink), "--count", "12", "--connections",
                            "1", "--messages-per-connection", limit, "--json")
            self.assertEqual(run.code, 0, run.err)
            self.assertEqual(json.loads(run.out)["connections"], connections)

    def test_a_server_elsewhere_is_left_alone(self):
        for server in ("smtp://192.0.2.1", "smtp://localhost.example.org",
                       "smtp://[2001:db8::1]", "smtp://0.0.0.0",
                       "smtp://127.0.0.1.example.org"):
            run = self.load(server, "--count", "1")
            self.assertEqual((run.code, run.out), (64, ""), server)
            self.assertIn("--i-own-this-server", run.err)
        # A name of this machine that does not look like one.
        sink = self.sink()
        run = self.load(f"smtp://[::ffff:127.0.0.1]:{sink.port}", "--count",
                        "1", "--i-own-this-server")
        self.assertEqual(run.code, 0, run.err)

    def test_a_unix_socket_is_this_machine(self):
        path = os.path.join(self.folder(), "sock")
        self.sink(listen="unix:" + path)
        run = self.load("smtp+unix://" + path, "--count", "3")
        self.assertEqual(run.code, 0, run.err)

    def test_a_server_that_is_not_there_is_asked_but_once(self):
        run = self.load("smtp+unix:///nowhere/sock", "--count", "1000",
                        "--json")
        self.assertEqual(run.code, 75)
        self.assertLess(json.loads(run.out)["messages"]["unsent"], 1000)
        self.assertIn("messages were not tried", run.err)
        self.assertEqual(run.err.count("connection failed"), 1)

    def test_ctrl_c_finishes_what_is_under_way_and_reports(self):
        sink = self.sink("--json")
        path = self.write("m.eml", CONTENT)
        process = self.start("load", "-s", self.url(sink), "-m", path, "--from",
                             "a@x.org", "--to", "b@x.org", "--count", "1000",
                             "--rate", "1/s", "--json")
        sink.line()         # one has arrived; the others wait
        process.send_signal(signal.SIGINT)
        run = self.finish(process)
        self.assertEqual(run.code, 75, run.err)
        self.assertIn("posthaste: stopping", run.err)
        done = json.loads(run.out)["messages"]["accepted"]
        left = int(re.search(r"(\d+) messages were not", run.err).group(1))
        self.assertEqual(done + left, 1000)

    def test_what_cannot_be_sent_is_found_before_anything_is_connected(self):
        path = self.write("bad", b"A: b\n\nx\0y\n")
        server = ["-s", "smtp://localhost:1", "--count", "1"]
        usual = ["load", *server, "--from", "a@x.org", "--to", "b@x.org", "-m"]
        self.assertEqual(self.posthaste(*usual, path).code, 65)
        self.assertEqual(self.posthaste(*usual, "/nowhere/m").code, 66)
        path = self.write("good", CONTENT)
        for words, code in [
                (["--to", "nobody"], 65), (["--from", "a@b@c"], 65),
                (["--to", "b@x.org, c@x.org"], 64), (["--count", "0"], 64),
                (["--recipients", "0"], 64), (["--rate", "fast"], 64),
                (["--connections", "0"], 64)]:
            run = self.posthaste(*usual, path, *words)
            self.assertEqual((run.code, run.out), (code, ""), words)
            self.assertRegex(run.err, r"\Aposthaste: [^\n]+: [^\n]+\n\Z")


if __name__ == "__main__":
    main()
