#!/usr/bin/env python3
"""posthaste batch against posthaste sink: cli_batch_test.py PROGRAM"""

import json
import os
import re
import resource
import signal
import socket
import subprocess

from cli_talk import KEYS, CliTest
from sink_talk import main

TEMPLATE = """\
From: Hosts <hosts@example.org>
To: {{name}} <{{to}}>
Subject: {{name}}, table {{seat}}

Dear {{name}},
{{to}} sits at table {{seat}}.
"""


def rows_of(count):
    return "to,name,seat\n" + "".join(
        f"row{n}@example.org,Name {n},{n % 7}\n" for n in range(1, count + 1))


class BatchTest(CliTest):
    def batch(self, sink, *words, rows=None, **more):
        listed = ["--list", self.write("l.csv", rows)] if rows else []
        return self.posthaste("batch", "-s", self.url(sink), *listed, *words,
                              **more)

    def template(self):
        return ["--template", self.write("t.eml", TEMPLATE)]

    def mail(self, folder):
        """Envelope recipient of each stored message -> its content."""
        found = {}
        for name in os.listdir(folder):
            if name.endswith(".json"):
                content, envelope = self.stored(folder, int(name[:-5]))
                self.assertEqual(len(envelope["to"]), 1)
                self.assertNotIn(envelope["to"][0], found)
                found[envelope["to"][0]] = content.decode()
        return found


class Rows(BatchTest):
    def test_each_row_gets_a_message_of_its_own(self):
        folder = self.folder()
        sink = self.sink("--dir", folder)
        run = self.batch(sink, *self.template(), rows=rows_of(40))
        self.assertEqual(run.code, 0, run.err)
        self.assertRegex(run.out, r"\A40 recipients: 40 accepted\n"
                                  r"\d connections?, not encrypted; ")
        mail = self.mail(folder)
        self.assertEqual(len(mail), 40)
        for n in range(1, 41):
            content = mail[f"row{n}@example.org"]
            self.assertIn(f"To: Name {n} <row{n}@example.org>\r\n", content)
            self.assertIn(f"Subject: Name {n}, table {n % 7}\r\n", content)
            self.assertIn(f"row{n}@example.org sits at table {n % 7}.\r\n",
                          content)

    def test_options_can_be_the_template(self):
        folder = self.folder()
        sink = self.sink("--dir", folder)
        path = self.write("l.jsonl", '{"email":"Ann <a@x.org>","n":1.5}\n'
                                     '{"email":"b@x.org","n":"2"}\n')
        run = self.batch(sink, "--list", path, "--from", "h@x.org",
                         "--subject", "no {{n}}", "--text", "to {{email}}",
                         "--header", "X-N: {{n}}")
        self.assertEqual(run.code, 0, run.err)
        mail = self.mail(folder)
        self.assertIn("To: Ann <a@x.org>\r\n", mail["a@x.org"])
        self.assertIn("Subject: no 1.5\r\n", mail["a@x.org"])
        self.assertIn("X-N: 2\r\n", mail["b@x.org"])
        self.assertIn("To: b@x.org\r\n", mail["b@x.org"])

    def test_a_list_comes_from_a_slow_pipe(self):
        sink = self.sink()
        process = self.start("batch", "-s", self.url(sink), "--list", "-",
                             "--format", "txt", "--from", "h@x.org",
                             "--subject", "s", "--json",
                             stdin=subprocess.PIPE)
        for n in range(3):     # each is sent before the next is known
            process.stdin.write(b"row%d@x.org\n" % n)
            process.stdin.flush()
            fate = json.loads(process.stdout.readline())
            self.assertEqual((fate["recipient"], fate["outcome"]),
                             (f"row{n}@x.org", "accepted"))
        process.stdin.close()
        self.assertEqual(process.wait(10), 0)

    def test_a_bad_row_stops_no_other(self):        # U20, S19, S28
        folder = self.folder()
        sink = self.sink("--dir", folder)
        rows = ("to,name,seat\na@x.org,Ann,1\nnobody,Bad,2\n,Empty,3\n"
                '"c@x.org, d@x.org",Two,4\n'
                'e@x.org,"E\r\nBcc: z@x.org",5\nf@x.org,Short\n'
                "g@x.org,G,7,8\nh@x.org,\xe4,8\ni@x.org,I,9\n")
        results = os.path.join(self.folder(), "r.jsonl")
        run = self.batch(sink, *self.template(), "--json", "--results",
                         results, rows=rows.encode("latin-1"))
        self.assertEqual(run.code, 65)
        self.assertEqual(sorted(self.mail(folder)), ["a@x.org", "i@x.org"])
        fates = run.objects()
        self.assertEqual(len(fates), 9)
        for fate in fates:
            self.assertEqual(list(fate), KEYS)
        bad = [f for f in fates if f["outcome"] != "accepted"]
        self.assertEqual({(f["outcome"], f["stage"]) for f in bad},
                         {("unsent", "input")})
        lines = [x for x in self.lines(results) if x["outcome"] == "unsent"]
        self.assertEqual([x["row"] for x in lines], [2, 3, 4, 5, 6, 7, 8])
        self.assertEqual(lines[0]["recipient"], "nobody")
        for row in (2, 3, 4, 5, 6, 7, 8):
            self.assertRegex(run.err, rf"(?m)^posthaste: \S+/l.csv: row {row}: \S")

    def test_a_field_that_no_row_has(self):
        run = self.batch(self.sink(), "--from", "h@x.org", "--subject",
                         "{{nmae}}", "--json", rows=rows_of(3))
        self.assertEqual(run.code, 65)
        self.assertEqual({f["stage"] for f in run.objects()}, {"input"})
        self.assertIn("nmae", run.err)

    def test_fates_differ_from_row_to_row(self):
        sink = self.sink("--reply", "rcpt@row1@*=550 5.1.1 no such user",
                         "--reply", "rcpt@row2@*=451 4.7.1 later")
        run = self.batch(sink, *self.template(), "--retry", "1",
                         rows=rows_of(5))
        self.assertEqual(run.code, 69)
        self.assertIn("5 recipients: 3 accepted, 1 refused, 1 deferred\n",
                      run.out)
        self.assertRegex(run.out, r"row 1: refused +row1@example.org +rcpt: "
                                  r"550 5\.1\.1 no such user\n")

    def test_connections_are_used_again(self):      # U06
        sink = self.sink("--json")
        run = self.batch(sink, *self.template(), "--connections", "2",
                         "--messages-per-connection", "5", rows=rows_of(40))
        self.assertEqual(run.code, 0, run.err)
        used = {}
        for _ in range(40):
            number = json.loads(sink.line())["connection"]
            used[number] = used.get(number, 0) + 1
        self.assertLessEqual(max(used.values()), 5)
        self.assertGreaterEqual(len(used), 8)

    def test_tls_and_a_login_for_a_batch(self):
        sink = self.sink("--user", "ann", "--password", "p", *self.tls)
        run = self.posthaste(
            "batch", "-s", self.url(sink, user="ann:p@"), "--tls-ca",
            self.cert, "--list", self.write("l.csv", rows_of(30)),
            *self.template())
        self.assertEqual(run.code, 0, run.err)
        self.assertRegex(run.out, r"30 accepted\n\d connections?, TLSv1\.3; ")

    def test_progress_is_shown_when_asked_for(self):
        sink = self.sink("--reply", "content@row3@*=stall")
        for when, shown in (("always", True), ("never", False)):
            run = self.batch(sink, *self.template(), "--progress", when,
                             "--timeout", "1", rows=rows_of(3))
            self.assertEqual(run.code, 75, run.err)
            self.assertEqual("2 accepted; 100 % of the list" in run.err, shown)


