#!/usr/bin/env python3
"""Servers that behave as Gmail and Office 365 do: provider_test.py PROGRAM

What they offer, how they refuse, and what the program makes of it for somebody
who reads its last line, or its exit status.
"""

import base64
import dataclasses
import os
from typing import Callable

import sink_talk
from mail_parts import ids, parse, png, tree
from scripted import ScriptedTest

PASSWORD = ["--user", "ann@example.org", "--password", "abcd efgh ijkl mnop"]
TOKEN = ["--user", "ann@example.org", "--oauth-token", "ya29.token"]
XOAUTH2 = base64.b64encode(
    b"user=ann@example.org\1auth=Bearer ya29.token\1\1").decode()


@dataclasses.dataclass(frozen=True)
class Provider:
    greeting: str
    name: str
    offers: tuple   # but for STARTTLS and AUTH
    mechanisms: str

    def hello(self, guest, *more):
        guest.expect("EHLO")
        lines = [self.name, *self.offers, *more]
        guest.say(*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}")

    def come_up(self, guest):
        guest.say(self.greeting)
        self.hello(guest, "STARTTLS")
        guest.expect("STARTTLS")
        guest.say("220 2.0.0 Ready to start TLS")
        guest.secure()
        self.hello(guest, f"AUTH {self.mechanisms}")

    def let_in(self, guest):
        self.come_up(guest)
        while guest.hear().split(" ")[0] not in ("AUTH", "QUIT"):
            pass
        if "LOGIN" in guest.secret[-1]:
            for prompt in ("VXNlcm5hbWU6", "UGFzc3dvcmQ6"):
                guest.say(f"334 {prompt}")
                guest.hear()
        guest.say("235 2.7.0 Accepted")


GMAIL = Provider("220 smtp.gmail.com ESMTP a1-20020a170 - gsmtp",
                 "smtp.gmail.com at your service, [192.0.2.1]",
                 ("SIZE 35882577", "8BITMIME", "ENHANCEDSTATUSCODES",
                  "PIPELINING", "CHUNKING", "SMTPUTF8"),
                 "LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH")
OFFICE = Provider("220 AM0PR01CA0001.outlook.office365.com Microsoft ESMTP MAIL "
                  "Service ready at Mon, 2 Feb 2026 10:00:00 +0000 [08DE]",
                  "AM0PR01CA0001.outlook.office365.com Hello [192.0.2.1]",
                  ("SIZE 157286400", "PIPELINING", "DSN", "ENHANCEDSTATUSCODES",
                   "8BITMIME", "BINARYMIME", "CHUNKING", "SMTPUTF8"),
                  "LOGIN XOAUTH2")


def at_auth(provider, *dialogue):
    """Answers to AUTH and what follows it: lists of lines for each of ours."""
    def script(guest):
        provider.come_up(guest)
        for lines in dialogue:
            guest.hear()
            guest.say(*lines)
        guest.part()
    return script


def at(provider, verb, *lines):
    """These lines are the answer to VERB, or with "." to the content; then
    421 closes."""
    def script(guest):
        provider.let_in(guest)
        replies = {"MAIL": ["250 2.1.0 OK"], "RCPT": ["250 2.1.5 OK"],
                   "DATA": ["354 Go ahead"], ".": ["250 2.0.0 OK"],
                   "RSET": ["250 2.0.0 Flushed"], "QUIT": ["221 2.0.0 bye"],
                   verb: list(lines)}
        while True:
            said = guest.hear().split(" ")[0]
            guest.say(*replies[said])
            if said == "QUIT" or said == verb and lines[0][:3] == "421":
                return
            if said == "DATA" and replies[said][0][0] == "3":
                guest.take_content()
                guest.say(*replies["."])
                if lines[0][:3] == "421":
                    return
    return script


@dataclasses.dataclass(frozen=True)
class Case:
    label: str
    script: Callable
    login: list
    status: int
    fate: tuple    # outcome, stage, code, enhanced code
    words: str     # found in what is told to somebody who reads


JSON_ERROR = ("334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOi"
              "JodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==")
NOT_ACCEPTED = [
    "535-5.7.8 Username and Password not accepted. For more information, go to",
    "535 5.7.8  https://support.google.com/mail/?p=BadCredentials a1 - gsmtp"]
APP_PASSWORD = [
    "534-5.7.9 Application-specific password required. Learn more at",
    "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor a1"]
