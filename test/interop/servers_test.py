#!/usr/bin/env python3
"""posthaste against one real server: servers_test.py PROGRAM SERVER

Exits with 77 where the server cannot run. SERVER is one of server_table.SERVERS.
"""

import functools
import json
import os
import subprocess
import sys
import tempfile
import unittest

import real_server
import server_table

NOBODY = "nobody-here"


def address(name):
    return f"{name}@{real_server.DOMAIN}"


def setUpModule():
    """Starts the server, once for all tests."""
    Frame.server = server_table.kind_of(Frame.name)()
    unittest.addModuleCleanup(Frame.server.stop)
    Frame.server.start()
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    Frame.places = [
        server_table.Service(Frame.program, Frame.server, service, folder.name)
        for service in Frame.server.services]


def at_each_place(test):
    """Runs a test wherever the server listens."""
    @functools.wraps(test)
    def each(self):
        for place in self.places:
            with self.subTest(place.row):
                test(self, place)
    return each


class Frame(unittest.TestCase):
    program = None
    name = None
    server = None
    places = []

    def send(self, place, *names, body="some text\n", options=()):
        """One message to these: (the attempt, what became of each)"""
        attempt = server_table.Attempt(self.server, place.token(), body)
        attempt.done = place.send(
            attempt, *(word for name in names
                       for word in ("--to", address(name))), *options)
        results = attempt.results()
        self.assertEqual([address(name) for name in names],
                         [one["recipient"] for one in results],
                         attempt.done.stderr)
        return attempt, [(one["outcome"], one["stage"], one["code"])
                         for one in results]

    @staticmethod
    def write(folder, name, text):
        path = os.path.join(folder, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path


class Table(Frame):
    """What is offered is used, and README.md says so."""

    def check(self, table):
        rows = {place.row: table.cells(place) for place in self.places
                if table.has(place)}
        for row, cells in rows.items():
            for column, cell in cells.items():
                with self.subTest(row=row, column=column):
                    self.assertIn(cell, ("ok", "-"))
        written = {row: cells for row, (_, cells) in table.read().items()
                   if row.split(" ")[0] == self.server.title}
        self.assertEqual(
            rows, written,
            "README.md differs; test/interop/server_table.py --write PROGRAM "
            "renews it")

    def test_extensions(self):
        self.check(server_table.TABLES[0])

    def test_mechanisms(self):
        # AU-06, U30
        self.check(server_table.TABLES[1])


class WrongSecrets(Frame):
    """Each mechanism, with a secret that is not the right one."""

    @at_each_place
    def test_a_wrong_secret_is_refused(self, place):
        # AU-08
        for mechanism in place.mechanisms() if place.service.login else []:
            if mechanism == "EXTERNAL":
                continue   # it has none
            with self.subTest(mechanism):
                attempt, fates = self.send(
                    place, "row1", options=server_table.credentials(
                        self.server, mechanism, "not-the-secret"))
                self.assertEqual(77, attempt.done.returncode,
                                 attempt.done.stderr)
                self.assertEqual([("unsent", "auth", 535)], fates,
                                 attempt.done.stderr)
                self.assertNotIn("\nC: MAIL ", attempt.done.stderr)
                self.assertEqual(1, attempt.done.stderr.count("\nC: AUTH "))


class Refusals(Frame):
    """What is refused, and what must become of the rest."""

    @at_each_place
    def test_an_unknown_recipient_keeps_no_other_from_their_mail(self, place):
        # PL-03, PL-04, TX-04, U14, U15
        attempt, fates = self.send(place, NOBODY, "row1", "row2")
        self.assertEqual(69, attempt.done.returncode)
        self.assertEqual([("refused", "rcpt", 550),
                          ("accepted", "content", 250),
                          ("accepted", "content", 250)],
                         fates, attempt.done.stderr)
        attempt.raw = self.server.find(attempt.token.encode())[0]
        self.assertTrue(attempt.arrived_whole(), attempt.raw)

    @at_each_place
    def test_with_nobody_left_no_content_is_sent(self, place):
        # PL-05, PL-06, U16: where DATA left before the refusals came, the
        # server may say 354 all the same; a lone dot is all it gets.
        attempt, fates = self.send(place, NOBODY, NOBODY + "-either")
        self.assertEqual(69, attempt.done.returncode)
        self.assertEqual([("refused", "rcpt", 550)] * 2, fates,
                         attempt.done.stderr)
        dialogue = attempt.done.stderr
        self.assertNotRegex(dialogue, r"C: <\d+ octets>")
        self.assertEqual("\nS: 354 " in dialogue, "\nC: .\n" in dialogue)

    @at_each_place
    def test_refusals_do_not_end_the_session(self, place):
        # PL-08, U04: what follows on the same connection keeps its replies.
        names = [NOBODY, "row1", NOBODY, NOBODY, "row2", NOBODY, "row3"]
        with tempfile.TemporaryDirectory() as folder:
            done, outcomes = self.batch(place, folder, names)
        self.assertEqual(69, done.returncode, done.stderr)
        self.assertRegex(done.stdout, r"\b1 connection\b")
        self.assertEqual(["refused" if name == NOBODY else "accepted"
                          for name in names], outcomes)

    def batch(self, place, folder, names):
        """A row for each name, all on one connection: the outcomes."""
        addresses = "".join(address(name) + "\n" for name in names)
        results = os.path.join(folder, "results")
        done = place.posthaste(
            "batch", "--connections", "1", "--allow-duplicates",
            "--from", address("reports"),
            "--list", self.write(folder, "list.txt", addresses),
            "--template", self.write(folder, "one.eml", "To: {{to}}\n\nHi\n"),
            "--results", results)
        with open(results, encoding="utf-8") as lines:
            last = {one["row"]: one["outcome"]
                    for one in map(json.loads, lines)}
        return done, [last[row] for row in sorted(last)]


class Replay(Frame):
    """What was said is what the table says (posthaste replay)."""

    def login(self, place):
        return (server_table.credentials(self.server)
                if place.service.login else [])

    def check(self, place, *options):
        """A run's dialogue is replayed: what replay prints."""
        attempt, _ = self.send(place, "row1", NOBODY, "row2", options=options)
        with tempfile.TemporaryDirectory() as folder:
            trace = self.write(folder, "trace", attempt.done.stderr)
            done = subprocess.run([self.program, "replay", trace],
                                  stdout=subprocess.PIPE, text=True,
                                  timeout=60, check=False)
        self.assertEqual(0, done.returncode, attempt.done.stderr + done.stdout)
        return done.stdout

    @at_each_place
    def test_the_dialogue_is_replayed(self, place):
        for options in ([], ["--chunking"], ["--without", "PIPELINING"], ["-v"]):
            self.check(place, *options, *self.login(place))

    @at_each_place
    def test_each_login_is_replayed(self, place):
        # Also those that answer to a nonce, which no other run hears again.
        for mechanism in place.mechanisms() if place.service.login else []:
            for words in ([], ["--auth-two-step"]):
                with self.subTest(mechanism, words=words):
                    said = self.check(place, *words, *server_table.credentials(
                        self.server, mechanism))
                    self.assertRegex(said, r"(?m)^(AUTH|ANSWER) +235 +pass ")

    @at_each_place
    def test_a_refused_login_is_replayed(self, place):
        for mechanism in place.mechanisms() if place.service.login else []:
            if mechanism == "EXTERNAL":
                continue   # it has no secret
            with self.subTest(mechanism):
                said = self.check(place, *server_table.credentials(
                    self.server, mechanism, "not-the-secret"))
                self.assertRegex(said, r"(?m)^(AUTH|ANSWER) +535 +fail ")


class Size(Frame):
    """SIZE, RFC 1870, where it is offered."""

    too_long = "too much\n" * (real_server.SIZE_LIMIT // 8)

    @at_each_place
    def test_what_is_too_long_is_not_even_begun(self, place):
        # TX-11
        if not place.offers("SIZE"):
            return
        attempt, fates = self.send(place, "row1", body=self.too_long)
        self.assertEqual(69, attempt.done.returncode)
        self.assertEqual([("refused", "mail", None)], fates)
        self.assertNotIn("\nC: MAIL ", attempt.done.stderr)

    @at_each_place
    def test_a_server_that_finds_it_too_long_refuses_it_for_good(self, place):
        if not place.offers("SIZE"):
            return
        attempt, fates = self.send(place, "row1", body=self.too_long,
                                   options=["--without", "SIZE"])
        self.assertEqual(69, attempt.done.returncode)
        self.assertEqual([("refused", "content", 552)], fates,
                         attempt.done.stderr)
        self.assertNotRegex(attempt.done.stderr, r"\nC: MAIL .*SIZE=")


def main():
    real_server.end_on_sigterm()
    program, Frame.name = sys.argv.pop(1), sys.argv.pop(1)
    Frame.program = os.path.abspath(program)
    status = real_server.skipped(server_table.kind_of(Frame.name))
    if status is not None:
        return status
    unittest.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
