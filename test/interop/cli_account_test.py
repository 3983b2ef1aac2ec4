#!/usr/bin/env python3
"""Accounts of the configuration file: cli_account_test.py PROGRAM

Each test has a home of its own; /etc/posthaste/config is for unit tests.
"""

import os

from cli_talk import CliTest
from sink_talk import main

SECRET = "canary/Pw+7f3a91"
MESSAGE = ["--to", "bob@example.org", "--subject", "Hi", "--text", "hello"]


class Account(CliTest):
    def setUp(self):
        super().setUp()
        self.home = self.folder()
        os.makedirs(os.path.join(self.home, ".config", "posthaste"))

    def config(self, text, mode=0o600):
        path = os.path.join(self.home, ".config", "posthaste", "config")
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(path, mode)
        return path

    def run_at_home(self, *words, **env):
        env = {"HOME": self.home, "XDG_CONFIG_HOME": "", **env}
        run = self.posthaste(*words, env=env)
        self.assertNotIn(SECRET, run.out + run.err)          # U38
        return run

    def login_sink(self):
        return self.sink(*self.tls, "--user", "ann", "--password", SECRET)

    def account(self, sink, *more):
        return "\n".join([f"server = {self.url(sink)}", f"tls-ca = {self.cert}",
                          "user = ann", "from = Ann <ann@example.org>", *more,
                          ""])

    def test_each_command_takes_the_account(self):
        sink = self.login_sink()
        self.config("[work]\n" + self.account(sink, f"password = {SECRET}"))
        letter = self.write("letter.eml", "Subject: x\n\nhello {{to}}\n")
        people = self.write("list.txt", "bob@example.org\n")
        ready = self.write("ready.eml", "From: ann@example.org\n\nhello\n")
        for words in (
                ["send", *MESSAGE],
                ["send", "-v", *MESSAGE],
                ["send", "-m", ready, "--to", "bob@example.org"],
                ["batch", "--list", people, "--template", letter],
                ["batch", "--list", people, "--subject", "x", "--text", "y"],
                ["load", "-m", ready, "--to", "bob@example.org", "--count",
                 "2"],
                ["probe"]):
            with self.subTest(words):
                run = self.run_at_home(words[0], "-a", "work", *words[1:])
                self.assertEqual(run.code, 0, run.out + run.err)

    def test_default_is_for_those_who_name_no_server(self):
        sink, other = self.login_sink(), self.sink()
        self.config("[default]\naccount = work\n[work]\n"
                    + self.account(sink, f"password = {SECRET}"))
        server = f"localhost:{sink.port}"
        elsewhere = f"localhost:{other.port}"
        cases = (([], {}, server),
                 (["--from", "a@b.org"],
                  {"POSTHASTE_SERVER": self.url(other)}, elsewhere),
                 (["-a", "work"], {"POSTHASTE_SERVER": self.url(other)},
                  server),
                 (["--from", "a@b.org", "-s", self.url(other)], {}, elsewhere))
        for words, env, expected in cases:
            with self.subTest(words):
                run = self.run_at_home("send", "--json", *MESSAGE, *words,
                                       **env)
                self.assertEqual(run.code, 0, run.err)
                self.assertEqual(self.one(run)["server"], expected)

    def test_xdg_config_home_is_where_it_says(self):
        sink = self.sink()
        elsewhere = self.folder()
        os.mkdir(os.path.join(elsewhere, "posthaste"))
        self.write_to(os.path.join(elsewhere, "posthaste", "config"),
                      f"[a]\nserver = {self.url(sink)}\nfrom = a@b.org\n")
        self.config("[a]\nserver = smtp://127.0.0.1:1\n")
        run = self.run_at_home("send", "-a", "a", *MESSAGE,
                               XDG_CONFIG_HOME=elsewhere)
        self.assertEqual(run.code, 0, run.err)

    @staticmethod
    def write_to(path, text):
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)

    def test_secrets_come_from_commands_and_from_files_at_home(self):
        sink = self.login_sink()
        self.write_to(os.path.join(self.home, "secret"), SECRET + "\n")
        for line in (f"password-command = echo '{SECRET}'",
                     "password-file = ~/secret"):
            with self.subTest(line):
                self.config("[a]\n" + self.account(sink, line), mode=0o644)
                run = self.run_at_home("send", "-a", "a", *MESSAGE)
                self.assertEqual(run.code, 0, run.err)

    def test_a_secret_that_others_may_read_stops_all(self):
        path = self.config("[b]\nserver = smtp://127.0.0.1:1\n[a]\n"
                           f"password = {SECRET}\n", mode=0o640)
        run = self.run_at_home("send", "--json", "-a", "b", "--from", "a@b.org",
                               *MESSAGE)
        self.assertEqual((run.code, run.out), (78, ""), run.err)
        self.assertIn(f"posthaste: {path}:4: ", run.err)

    def test_what_is_wrong_is_told_with_its_line_and_not_shown(self):
        cases = ((f"[a]\npasword = {SECRET}\n", 2),
                 (f"[a]\n{SECRET}\n", 2),
                 (f"[a]\n{SECRET} = x\n", 2),
                 (f"[a]\npassword = x\npassword = {SECRET}\n", 3),
                 (f"[a]\npassword = {SECRET}\x01\n", 2),
                 (f"[a]\nserver = smtp://ann:{SECRET}@localhost:x\n", 1))
        for text, line in cases:
            with self.subTest(text):
                path = self.config(text)
                for command in (["send", "--from", "a@b.org", *MESSAGE],
                                ["probe"]):
                    run = self.run_at_home(*command, "-a", "a")
                    self.assertEqual((run.code, run.out), (78, ""), run.err)
                    self.assertIn(f"posthaste: {path}:{line}: ", run.err)

    def test_a_wrong_password_is_not_shown(self):
        sink = self.login_sink()
        self.config("[a]\n" + self.account(
            sink, f"password = {SECRET}").replace("= ann", "= eve"))
        run = self.run_at_home("send", "-vv", "-a", "a", *MESSAGE)
        self.assertEqual(run.code, 77, run.err)

    def test_an_unknown_account_is_answered_with_all_there_are(self):
        self.config("[work]\n[home]\n")
        run = self.run_at_home("probe", "-a", "nosuch")
        self.assertEqual(run.code, 64)
        self.assertIn("no account nosuch: known are work, home, gmail, ",
                      run.err)

    def test_load_keeps_to_this_machine(self):
        self.config("[a]\nserver = smtp://192.0.2.1\nfrom = a@b.org\n")
        ready = self.write("ready.eml", "From: ann@example.org\n\nhello\n")
        run = self.run_at_home("load", "-a", "a", "-m", ready, "--to",
                               "bob@example.org", "--count", "1")
        self.assertEqual(run.code, 64)
        self.assertIn("is not this machine", run.err)

    def test_a_dry_run_has_the_accounts_sender_and_no_need_of_a_server(self):
        self.config("[default]\nfrom = Ann <ann@example.org>\n")
        run = self.run_at_home("send", "--dry-run", *MESSAGE)
        self.assertEqual(run.code, 0, run.err)
        self.assertIn("From: Ann <ann@example.org>\r\n", run.out)

    def test_a_templates_own_sender_stays(self):
        sink = self.sink()
        self.config(f"[a]\nserver = {self.url(sink)}\nfrom = x@example.org\n")
        letter = self.write("letter.eml", "From: y@example.org\n\nhello\n")
        people = self.write("list.txt", "bob@example.org\n")
        run = self.run_at_home("batch", "-a", "a", "--list", people,
                               "--template", letter, "--dry-run")
        self.assertEqual(run.code, 0, run.err)
        self.assertIn("From: y@example.org", run.out)
        self.assertNotIn("x@example.org", run.out)


if __name__ == "__main__":
    main()
