#!/usr/bin/env python3
"""--server mx: as it is meant: cli_mx_test.py PROGRAM

In a network of its own, with a name server, https servers of policies, and
sinks as exchangers on port 25. Exits with 77 where there can be none.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter

from cli_network_test import Proxy, socks5
from cli_talk import CliTest
from own_network import SERVFAIL, NameServer, PolicyServer, enter
from sink_talk import SECONDS, main

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             os.pardir))
import certs   # pylint: disable=wrong-import-position

A, B, C = "127.0.0.10", "127.0.0.11", "127.0.0.12"
NOBODY = "127.0.0.99"    # nobody listens there
WEB = "127.0.0.20"
POLICY = "version: STSv1\nmode: {}\nmx: {}\nmax_age: 86400\n"


def mx(*hosts):
    return [("MX", host) for host in hosts]


ZONE = {
    "a.test": mx("10 mx.a.test"), "mx.a.test": [("A", A)],
    "b.test": mx("10 mx.b.test"), "mx.b.test": [("A", B)],
    "c.test": mx("10 mx.c.test"), "mx.c.test": [("A", C)],
    "two.test": mx("20 mx.b.test", "10 mx.a.test"),
    "dead.test": mx("10 off.test", "20 mx.b.test"), "off.test": [("A", NOBODY)],
    "null.test": mx("0 ."),
    "own.test": [("A", C)],
    "deaf.test": mx("10 off.test"),
    "trouble.test": SERVFAIL,
    "loop.test": mx("10 us.test", "20 mx.b.test"),
}


class MxTest(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = NameServer(dict(ZONE))
        cls.addClassCleanup(names.close)
        cls.zone = names.zone

    def exchanger(self, address, *options):
        """Its mail is in the folder of the result."""
        folder = self.folder()
        sink = self.sink("--dir", folder, *options, listen=address + ":25")
        sink.folder = folder
        return sink

    def mail(self, sink):
        """Envelopes of what it got."""
        return [self.stored(sink.folder, int(name[:-5]))[1]
                for name in sorted(os.listdir(sink.folder))
                if name.endswith(".json")]

    def got(self, sink):
        return sorted(to for one in self.mail(sink) for to in one["to"])

    def to(self, addresses, *words):
        """Sent to them, with --json."""
        listed = [word for one in addresses.split() for word in ("--to", one)]
        return self.posthaste("send", "-s", "mx:", "--hello", "us.test",
                              "--json", "--from", "ann@us.test", *listed,
                              "--subject", "Hi", "--text", "hello", *words)

    def fates(self, run):
        return {f["recipient"]: f for f in run.objects()}


class Routes(MxTest):
    def test_each_domain_gets_its_own(self):   # DL-01
        a, b = self.exchanger(A), self.exchanger(B)
        run = self.to("x@a.test y@b.test z@A.test")
        self.assertEqual(run.code, 0, run.err)
        self.assertEqual(self.got(a), ["x@a.test", "z@A.test"])
        self.assertEqual(self.got(b), ["y@b.test"])
        self.assertEqual(len(self.mail(a)), 1)
        self.assertEqual(self.mail(a)[0]["helo"], "us.test")
        for fate in run.objects():
            self.assertIn(fate["server"], ("mx.a.test:25", "mx.b.test:25"))

    def test_the_best_exchanger_is_the_first(self):
        a, b = self.exchanger(A), self.exchanger(B)
        fate = self.one(self.to("x@two.test"))
        self.assertEqual((fate["outcome"], fate["server"]),
                         ("accepted", "mx.a.test:25"))
        self.assertEqual((len(self.got(a)), len(self.got(b))), (1, 0))

    def test_the_next_one_is_tried_where_it_may_help(self):   # DL-03
        b = self.exchanger(B)
        self.assertEqual(self.to("x@dead.test").code, 0)
        self.assertEqual(self.got(b), ["x@dead.test"])
        for number, fault in enumerate(
                ("greeting=421 4.3.2 busy", "mail=451 4.3.0 later",
                 "rcpt=450 4.2.0 later", "content=452 4.3.1 full"), 2):
            a = self.exchanger(A, "--reply", fault)
            fate = self.one(self.to("x@two.test"))
            self.assertEqual((fate["outcome"], fate["server"]),
                             ("accepted", "mx.b.test:25"), fault)
            self.assertEqual((len(self.got(a)), len(self.got(b))),
                             (0, number), fault)
            a.close()
        self.exchanger(A, "--reply", "rcpt=550 5.1.1 unknown")
        run = self.to("x@two.test")
        self.assert_fate(run, 69, "refused", "rcpt")
        self.assertEqual(len(self.got(b)), number)

    def test_what_the_names_say(self):   # DL-02, DL-04
        own = self.exchanger(C)
        cases = {   # status, outcome, stage, code, part of the error message
            "x@null.test": (69, "refused", "resolve", "5.1.10",
                            "null.test: .*null MX.*another address"),
            "x@gone.test": (68, "refused", "resolve", None,
                            "gone.test: .*does not exist.*check the address"),
            "x@loop.test": (69, "refused", "resolve", None,
                            "loop.test: .*come back.*--hello"),
            "x@trouble.test": (75, "deferred", "resolve", None,
                               "trouble.test: .*: try again later"),
            "x@own.test": (0, "accepted", "content", "2.0.0", "^$"),
            "x@[127.0.0.12]": (0, "accepted", "content", "2.0.0", "^$"),
        }
        for address, (code, outcome, stage, enhanced, said) in cases.items():
            run = self.to(address)
            fate = self.assert_fate(run, code, outcome, stage)
            self.assertEqual(fate["enhanced"], enhanced)
            self.assertRegex(run.err, said)
            if code:
                self.assertIsNone(fate["server"])
        self.assertEqual(self.got(own), ["x@[127.0.0.12]", "x@own.test"])
        run = self.to(" ".join(cases))   # none hurts another
        self.assertEqual(run.code, 68)
        self.assertEqual(
            {to: f["outcome"] for to, f in self.fates(run).items()},
            {to: case[1] for to, case in cases.items()})
        self.assertEqual(len(run.err.splitlines()), 4, run.err)

    def test_a_proxy_carries_it(self):
        a = self.exchanger(A)
        proxy = Proxy(self, socks5, goes_to=(A, 25))
        run = self.to("x@a.test", "--proxy",
                      f"socks5://127.0.0.1:{proxy.port}")
        self.assertEqual(run.code, 0, run.err)
        self.assertEqual(proxy.asked, [("mx.a.test", 25)])
        self.assertEqual(self.got(a), ["x@a.test"])


class Encryption(MxTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        where = os.path.join(folder.name, "certs")
        os.mkdir(where)
        with open(os.path.join(folder.name, "index.txt"), "wb"):
            pass
        certs.make(where, folder.name, "ca", None, "CA", "authority")
        cls.path = staticmethod(lambda name: os.path.join(where, name))
        web = ",".join(f"DNS:mta-sts.{name}.test"
                       for name in ("good", "bad", "second", "try", "mute"))
        for name, names in (("mx", "DNS:mx.a.test,DNS:mx.b.test"),
                            ("web", web)):
            certs.make(where, folder.name, name, "ca", name, "server",
                       names=names)
        cls.web = PolicyServer(WEB, {
            "mta-sts.good.test": POLICY.format("enforce", "mx.a.test"),
            "mta-sts.bad.test": POLICY.format("enforce", "mx.else.test"),
            "mta-sts.second.test": POLICY.format("enforce", "mx.b.test"),
            "mta-sts.try.test": POLICY.format("testing", "mx.else.test"),
        }, cls.path("web.pem"), cls.path("web.key"))
        cls.addClassCleanup(cls.web.close)
        for name, hosts in (("good", ["10 mx.a.test"]),
                            ("bad", ["10 mx.a.test"]),
                            ("second", ["10 mx.a.test", "20 mx.b.test"]),
                            ("try", ["10 mx.a.test"]),
                            ("mute", ["10 mx.a.test"])):
            cls.zone[f"{name}.test"] = mx(*hosts)
            cls.zone[f"_mta-sts.{name}.test"] = [("TXT", "v=STSv1; id=1;")]
            cls.zone[f"mta-sts.{name}.test"] = [("A", WEB)]
        cls.ca = ["--tls-ca", cls.path("ca.pem")]

    def trusted(self, address):
        return self.exchanger(address, "--tls-cert", self.path("mx.pem"),
                              "--tls-key", self.path("mx.key"))

    def test_a_certificate_nobody_vouches_for_is_better_than_none(self):
        a = self.exchanger(A, *self.tls)
        run = self.to("x@a.test", "-v")
        self.assertEqual(run.code, 0, run.err)
        self.assertIn("certificate NOT verified", run.err)
        self.assertTrue(self.mail(a)[0]["tls"])
        self.assert_fate(self.to("x@a.test", "--tls", "required"), 76,
                         "unsent", "tls")
        b = self.trusted(B)
        run = self.to("x@b.test", "--tls", "required", *self.ca)
        self.assertEqual(run.code, 0, run.err)
        self.assertEqual((len(self.mail(a)), len(self.mail(b))), (1, 1))

    def test_a_summary_says_how_many_were_encrypted(self):
        self.exchanger(A, *self.tls)
        self.exchanger(B)
        rows = self.write("l.txt", "x@a.test\ny@b.test\n")
        run = self.posthaste("batch", "-s", "mx:", "--list", rows, "--from",
                             "ann@us.test", "--subject", "s")
        self.assertRegex(run.out, r"\A2 recipients: 2 accepted\n"
                                  r"2 connections, 1 with TLS; ")

    def test_a_policy_that_fits_is_kept(self):   # RFC 8461 4, 5
        a = self.trusted(A)
        run = self.to("x@good.test", "-v", *self.ca)
        self.assertEqual(run.code, 0, run.err)
        self.assertIn("certificate verified", run.err)
        self.assertEqual(self.got(a), ["x@good.test"])
        self.assertIn("mta-sts.good.test", self.web.asked)

    def test_a_policy_that_does_not_is_no_delivery(self):
        a, b = self.trusted(A), self.trusted(B)
        run = self.to("x@bad.test", *self.ca)
        self.assert_fate(run, 76, "unsent", "tls")
        self.assertRegex(run.err, "bad.test: .*policy does not list.*: try "
                                  "again later")
        self.assertEqual(self.got(a), [])
        run = self.to("x@second.test x@try.test", *self.ca)
        self.assertEqual(run.code, 0, run.err)
        self.assertEqual(self.got(a), ["x@try.test"])   # it is only tried
        self.assertEqual(self.got(b), ["x@second.test"])

    def test_a_policy_wants_a_certificate_and_tls(self):
        for options in ([], self.tls):
            a = self.exchanger(A, *options)
            run = self.to("x@good.test", *self.ca)
            fate = self.one(run)
            self.assertEqual((run.code, fate["outcome"]), (76, "unsent"))
            self.assertEqual(self.got(a), [])
            a.close()

    def test_who_serves_it_has_to_be_vouched_for(self):
        a = self.exchanger(A)
        asked = list(self.web.asked)
        self.assertEqual(self.to("x@bad.test").code, 0)
        self.assertEqual(self.web.asked, asked)
        self.assertEqual(self.got(a), ["x@bad.test"])

    def test_none_is_asked_for_without_tls(self):
        a = self.exchanger(A)
        asked = list(self.web.asked)
        run = self.to("x@bad.test", "--tls", "none", *self.ca)
        self.assertEqual(run.code, 0, run.err)
        self.assertEqual(self.web.asked, asked)
        self.assertEqual(self.got(a), ["x@bad.test"])

    def test_a_batch_stops_at_once_while_one_is_fetched(self):
        self.exchanger(A)
        rows = self.write("l.txt", "x@mute.test\n")
        process = self.start("batch", "-s", "mx:", "--list", rows, "--from",
                             "ann@us.test", "--subject", "s", "--json",
                             *self.ca)
        deadline = time.monotonic() + SECONDS
        while "mta-sts.mute.test" not in self.web.asked:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        while b"another Ctrl-C stops at once" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        self.assert_fate(self.finish(process), 75, "unsent", "input")


class Batches(MxTest):
    def words(self, *more):
        return ["batch", "-s", "mx:", "--hello", "us.test", "--list",
                self.rows, "--from", "ann@us.test", "--subject", "to {{to}}",
                "--results", self.results, "--json", *more]

    def setUp(self):
        self.results = os.path.join(self.folder(), "r.jsonl")

    def outcomes(self):
        """Each recipient's lines, in their order, as far as they are whole."""
        found = {}
        if not os.path.exists(self.results):
            return found
        with open(self.results, encoding="utf-8") as results:
            lines = results.read().split("\n")[:-1]
        for line in map(json.loads, lines):
            found.setdefault(line["recipient"], []).append(line["outcome"])
        return found

    def size(self):
        return (os.path.getsize(self.results)
                if os.path.exists(self.results) else 0)

    def wait_for(self, condition):
        deadline = time.monotonic() + SECONDS
        while not condition(self.outcomes()):
            self.assertLess(time.monotonic(), deadline, self.outcomes())
            time.sleep(0.01)

    def test_one_domain_does_not_stop_another(self):
        a, b = self.exchanger(A), self.exchanger(B)
        self.rows = self.write("l.txt", "\n".join(
            f"{n}@{domain}.test" for n in range(40)
            for domain in ("gone", "a", "null", "deaf", "b", "trouble")))
        run = self.posthaste(*self.words())
        self.assertEqual(run.code, 68, run.err)
        self.assertEqual((len(self.got(a)), len(self.got(b))), (40, 40))
        expected = {"gone": ["refused"], "null": ["refused"],
                    "trouble": ["deferred"], "deaf": ["unsent"],
                    "a": ["pending", "accepted"],
                    "b": ["pending", "accepted"]}
        for to, outcomes in self.outcomes().items():
            self.assertEqual(outcomes, expected[to.split("@")[1][:-5]], to)
        self.assertEqual(len(self.outcomes()), 240)
        run = self.posthaste(*self.words())   # only what may have changed
        self.assertEqual({f["recipient"].split("@")[1] for f in run.objects()},
                         {"trouble.test", "deaf.test"})

    def test_a_row_is_pending_once(self):   # U19
        self.exchanger(A, "--reply", "content=452 4.3.1 full")
        b = self.exchanger(B)
        self.rows = self.write("l.txt", "x@two.test\ny@two.test\n")
        run = self.posthaste(*self.words())
        self.assertEqual(run.code, 0, run.err)
        self.assertEqual(self.got(b), ["x@two.test", "y@two.test"])
        self.assertEqual(set(map(tuple, self.outcomes().values())),
                         {("pending", "accepted")})
        self.assertEqual({f["attempts"] for f in run.objects()}, {2})
        self.assertEqual({f["server"] for f in run.objects()},
                         {"mx.b.test:25"})

    def test_kills_at_any_time_lose_and_double_nothing(self):   # U18, U19
        sinks = [self.exchanger(address) for address in (A, B, C)]
        everybody = [f"{n}@{name}.test" for n in range(200) for name in "abc"]
        self.rows = self.write("l.txt", "\n".join(everybody))
        seed = random.randrange(1 << 32)
        self.addCleanup(print, f"{self.id()}: seed {seed}", file=sys.stderr)
        for octets in random.Random(seed).sample(range(200, 60000), 8):
            process = self.start(*self.words(), stdout=subprocess.DEVNULL)
            goal = octets + self.size()
            deadline = time.monotonic() + SECONDS
            while self.size() < goal and process.poll() is None:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.0005)
            process.kill()
            process.wait()
        self.posthaste(*self.words())
        count = Counter(to for sink in sinks for to in self.got(sink))
        outcomes = self.outcomes()
        self.assertEqual(set(outcomes), set(everybody))
        for to, lines in outcomes.items():
            self.assertIn(lines, (["pending", "accepted"],
                                  ["pending", "uncertain"]))
            self.assertLessEqual(count[to], 1)
            if lines[-1] == "accepted":
                self.assertEqual(count[to], 1)

    def test_a_batch_that_is_killed_says_what_is_uncertain(self):
        a, b = self.exchanger(A), self.exchanger(B)
        c = self.exchanger(C, "--reply", "content=stall")
        everybody = [f"{n}@{name}.test" for n in range(3) for name in "abc"]
        stuck = [to for to in everybody if to.endswith("@c.test")]
        self.rows = self.write("l.txt", "\n".join(everybody))
        process = self.start(*self.words())
        self.wait_for(lambda found: len(found) == 9 and all(
            outcomes == (["pending"] if to in stuck else
                         ["pending", "accepted"])
            for to, outcomes in found.items()))
        process.kill()
        process.wait()
        self.assertEqual(self.got(c), [])
        c.close()
        c = self.exchanger(C)
        run = self.posthaste(*self.words())
        self.assertEqual(run.code, 75, run.err)
        self.assertEqual({f["recipient"]: f["outcome"] for f in run.objects()},
                         dict.fromkeys(stuck, "uncertain"))
        self.assertEqual(self.got(c), [])
        run = self.posthaste(*self.words("--resend-uncertain"))
        self.assertEqual(run.code, 0, run.err)
        self.assertEqual(sorted(self.got(a) + self.got(b) + self.got(c)),
                         sorted(everybody))
        run = self.posthaste(*self.words())
        self.assertEqual((run.code, run.out), (0, ""))


