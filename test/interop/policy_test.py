#!/usr/bin/env python3
"""What each policy of TLS lets through: policy_test.py PROGRAM      (U28, U31)

Every --tls with every answer to the wish for STARTTLS, with credentials and
without: MAIL and AUTH are said in clear, within TLS, or not at all.
"""

import base64
import hashlib
import os
import subprocess

import sink_talk
from scripted import Gone, ScriptedTest

LOGIN = ["--user", "ann", "--password", "canary-4711"]
ALERT = bytes.fromhex("15030300020228")   # fatal, handshake_failure


def answer_all(guest):
    """A server that takes whatever it is given."""
    replies = {"AUTH": "235 2.7.0 ok", "DATA": "354 go", "QUIT": "221 bye"}
    while True:
        verb = guest.hear().split(" ")[0]
        guest.say(replies.get(verb, "250 ok"))
        if verb == "DATA":
            guest.take_content()
            guest.say("250 taken")
        if verb == "QUIT":
            raise Gone("it is over")
        if verb == "STARTTLS":
            raise AssertionError("that was not offered")


def not_offered(guest):
    guest.greet("AUTH PLAIN")
    answer_all(guest)


def until_starttls(guest):
    guest.greet("AUTH PLAIN", "STARTTLS")
    line = guest.hear()
    if line == "STARTTLS":
        return
    guest.say("250 ok")   # it is MAIL, or QUIT
    answer_all(guest)


def refused(guest):
    until_starttls(guest)
    guest.say("454 4.7.0 not now")
    answer_all(guest)


def broken(guest):
    until_starttls(guest)
    guest.say("220 go")
    guest.hello()
    guest.more()
    guest.send(ALERT)
    guest.listen()


def taken(guest):
    until_starttls(guest)
    guest.say("220 go")
    guest.secure()
    guest.answer_ehlo("AUTH PLAIN")
    answer_all(guest)


# policy, server, credentials: (MAIL is said ..., AUTH is said ..., status)
CLEAR, TLS, NEVER = "in clear", "in TLS", "never"
MATRIX = {
    ("required", taken, False): (TLS, NEVER, 0),
    ("required", not_offered, False): (NEVER, NEVER, 76),
    ("required", refused, False): (NEVER, NEVER, 76),
    ("required", broken, False): (NEVER, NEVER, 76),
    ("required", taken, True): (TLS, TLS, 0),
    ("required", not_offered, True): (NEVER, NEVER, 76),
    ("required", refused, True): (NEVER, NEVER, 76),
    ("required", broken, True): (NEVER, NEVER, 76),
    ("opportunistic", taken, False): (TLS, NEVER, 0),
    ("opportunistic", not_offered, False): (CLEAR, NEVER, 0),
    ("opportunistic", refused, False): (CLEAR, NEVER, 0),
    ("opportunistic", broken, False): (CLEAR, NEVER, 0),
    ("opportunistic", taken, True): (TLS, TLS, 0),
    ("opportunistic", not_offered, True): (CLEAR, NEVER, 0),
    ("opportunistic", refused, True): (CLEAR, NEVER, 0),
    ("opportunistic", broken, True): (NEVER, NEVER, 76),
    ("none", taken, False): (CLEAR, NEVER, 0),
    ("none", not_offered, False): (CLEAR, NEVER, 0),
    ("none", taken, True): (NEVER, NEVER, 77),
    ("none", not_offered, True): (NEVER, NEVER, 77),
}


def where(verb, guests):
    for name, lines in ((CLEAR, [line for one in guests for line in one.clear]),
                        (TLS, [line for one in guests for line in one.secret])):
        if any(line.startswith(verb) for line in lines):
            return name
    return NEVER


class Policies(ScriptedTest):
    def test_the_matrix(self):
        for (policy, server, login), expected in MATRIX.items():
            with self.subTest(policy=policy, server=server.__name__,
                              login=login):
                run, guests = self.run_against(
                    (server, until_starttls), "--tls", policy,
                    *(LOGIN if login else []))
                self.assertEqual(expected, (where("MAIL", guests),
                                            where("AUTH", guests), run.code),
                                 run.err)
                self.assertEqual(1, len(run.objects()))


class Pins(ScriptedTest):
    def pin(self, certificate):
        key = subprocess.run(
            ["openssl", "pkey", "-pubout", "-outform", "DER", "-in",
             os.path.join(self.certs, certificate + ".key")],
            check=True, stdout=subprocess.PIPE).stdout
        return "sha256//" + base64.b64encode(
            hashlib.sha256(key).digest()).decode()

    def test_a_pin_takes_the_place_of_the_chain_only(self):
        for certificate, pinned, code in (
                ("self-signed", "self-signed", 0), ("server", "server", 0),
                ("server", "client", 76), ("expired", "expired", 76),
                ("wrong-name", "wrong-name", 76)):
            with self.subTest(certificate=certificate, pinned=pinned):
                def script(guest, certificate=certificate):
                    guest.start_tls(certificate)
                    guest.answer_ehlo()
                    guest.take_mail()
                run, _ = self.run_against(script, "--tls", "required",
                                          "--tls-pin", self.pin(pinned))
                self.assertEqual(code, run.code, run.err)


if __name__ == "__main__":
    sink_talk.main()
