#!/usr/bin/env python3
"""Secrets that must not be seen anywhere: canary_test.py PROGRAM     (U38)

Each run is given a password, a token or a proxy's password that can be told
from anything else. Neither what the program prints and writes nor what others
can see of it and of its children may hold one, in any of the forms in which it
goes over the wire; whatever the server does.
"""

import base64
import os
import queue
import re
import subprocess
import unittest
import urllib.parse

import sink_talk
from scripted import Gone, ScriptedTest

PASSWORD = "canary/Pw+7f3a91"
TOKEN = "ya29.Canary-Tok+55d1"
PROXY = "canary:Prx+c0ffee"
QUOTED = {secret: urllib.parse.quote(secret, safe="")
          for secret in (PASSWORD, TOKEN, PROXY)}


def base64_forms(secret):
    """What base64 makes of it at each place it may stand at: the part that
    does not depend on the neighbours."""
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + secret.encode()).decode()
        whole = (shift + len(secret)) // 3 * 4
        yield text[4 if shift else 0:whole]


FORMS = [form for secret in (PASSWORD, TOKEN, PROXY)
         for form in (secret, QUOTED[secret], secret.encode().hex(),
                      *base64_forms(secret))]

BY_PASSWORD = ["--user", "ann", "--password", PASSWORD]
BY_TOKEN = ["--user", "ann", "--oauth-token", TOKEN]
MECHANISMS = ["PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1",
              "SCRAM-SHA-256"]
CHALLENGE = base64.b64encode(b"<1896.6971@scripted.test>").decode()


def log_in(offers, *answers):
    """TLS, then these answers to AUTH and what follows it; after a 235 mail
    is taken."""
    def script(guest):
        guest.start_tls()
        guest.answer_ehlo(f"AUTH {offers}")
        for answer in answers:
            guest.hear()
            guest.say(answer)
        if answers and answers[-1].startswith("235"):
            guest.take_mail()
        else:
            guest.part()
    return script


def repeated(offers, prompts, quote, at="auth"):
    """What was said with AUTH, or in the last answer, is in a reply to it, or
    to a later command."""
    def script(guest):
        guest.start_tls()
        guest.answer_ehlo(f"AUTH {offers}")
        said = guest.expect("AUTH")
        for prompt in prompts:
            guest.say(prompt)
            said = guest.hear()
        lines = quote(said.split(" ")[-1])
        if at != "auth":
            guest.say("235 2.7.0 ok")
            guest.expect("MAIL")
        codes = [("334 " if line.startswith("334 ") else "535-5.7.8 ") for
                 line in lines]
        codes[-1] = codes[-1].replace("-", " ", 1)
        guest.say(*(code + line.removeprefix("334 ")
                    for code, line in zip(codes, lines)))
        while guest.hear() != "QUIT":
            guest.say("501 5.5.2 no")   # "*", RSET
        guest.say("221 bye")
    return script


def folded(said):
    """Short lines; the first cut is in what a secret is known by."""
    return ["bad line", said[:3],
            *(said[i:i + 5] for i in range(3, len(said), 5)), "it was"]


def decoded(said):
    text = base64.b64decode(said).replace(b"\0", b" ").replace(b"\1", b"|")
    return ["wrong: " + text.decode()]


QUOTES = {
    "the line": lambda said: ["bad command AUTH " + said + " in this state"],
    "two lines": lambda said: ["bad command AUTH", said, "in this state"],
    "short lines": folded,
    "decoded": decoded,
    "in capitals": lambda said: [said.upper()],
    "only its front": lambda said: [said[:20]],
    "a challenge": lambda said: ["334 " + said],
}


def lost_behind_auth(guest):
    guest.start_tls()
    guest.answer_ehlo("AUTH PLAIN XOAUTH2 OAUTHBEARER")
    guest.expect("AUTH")
    guest.leave()