SEND_AS = ("554 5.2.252 SendAsDenied; ann@example.org not allowed to send as "
           "bob@example.org; STOREDRV.Submission.Exception:" + "x" * 1900)

CASES = [
    Case("Gmail: wrong password", at_auth(GMAIL, NOT_ACCEPTED), PASSWORD,
         77, ("unsent", "auth", 535, "5.7.8"), "Password not accepted"),
    Case("Gmail: no app password", at_auth(GMAIL, APP_PASSWORD, APP_PASSWORD),
         PASSWORD,
         77, ("unsent", "auth", 534, "5.7.9"), "Application-specific password"),
    Case("Gmail: too many logins",
         at_auth(GMAIL, ["454 4.7.0 Too many login attempts, please try again "
                         "later. a1 - gsmtp"]), PASSWORD,
         75, ("unsent", "auth", 454, "4.7.0"), "Too many login attempts"),
    Case("Gmail: token refused, OAUTHBEARER",
         at_auth(GMAIL, ["334 eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0="],
                 NOT_ACCEPTED), TOKEN,
         77, ("unsent", "auth", 535, "5.7.8"), "auth OAUTHBEARER"),
    Case("Gmail: token refused, XOAUTH2",
         at_auth(GMAIL, [JSON_ERROR], NOT_ACCEPTED),
         [*TOKEN, "--auth", "XOAUTH2"],
         77, ("unsent", "auth", 535, "5.7.8"), "auth XOAUTH2"),
    Case("Gmail: too many messages today",
         at(GMAIL, "MAIL", "550-5.4.5 Daily user sending limit exceeded. For",
            "550 5.4.5 more, see https://support.google.com a1 - gsmtp"),
         # U17: a day's share, and not a word about the recipient.
         PASSWORD, 75, ("deferred", "mail", 550, "5.4.5"), "sending limit"),
    Case("Gmail: suspicious message",
         at(GMAIL, ".", "421-4.7.0 Our system has detected that this message is",
            "421 4.7.0 suspicious. a1 - gsmtp"),
         PASSWORD, 75, ("deferred", "content", 421, "4.7.0"), "suspicious"),
    Case("Gmail: too large",
         at(GMAIL, ".", "552-5.3.4 Your message exceeded Google's message size",
            "552 5.3.4 limits. a1 - gsmtp"),
         PASSWORD, 69, ("refused", "content", 552, "5.3.4"), "exceeded"),
    Case("Office 365: basic authentication is off",
         at_auth(OFFICE, ["334 VXNlcm5hbWU6"], ["334 UGFzc3dvcmQ6"],
                 ["535 5.7.139 Authentication unsuccessful, basic "
                  "authentication is disabled. [AM0PR01CA0001 08DE]"]),
         PASSWORD,
         77, ("unsent", "auth", 535, "5.7.139"), "basic authentication is dis"),
    Case("Office 365: the password has to be changed",
         at_auth(OFFICE, ["334 VXNlcm5hbWU6"], ["334 UGFzc3dvcmQ6"],
                 ["432 4.7.12 A password transition is needed"]), PASSWORD,
         75, ("unsent", "auth", 432, "4.7.12"), "password transition"),
    Case("Office 365: token refused",
         at_auth(OFFICE, ["535 5.7.3 Authentication unsuccessful [AM0PR01]"]),
         TOKEN,
         77, ("unsent", "auth", 535, "5.7.3"), "auth XOAUTH2"),
    Case("Office 365: malformed token",
         at_auth(OFFICE, ["501 5.5.124 Invalid XOAUTH2 auth data"]), TOKEN,
         77, ("unsent", "auth", 501, "5.5.124"), "Invalid XOAUTH2 auth data"),
    Case("Office 365: too many connections",
         at(OFFICE, ".", "432 4.3.2 Concurrent connections limit exceeded. "
            "Visit https://aka.ms/concurrent_sending for more [AM0PR01]"),
         TOKEN, 75, ("deferred", "content", 432, "4.3.2"), "Concurrent"),
    Case("Office 365: too fast",
         at(OFFICE, "MAIL", "421 4.4.2 Message submission rate for this client "
            "has exceeded the configured limit"),
         TOKEN, 75, ("deferred", "mail", 421, "4.4.2"), "submission rate"),
    Case("Office 365: busy",
         at(OFFICE, "RCPT", "451 4.7.500 Server busy. Please try again later "
            "from [192.0.2.1]. (AS761)"),
         TOKEN, 75, ("deferred", "rcpt", 451, "4.7.500"), "Server busy"),
    Case("Office 365: somebody else's address", at(OFFICE, ".", SEND_AS),
         TOKEN, 69, ("refused", "content", 554, "5.2.252"), "SendAsDenied"),
    Case("Office 365: not logged in",
         at(OFFICE, "MAIL", "530 5.7.57 Client not authenticated to send mail"),
         TOKEN, 69, ("refused", "mail", 530, "5.7.57"), "not authenticated"),
]