class Trouble(BatchTest):
    def test_no_server_no_further_rows(self):
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            run = self.posthaste(
                "batch", "-s", f"smtp://127.0.0.1:{held.getsockname()[1]}",
                "--list", self.write("l.csv", rows_of(3000)),
                *self.template())
        self.assertEqual(run.code, 75)
        tried, left = re.search(r"(\d+) recipients: 0 accepted, \d+ unsent\n"
                                r"(\d+) not tried\n", run.out).groups()
        self.assertEqual(int(tried) + int(left), 3000)
        self.assertLess(int(tried), 100)
        self.assertEqual(run.err.count("connection failed"), 1)

    def test_a_wrong_password_ends_it(self):
        sink = self.sink("--user", "ann", "--password", "p", *self.tls)
        run = self.posthaste(
            "batch", "-s", self.url(sink, user="ann:q@"), "--tls-ca",
            self.cert, "--list", self.write("l.csv", rows_of(1000)),
            *self.template(), "--json")
        self.assertEqual(run.code, 77)
        self.assertEqual({f["stage"] for f in run.objects()}, {"auth"})
        self.assertLess(len(run.objects()), 100)

    def test_two_runs_do_not_share_a_results_file(self):
        results = os.path.join(self.folder(), "r.jsonl")
        sink = self.sink("--reply", "content=stall")
        words = ["batch", "-s", self.url(sink), "--list",
                 self.write("l.csv", rows_of(1)), *self.template(),
                 "--results", results]
        first = self.start(*words, "-v")
        while b"octets" not in first.stderr.readline():
            pass
        run = self.posthaste(*words)
        self.assertEqual(run.code, 75)
        self.assertIn("another run is writing this file", run.err)

    def test_a_results_file_that_is_something_else_is_left_alone(self):
        rows = self.write("l.csv", rows_of(1))
        run = self.posthaste("batch", "-s", self.url(self.sink()), "--list",
                             rows, *self.template(), "--results", rows)
        self.assertEqual((run.code, run.out), (65, ""))
        with open(rows, encoding="utf-8") as kept:
            self.assertEqual(kept.read(), rows_of(1))

    def test_nothing_is_sent_that_cannot_be_written_down(self):     # S31
        folder = self.folder()
        sink = self.sink("--dir", folder)
        results = os.path.join(self.folder(), "r.jsonl")

        def little_room():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

        run = self.batch(sink, *self.template(), "--results", results,
                         rows=rows_of(500), preexec_fn=little_room,
                         restore_signals=False)
        self.assertEqual(run.code, 75)
        self.assertIn(results + " cannot be written", run.err)
        sent = set(self.mail(folder))
        known = {x["recipient"] for x in self.lines(results)}
        self.assertTrue(sent)
        self.assertLess(len(sent), 500)
        self.assertEqual(sent - known, set())

    def test_lists_and_files_that_are_not_there(self):
        sink = self.sink()
        for words in (["--list", "/nowhere/l.csv", *self.template()],
                      ["--list", self.write("l.csv", rows_of(1)),
                       "--template", "/nowhere/t"]):
            run = self.batch(sink, *words, "--json")
            self.assertEqual((run.code, run.out), (66, ""))
            self.assertIn("/nowhere/", run.err)
        run = self.batch(sink, *self.template(), "--json",
                         rows="mail,name\na@x.org,Ann\n")
        self.assertEqual((run.code, run.out), (65, ""))


if __name__ == "__main__":
    main()