def talk_of_proxy(guest):
    """RFC 9110 9.3.6: CONNECT, up to the empty line."""
    guest.expect("CONNECT")
    while guest.hear():
        pass


def through_http(script):
    def proxy(guest):
        talk_of_proxy(guest)
        guest.say("HTTP/1.1 200 go", "")
        script(guest)
    return proxy


def refused_by_http(guest):
    talk_of_proxy(guest)
    guest.say("HTTP/1.1 407 who are you", "")
    guest.listen()


def octets(guest, count):
    while len(guest.rest) < count:
        more = guest.more()
        if not more:
            raise Gone("the client has left")
        guest.rest += more
    taken, guest.rest = guest.rest[:count], guest.rest[count:]
    guest.clear.append(taken.decode("latin-1"))
    return taken


def through_socks(script, verdict=b"\0"):
    """RFC 1928, RFC 1929."""
    def proxy(guest):
        octets(guest, octets(guest, 2)[1])
        guest.send(b"\x05\x02")
        octets(guest, octets(guest, 2)[1])
        octets(guest, octets(guest, 1)[0])
        guest.send(b"\x01" + verdict)
        if verdict != b"\0":
            return
        octets(guest, octets(guest, 5)[4] + 2)
        guest.send(b"\x05\0\0\x01" + bytes(6))
        script(guest)
    return proxy


