#!/usr/bin/env python3
"""posthaste in place of sendmail: sendmail_test.py PROGRAM

Programs that call sendmail call a link to the program, which delivers to
Postfix; Python's email package reads what is in the mailbox. Exits with 77
where Postfix cannot run; a program that is missing skips its test.
"""

import email
import email.policy
import os
import socket
import subprocess
import sys
import unittest

import postfix
import real_server
from postfix_test import WithPostfix
from real_server import DOMAIN

PATCH = ["-c", "user.name=Zoë Müller", "-c", "user.email=zoe@example.org"]
PHP = r"""
$ok = mail("row4@posthaste.test, Row <row5@posthaste.test>", "From PHP",
           "first\n.\n.dot\n" . str_repeat("long ", 300),
           "From: Web <web@example.org>\r\nBcc: row6@posthaste.test",
           "-f bounces@example.org");
exit($ok ? 0 : 9);
"""


def needs(program):
    path = real_server.which(program)
    if program == "git-send-email" and real_server.which("git"):
        folder = subprocess.run(["git", "--exec-path"], text=True, check=True,
                                stdout=subprocess.PIPE).stdout.strip()
        path = os.path.join(folder, program)
    return unittest.skipUnless(path and os.path.exists(path),
                               f"there is no {program} here")


class Sendmail(WithPostfix):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.link = os.path.join(cls.files, "sendmail")
        os.symlink(cls.program, cls.link)

    def setUp(self):
        super().setUp()
        self.account()

    def account(self, *lines, port=None):
        """What stands in [default], below the home of all that is run."""
        folder = os.path.join(self.files, "posthaste")
        os.makedirs(folder, exist_ok=True)
        port = port or self.server.port
        with open(os.path.join(folder, "config"), "w",
                  encoding="utf-8") as out:
            print("[default]", f"server = smtp://localhost:{port}",
                  f"tls-ca = {self.server.ca}", f"user = {self.server.user}",
                  f"password-file = {self.password_file}",
                  "hello = cron.example", *lines, sep="\n", file=out)

    def run_at_home(self, *words, data=b"", **options):
        env = {k: v for k, v in os.environ.items() if k != "POSTHASTE_SERVER"}
        env.update(HOME=self.files, XDG_CONFIG_HOME=self.files, LOGNAME="root",
                   LC_ALL="C.UTF-8", GIT_CONFIG_NOSYSTEM="1")
        return subprocess.run(words, input=data, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=env, timeout=60,
                              check=False, **options)

    def sendmail(self, *words, data):
        return self.run_at_home(self.link, *words, data=data)

    def accepted(self, *words, data, count=1):
        """What Postfix delivered; sendmail itself is silent."""
        done = self.sendmail(*words, data=data)
        self.assertEqual((0, b"", b""),
                         (done.returncode, done.stdout, done.stderr))
        return self.messages(count)

    def messages(self, count):
        found = [email.message_from_bytes(raw, policy=email.policy.default)
                 for raw in self.delivered(count)]
        self.assertEqual(count, len(found), self.log()[-2000:])
        for message in found:
            self.assertEqual([], message.defects)
            for name in ("From", "Date", "Message-ID"):
                self.assertEqual(1, len(message.get_all(name, [])), name)
        return sorted(found, key=lambda m: m["X-Original-To"])

    def refused(self, status, *words, data=b"Subject: x\n\nx\n"):
        done = self.sendmail(*words, data=data)
        self.assertEqual(status, done.returncode, done)
        self.assertRegex(done.stderr, rb"\Aposthaste: .*: ")
        return done.stderr.decode()