class Refusals(ScriptedTest):
    """U37: what the server says is what the user reads: of a recipient, or in
    one line with advice where there was no transaction."""

    def test_each(self):
        for case in CASES:
            with self.subTest(case.label):
                run, _ = self.run_against(case.script, *case.login)
                fate = self.one(run)
                self.assertEqual((case.status, *case.fate),
                                 (run.code, fate["outcome"], fate["stage"],
                                  fate["code"], fate["enhanced"]), run.err)
                if fate["outcome"] != "unsent":
                    self.assertIn(case.words, fate["reply"])
                    continue
                said = [line for line in run.err.splitlines()
                        if line.startswith("posthaste: ")]
                self.assertEqual(1, len(said), run.err)
                self.assertRegex(said[0], rf"{case.words}.*\): \w+")


class Success(ScriptedTest):
    def deliver(self, provider, *words):
        run, guests = self.run_against(
            at(provider, ".", "250 2.0.0 OK  1770026400 a1 - gsmtp"), *words)
        self.assert_fate(run, 0, "accepted", "content")
        return guests[0]

    def test_gmail_with_an_app_password(self):
        guest = self.deliver(GMAIL, *PASSWORD)
        self.assertEqual("AUTH PLAIN " + base64.b64encode(
            b"\0ann@example.org\0abcd efgh ijkl mnop").decode(),
            guest.secret[1])

    def test_gmail_with_a_token(self):
        guest = self.deliver(GMAIL, *TOKEN)
        self.assertRegex(guest.secret[1], "^AUTH OAUTHBEARER ")
        guest = self.deliver(GMAIL, *TOKEN, "--auth", "XOAUTH2")
        self.assertEqual(f"AUTH XOAUTH2 {XOAUTH2}", guest.secret[1])

    def test_office_365_with_a_token(self):
        guest = self.deliver(OFFICE, *TOKEN)
        self.assertEqual(f"AUTH XOAUTH2 {XOAUTH2}", guest.secret[1])

    def test_office_365_in_two_steps(self):
        # A token of theirs is longer than a command line may be (AU-01).
        def script(guest):
            OFFICE.come_up(guest)
            guest.alone("AUTH")
            guest.say("334 ")
            guest.hear()
            guest.say("235 2.7.0 Authentication successful")
            guest.take_mail()
        for words in (TOKEN + ["--auth-two-step"],
                      TOKEN[:2] + ["--oauth-token", "eyJ0" + "x" * 3000]):
            run, guests = self.run_against(script, *words, "--without",
                                           "PIPELINING")
            self.assert_fate(run, 0, "accepted", "content")
            self.assertEqual("AUTH XOAUTH2", guests[0].secret[1])