OK = log_in("PLAIN", "235 2.7.0 ok")
# name: (what the server does, options)
PASSWORDS = {
    "accepted": (OK, []),
    "in two steps": (log_in("PLAIN", "334 ", "235 2.7.0 ok"),
                     ["--auth-two-step"]),
    "LOGIN": (log_in("LOGIN", "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6",
                     "235 2.7.0 ok"), []),
    "refused": (log_in("PLAIN", "535 5.7.8 no"), []),
    "refused for now": (log_in("PLAIN", "454 4.7.0 later"), []),
    "weaker ones wanted": (log_in("PLAIN LOGIN", "534 5.7.9 no",
                                  "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6",
                                  "535 5.7.8 no"), []),
    "garbage": (log_in("PLAIN", "what?"), []),
    "no base64": (log_in("LOGIN", "334 !!!!", "501 cancelled"), []),
    "too many challenges": (log_in("PLAIN", "334 ", "334 ", "501 no"), []),
    "another code": (log_in("PLAIN", "250 ok"), []),
    "lost": (lost_behind_auth, []),
    "no mechanism": (log_in("GSSAPI"), []),
    "no TLS": (lambda guest: (guest.greet("AUTH PLAIN"), guest.part()), []),
    "wrong certificate": (lambda guest: guest.start_tls("expired"), []),
    "silence": (lambda guest: guest.listen(), ["--timeout", "1"]),
    **{name: (log_in(name, f"334 {CHALLENGE}", "535 5.7.8 no", "501 no"), [])
       for name in MECHANISMS},
    **{f"PLAIN repeated, {name}": (repeated("PLAIN", [], quote), [])
       for name, quote in QUOTES.items()},
    **{f"LOGIN repeated, {name}":
       (repeated("LOGIN", ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"], quote), [])
       for name, quote in QUOTES.items()},
    **{f"PLAIN repeated to MAIL, {name}":
       (repeated("PLAIN", [], quote, "mail"), [])
       for name, quote in QUOTES.items()},
}
TOKENS = {
    "accepted": (log_in("XOAUTH2", "235 2.7.0 ok"), []),
    "OAUTHBEARER": (log_in("OAUTHBEARER", "235 2.7.0 ok"), []),
    "error": (log_in("XOAUTH2", "334 eyJzdGF0dXMiOiI0MDEifQ==",
                     "535 5.7.8 no"), []),
    "acknowledged": (log_in("OAUTHBEARER", "334 eyJzdGF0dXMiOiI0MDEifQ==",
                            "535 5.7.8 no"), []),
    "lost": (lost_behind_auth, []),
    "no mechanism": (log_in("PLAIN"), []),
    **{f"{mechanism} repeated, {name}": (repeated(mechanism, [], quote), [])
       for name, quote in QUOTES.items()
       for mechanism in ("XOAUTH2", "OAUTHBEARER")},
}


class Frame(ScriptedTest):
    def assert_silent(self, *texts):
        """Nor in capitals, nor when the lines of a reply are put together."""
        for text in texts:
            text = text.replace("\r", "")
            whole = re.sub(r"(\n|\\n)(S: )?\d{3}[- ](\d\.\d\.\d )?", "", text)
            for form in FORMS:
                self.assertNotIn(form.upper(), text.upper())
                self.assertNotIn(form.upper(), whole.upper())

    def heard(self, guests):
        return "\n".join(line for guest in guests for line in guest.lines())

    def assert_said_to(self, guests, secret):
        """That the test is about something: the server has got it."""
        heard = self.heard(guests)
        self.assertTrue(any(form in heard for form in
                            (secret, *base64_forms(secret))), heard)


class Output(Frame):
    def try_each(self, cases, login):
        for name, (script, words) in cases.items():
            with self.subTest(name):
                pcap = os.path.join(self.folder(), "pcap")
                run, guests = self.run_against(script, "-vv", "--pcap", pcap,
                                               *login, *words)
                with open(pcap, encoding="latin-1") as octets:
                    self.assert_silent(run.out, run.err, octets.read())
                self.assertEqual(1, len(run.objects()), run.err)
                if name == "accepted":
                    self.assertEqual(0, run.code, run.err)
                    self.assert_said_to(guests, login[-1])

    def test_passwords(self):
        self.try_each(PASSWORDS, BY_PASSWORD)

    def test_tokens(self):
        self.try_each(TOKENS, BY_TOKEN)

    def test_proxies(self):
        plain = through_http(OK), through_socks(OK)
        refused = refused_by_http, through_socks(OK, b"\1")
        for scheme, good, bad in zip(("http", "socks5"), plain, refused):
            for code, script in ((0, good), (75, bad)):
                server = self.serve(script)
                run = self.posthaste(
                    "send", "-s", "smtp://localhost:587", "--proxy",
                    f"{scheme}://me:{QUOTED[PROXY]}@127.0.0.1:{server.port}",
                    "--from", "a@x.org", "--to", "b@x.org", "--subject", "s",
                    "--json", "-vv", *self.trust, *BY_PASSWORD)
                server.close()
                with self.subTest(scheme=scheme, code=code):
                    self.assertEqual(code, run.code, run.err)
                    self.assert_silent(run.out, run.err)
                    self.assert_said_to(server.guests, PROXY)

    def test_what_a_batch_writes(self):
        rows = self.write("list.txt", "bob@example.org\ncarol@example.org\n")
        template = self.write("one.eml", "To: {{to}}\n\nHi\n")
        for name in ("accepted", "refused", "no mechanism",
                     "PLAIN repeated, decoded", "LOGIN repeated, short lines",
                     "PLAIN repeated to MAIL, the line"):
            script, words = PASSWORDS[name]
            server = self.serve(script)
            results = os.path.join(self.folder(), "results")
            run = self.posthaste(
                "batch", "-s", self.url(server), "--from", "ann@example.org",
                "--list", rows, "--template", template, "--results", results,
                "--connections", "1", "--messages-per-connection", "1",
                "-vv", *self.trust, *BY_PASSWORD, *words)
            server.close()
            with self.subTest(name):
                with open(results, encoding="utf-8") as lines:
                    written = lines.read()
                self.assertIn("bob@example.org", written)
                self.assert_silent(run.out, run.err, written)

    def test_wrong_command_lines(self):
        # Secrets are there before anything is known to be wrong.
        url = f"smtp://ann:{QUOTED[PASSWORD]}@localhost"
        for words in (["-s", url + ":x"], ["-s", url + "/path?"],
                      ["-s", url, *BY_TOKEN],
                      ["-s", url, "--proxy", f"ftp://me:{QUOTED[PROXY]}@h:1"],
                      ["-s", url, "--proxy", f"http://me:{QUOTED[PROXY]}@h:x"],
                      ["-s", url, "--tls-ca", "/nowhere"],
                      ["-s", url, "--no-such-option"]):
            with self.subTest(words):
                run = self.posthaste("send", "--from", "a@x.org", "--to",
                                     "b@x.org", "--subject", "s", *words)
                self.assertNotEqual(0, run.code)
                self.assert_silent(run.out, run.err)


@unittest.skipUnless(os.path.exists("/proc/self/cmdline"), "no /proc")
class OtherProcesses(Frame):
    """What anybody on the machine sees, while a server is waited for."""

    def seen(self, *words, proxy=False):
        """/proc/PID/cmdline of a run, read when it has connected."""
        pids, found = queue.Queue(), queue.Queue()

        def script(guest):
            pid = pids.get(timeout=sink_talk.SECONDS)
            with open(f"/proc/{pid}/cmdline", "rb") as cmdline:
                found.put(cmdline.read().decode())
            guest.listen()
        server = self.serve(script)
        where = f"127.0.0.1:{server.port}"
        words = [word.replace("WHERE", where) for word in words]
        if not any("@" + where in word and word.startswith("smtp")
                   for word in words):
            words += ["-s", f"smtp://{'x.org:587' if proxy else where}"]
        process = self.start("send", "--from", "a@x.org", "--to", "b@x.org",
                             "--subject", "marker", *words)
        pids.put(process.pid)
        text = found.get(timeout=sink_talk.SECONDS)
        process.kill()
        self.assertIn("marker", text)
        return text

    def test_the_argument_list(self):
        for words in (BY_PASSWORD, BY_TOKEN,
                      ["--user", "ann", f"--password={PASSWORD}"],
                      ["--user", "ann", f"--oauth-token={TOKEN}"],
                      ["-s", f"smtp://ann:{QUOTED[PASSWORD]}@WHERE"],
                      [f"--server=smtp://ann:{QUOTED[PASSWORD]}@WHERE"]):
            with self.subTest(words):
                self.assert_silent(self.seen(*words))

    def test_the_argument_list_with_a_proxy(self):
        for words in (["--proxy", f"http://me:{QUOTED[PROXY]}@WHERE"],
                      [f"--proxy=socks5://me:{QUOTED[PROXY]}@WHERE"]):
            with self.subTest(words):
                self.assert_silent(self.seen(*words, proxy=True))

    def test_children(self):
        # A command that gives the password, and tells what it sees.
        told = os.path.join(self.folder(), "told")
        tell = self.write(
            "tell", f"tr '\\0' '\\n' </proc/$PPID/cmdline >{told}\n"
            f"tr '\\0' '\\n' </proc/$$/cmdline >>{told}\nenv >>{told}\n"
            f"cat <&0 >>{told}\necho '{PASSWORD}'\n")
        server = self.serve(through_http(OK))
        run = self.posthaste(
            "send", "-s", "smtp://localhost:587", "--proxy",
            f"http://me:{QUOTED[PROXY]}@127.0.0.1:{server.port}",
            "--from", "a@x.org", "--to", "b@x.org", "--subject", "marker",
            "--json", "-vv", *self.trust, "--user", "ann",
            "--password-command", f"sh {tell}")
        server.close()
        self.assertEqual(0, run.code, run.err)
        with open(told, encoding="utf-8") as lines:
            text = lines.read()
        self.assertIn("marker", text)
        self.assertIn("PATH=", text)
        self.assert_silent(text, run.out, run.err)
        self.assert_said_to(server.guests, PASSWORD)


if __name__ == "__main__":
    sink_talk.main()