class InPlaceOfSendmail(Sendmail):
    # Programs that were written for it:

    @needs("git-send-email")
    def test_git_send_email(self):
        tree = os.path.join(self.files, "tree")
        os.mkdir(tree)
        with open(os.path.join(tree, "readme"), "w", encoding="utf-8") as out:
            out.write("hello — ça va ?\n.\n")
        for words in (["init", "-q"], ["add", "."],
                      ["commit", "-q", "-m", "Say hello — politely"],
                      ["format-patch", "-q", "--root", "-o", "out"]):
            done = self.run_at_home("git", *PATCH, *words, cwd=tree)
            self.assertEqual(0, done.returncode, done.stderr)
        done = self.run_at_home(
            "git", *PATCH, "send-email", "--quiet", "--confirm=never",
            f"--sendmail-cmd={self.link}", f"--to=row1@{DOMAIN}",
            f"--bcc=row2@{DOMAIN}", "--suppress-cc=all", "out", cwd=tree)
        self.assertEqual(0, done.returncode, done.stderr)
        first, second = self.messages(2)
        self.assertEqual([f"row1@{DOMAIN}", f"row2@{DOMAIN}"],
                         [m["X-Original-To"] for m in (first, second)])
        self.assertEqual("[PATCH] Say hello — politely", first["Subject"])
        self.assertIn("\n+hello — ça va ?\n+.\n", first.get_content())
        self.assertNotIn("row2", str(first["To"]) + str(first["Cc"]))
        patch = self.run_at_home("git", *PATCH, "apply", "--check", "-R",
                                 data=first.get_content().encode(), cwd=tree)
        self.assertEqual(0, patch.returncode, patch.stderr)

    @needs("s-nail")
    def test_mailx(self):
        done = self.run_at_home(
            "s-nail", "-:/", f"-Smta=file://{self.link}",
            "-Ssendcharsets=utf-8", "-Sttycharset=utf-8",
            "-r", "ann@example.org", "-s", "Über uns", "-b", f"row3@{DOMAIN}",
            f"row1@{DOMAIN}", data="Grüße\n.\nbye\n".encode())
        self.assertEqual(0, done.returncode, done.stderr)
        first, second = self.messages(2)
        self.assertEqual([f"row1@{DOMAIN}", f"row3@{DOMAIN}"],
                         [m["X-Original-To"] for m in (first, second)])
        self.assertEqual("Über uns", first["Subject"])
        self.assertEqual("Grüße\n.\nbye\n", first.get_content())
        self.assertEqual("ann@example.org", first["From"].addresses[0].addr_spec)
        self.assertNotIn("row3", first.as_string().split("\n\n")[0]
                         .split("\nFrom:", 1)[1])

    @needs("php")
    def test_php(self):
        done = self.run_at_home(
            "php", "-n", "-d", f"sendmail_path={self.link} -t -i", "-r", PHP)
        self.assertEqual(0, done.returncode, done)
        found = self.messages(3)
        self.assertEqual([f"row{i}@{DOMAIN}" for i in (4, 5, 6)],
                         [m["X-Original-To"] for m in found])
        for message in found:
            self.assertIsNone(message["Bcc"])                     # U23
            self.assertEqual("<bounces@example.org>", message["Return-Path"])
            self.assertEqual("Web <web@example.org>", message["From"])
            self.assertEqual("first\n.\n.dot\n" + "long " * 300 + "\n",
                             message.get_content())

    def test_cron(self):
        # As Debian's cron calls it, and what it writes.
        aliases = self.path("aliases", f"root: row7@{DOMAIN}, ops\n"
                            f"ops: |/bin/prog,\n  Ops <row8@{DOMAIN}>\n")
        self.account(f"aliases = {aliases}")
        text = ("From: root (Cron Daemon)\nTo: root\n"
                "Subject: Cron <root@box> backup\nMIME-Version: 1.0\n"
                "Content-Type: text/plain; charset=UTF-8\n"
                "Content-Transfer-Encoding: 8bit\nX-Cron-Env: <HOME=/root>\n"
                "\n10%\r20%\rdone — ok\n.\n" + "x" * 2000 + "\n")
        done = self.sendmail("-FCronDaemon", "-i", "-B8BITMIME", "-oem",
                             "root", data=text.encode())
        self.assertEqual(0, done.returncode, done)
        self.assertIn(b"|/bin/prog gets nothing", done.stderr)
        found = self.messages(2)
        self.assertEqual([f"row{i}@{DOMAIN}" for i in (7, 8)],
                         [m["X-Original-To"] for m in found])
        for message in found:
            self.assertEqual("root@cron.example",
                             message["From"].addresses[0].addr_spec)
            self.assertEqual("root@cron.example", message["To"])
            self.assertEqual("<root@cron.example>", message["Return-Path"])
            self.assertEqual("quoted-printable",
                             message["Content-Transfer-Encoding"])
            self.assertEqual(text.split("\n\n", 1)[1],
                             message.get_content())

    # Text that is hardly a message:

    def test_text_alone_is_sent_to_a_list(self):
        found = self.accepted("-F", "Zoë \"the\" Doe", "-fann@example.org",
                              f"row1@{DOMAIN},row2@{DOMAIN}",
                              data=b"disk full\n.\nnot this\n", count=2)
        for message in found:
            self.assertEqual("disk full\n", message.get_content())
            sender, = message["From"].addresses
            self.assertEqual(("Zoë \"the\" Doe", "ann@example.org"),
                             (sender.display_name, sender.addr_spec))
            self.assertIsNone(message["To"])

    def test_dots_and_crlf_are_content_with_i(self):
        message, = self.accepted(
            "-oi", f"row1@{DOMAIN}",
            data=b"Subject: dots\r\n\r\n.\r\n..\r\n.last")
        self.assertEqual(".\n..\n.last\n", message.get_content())

    def test_a_dot_ends_it_while_the_pipe_is_open(self):
        process = subprocess.Popen(
            [self.link, f"row1@{DOMAIN}"], stdin=subprocess.PIPE,
            env={**os.environ, "HOME": self.files,
                 "XDG_CONFIG_HOME": self.files})
        process.stdin.write(b"Subject: interactive\n\nhello\n.\n")
        process.stdin.flush()
        self.assertEqual(0, process.wait(60))
        process.stdin.close()
        message, = self.messages(1)
        self.assertEqual("hello\n", message.get_content())

    def test_the_null_sender(self):
        message, = self.accepted("-f", "", f"row1@{DOMAIN}",
                                 data=b"Subject: bounce\n\nx\n")
        self.assertEqual("<>", message["Return-Path"])
        self.assertEqual("MAILER-DAEMON@cron.example", message["From"])

    def test_recipients_of_the_header_and_others(self):
        found = self.accepted(
            "-ti", f"row4@{DOMAIN}", count=4,
            data=f"From: ann@example.org\nTo: Row <row1@{DOMAIN}>\n"
                 f"Cc: row2@{DOMAIN},\n row1@{DOMAIN}\n"
                 f"bcc: row3@{DOMAIN}\nSubject: x\n\nbody\n".encode())
        for number, message in enumerate(found, 1):
            self.assertEqual(f"row{number}@{DOMAIN}", message["X-Original-To"])
            self.assertIsNone(message["Bcc"])                     # U23
            if number != 3:
                self.assertNotIn("row3", message.as_string())

    def test_the_account_says_who_sends(self):
        self.account("from = Box 7 <box7@example.org>")
        message, = self.accepted(f"row1@{DOMAIN}", data=b"Subject: x\n\nx\n")
        self.assertEqual("Box 7 <box7@example.org>", message["From"])
        self.assertEqual("<box7@example.org>", message["Return-Path"])

    def test_a_report_is_asked_for(self):
        self.accepted("-f", real_server.REPORTS, "-Nsuccess", "-Rhdrs",
                      "-Vsm6-report", f"row1@{DOMAIN}", data=b"x\n")
        self.assertTrue(self.server.has_report("sm6-report"))

    def test_the_dialogue_is_shown_on_request(self):
        done = self.sendmail("-v", f"row1@{DOMAIN}", data=b"x\n")
        self.assertEqual((0, b""), (done.returncode, done.stdout))
        self.assertIn(b"\nC: MAIL FROM:<root@cron.example>", done.stderr)
        self.messages(1)

    # What cannot be done:

    def test_usage(self):
        self.refused(64)
        self.refused(64, "-bs")
        self.refused(64, f"row1@{DOMAIN}", "-f", "ann@example.org")
        self.assertIn("no queue", self.refused(64, "-q"))

    def test_what_cannot_be_a_message(self):
        to = f"row1@{DOMAIN}"
        self.refused(65, "-t", data=b"Subject: x\n\nTo: row1@x\n")
        self.refused(65, "ann@@example.org")
        self.refused(65, "-f", "a@x, b@x", to)
        self.refused(65, to, data=b"Subject: a\0b\n\nx\n")
        self.refused(65, to, data=b"Content-Type: multipart/mixed; "
                     b"boundary=b\n\n--b\n\n" + b"x" * 999 + b"\n--b--\n")

    def test_what_was_refused_is_not_kept_and_said(self):
        said = self.refused(69, f"row1@{DOMAIN}", f"nobody-here@{DOMAIN}")
        self.assertIn(f"refused    nobody-here@{DOMAIN}", said)
        self.assertIn("is not kept", said)
        self.messages(1)

    def test_a_server_that_is_not_there(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            self.account(port=closed.getsockname()[1])
            said = self.refused(75, f"row1@{DOMAIN}")
        self.assertIn("is not kept, for there is no queue", said)

    def test_no_server_and_wrong_files(self):
        self.account("aliases = /nowhere/aliases")
        self.refused(78, "root")
        self.account(f"aliases = {self.path('aliases', 'root ann')}")
        self.assertIn("aliases:1: ", self.refused(78, "root"))
        with open(os.path.join(self.files, "posthaste", "config"), "w",
                  encoding="utf-8") as out:
            out.write("[other]\nhello = x\n")
        self.assertIn("no server is named", self.refused(78, "root"))

    def test_other_names_are_refused(self):
        for name in ("mailq", "newaliases"):
            link = os.path.join(self.files, name)
            os.symlink(self.program, link)
            self.assertEqual(64, self.run_at_home(link).returncode)


def main():
    real_server.end_on_sigterm()
    status = real_server.skipped(postfix.Postfix)
    if status is not None:
        return status
    Sendmail.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