class Picture(ScriptedTest):
    """Sender, password and recipient on the command line; text and a picture,
    shown in the HTML and attached; STARTTLS, AUTH, and the dialogue printed."""

    PNG = png(16, 9, (32, 96, 160))

    def setUp(self):
        self.picture = self.write("holiday.png", self.PNG)
        self.page = os.path.join(os.path.dirname(self.picture), "page.html")
        with open(self.page, "w", encoding="utf-8") as page:
            page.write('<p>Do you like it?</p>\n<img src="holiday.png">\n')
        self.content = b""

    def script(self, provider, one_by_one):
        def take(guest):
            provider.let_in(guest)
            expect = guest.alone if one_by_one else guest.expect
            expect("MAIL")
            guest.say("250 2.1.0 OK")
            expect("RCPT")
            guest.say("250 2.1.5 OK")
            expect("DATA")
            guest.say("354 Go ahead")
            before = len(guest.secret)
            guest.take_content()
            self.content = "".join(
                line[line.startswith("."):] + "\r\n"
                for line in guest.secret[before:-1]).encode()
            guest.say("250 2.0.0 OK")
            guest.part()
        return take

    def check_dialogue(self, run):
        self.assertNotIn("efgh", run.err)
        for line in ("S: 220 2.0.0 Ready to start TLS", "C: STARTTLS",
                     "C: MAIL FROM:<ann@example.org>", "S: 354 Go ahead",
                     f"C: <{len(self.content)} octets>", "S: 250 2.0.0 OK"):
            self.assertIn("\n" + line, run.err)
        self.assertRegex(run.err, r"\nC: AUTH \w+( <hidden>)?\n")
        played = self.posthaste("replay", self.write("dialogue", run.err))
        self.assertEqual(0, played.code, played.out + played.err)

    def check_message(self):
        message = parse(self, self.content)
        self.assertEqual(
            "mixed(alternative(text/plain related(text/html image/png)) "
            "image/png)", tree(message))
        self.assertEqual(("ann@example.org", "bob@example.org", "Hi"),
                         tuple(message[n] for n in ("From", "To", "Subject")))
        self.assertEqual("hello\r\n",
                         message.get_body(("plain",)).get_content())
        (cid, shown), = ids(message).items()
        self.assertEqual(self.PNG, shown)
        self.assertIn(f'<img src="cid:{cid}">',
                      message.get_body(("html",)).get_content())
        attached, = message.iter_attachments()
        self.assertEqual(("Our holiday.png", self.PNG),
                         (attached.get_filename(), attached.get_content()))

    def test_it_arrives_at_each_provider(self):
        words = [*PASSWORD, "--html", f"@{self.page}", "--attach",
                 f"{self.picture};name=Our holiday.png"]
        for provider in (GMAIL, OFFICE):
            for more in ([], ["--without", "PIPELINING"]):
                with self.subTest(provider.name, more=more):
                    run, guests = self.run_against(
                        self.script(provider, bool(more)), *words, *more)
                    self.assert_fate(run, 0, "accepted", "content")
                    self.assertTrue(guests[0].tls)
                    self.check_dialogue(run)
                    self.check_message()


class FreshToken(ScriptedTest):
    """U29: a token that has expired is asked for again, once."""

    def run_with_tokens(self, script):
        """Each run of the command prints another token: ya29.1, ya29.2 ..."""
        folder = self.folder()
        count = os.path.join(folder, "count")
        command = self.write("token", f"echo x >>{count}\n"
                             f"echo ya29.$(wc -l <{count} | tr -d ' ')\n")
        run, guests = self.run_against(
            script, "--user", "ann@example.org", "--auth", "XOAUTH2",
            "--oauth-token-command", f"sh {command}")
        with open(count, encoding="ascii") as lines:
            return run, guests, len(lines.readlines())

    @staticmethod
    def taking(token):
        right = base64.b64encode(b"user=ann@example.org\1auth=Bearer "
                                 + token + b"\1\1").decode()

        def script(guest):
            GMAIL.come_up(guest)
            while (line := guest.hear()) != f"AUTH XOAUTH2 {right}":
                if line == "QUIT":
                    guest.say("221 bye")
                    return
                guest.say(JSON_ERROR)
                guest.hear()
                guest.say(*NOT_ACCEPTED)
            guest.say("235 2.7.0 Accepted")
            while (verb := guest.hear().split(" ")[0]) != "DATA":
                guest.say("250 2.1.0 OK")
            assert verb == "DATA"
            guest.say("354 Go ahead")
            guest.take_content()
            guest.say("250 2.0.0 OK")
            guest.part()
        return script

    def test_an_expired_one(self):
        run, _, asked = self.run_with_tokens(self.taking(b"ya29.2"))
        self.assert_fate(run, 0, "accepted", "content")
        self.assertEqual(2, asked)

    def test_none_is_right(self):
        run, _, asked = self.run_with_tokens(self.taking(b"another"))
        self.assert_fate(run, 77, "unsent", "auth")
        self.assertEqual(2, asked)


class Hello(ScriptedTest):
    def test_gmail_closes_at_ehlo(self):
        def script(guest):
            guest.say(GMAIL.greeting)
            guest.expect("EHLO")
            guest.say("421-4.7.0 Try again later, closing connection. (EHLO)",
                      "421 4.7.0 https://support.google.com a1 - gsmtp")
        run, _ = self.run_against(script, *PASSWORD)
        fate = self.assert_fate(run, 75, "unsent", "hello")
        self.assertEqual((421, "4.7.0"), (fate["code"], fate["enhanced"]))
        self.assertIn("Try again later", run.err)


if __name__ == "__main__":
    sink_talk.main()