class Usage(MxTest):
    def test_what_is_for_one_server_is_named(self):
        for option in ("--account=gmail", "--tls-name=a", "--tls-pin=a",
                       "--user=a", "--password=a", "--password-file=a",
                       "--password-command=a", "--oauth-token=a",
                       "--oauth-token-file=a", "--oauth-token-command=a",
                       "--auth=PLAIN", "--auth-id=a", "--auth-plaintext",
                       "--auth-two-step"):
            run = self.to("x@a.test", option)
            name = option.split("=", maxsplit=1)[0]
            self.assertEqual((run.code, run.out), (64, ""), option)
            self.assertRegex(run.err, f"^posthaste: {name}: .*mx:.*leave")
        for words in (["send", "-s", "mx:a.test", "--from", "a@us.test",
                       "--to", "x@a.test", "--text", "t"],
                      ["probe", "-s", "mx:"],
                      ["load", "-s", "mx:", "--from", "a@us.test", "--to",
                       "x@a.test", "-m", "/dev/null", "--count", "1"]):
            run = self.posthaste(*words)
            self.assertEqual((run.code, run.out), (64, ""), words)
            self.assertIn("mx:", run.err)


if __name__ == "__main__":
    WHY_NOT = enter()
    if WHY_NOT is not None:
        print(f"skipped: {WHY_NOT}")
        sys.exit(77)
    main()
