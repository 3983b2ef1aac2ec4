#!/usr/bin/env python3
"""posthaste probe against posthaste sink: cli_probe_test.py PROGRAM"""

import json
import socket
import unittest

from cli_talk import CliTest
from sink_talk import SECONDS, main


class Probe(CliTest):
    def probe(self, sink, *words, scheme="smtp", **more):
        return self.posthaste("probe", "-s", self.url(sink, scheme), *words,
                              **more)

    def facts(self, run, code=0):
        self.assertEqual(run.code, code, run.err)
        return json.loads(run.out)

    def test_what_is_offered_before_and_after_tls(self):
        sink = self.sink(*self.tls, "--user", "ann", "--password", "p",
                         "--limits", "RCPTMAX=50")
        facts = self.facts(self.probe(sink, "--json", "--tls-ca", self.cert))
        self.assertEqual(facts["server"], f"localhost:{sink.port}")
        self.assertEqual(facts["peer"], f"127.0.0.1:{sink.port}")
        self.assertTrue(facts["greeting"].startswith("220 "))
        self.assertIn("STARTTLS", facts["extensions"]["clear"])
        self.assertNotIn("STARTTLS", facts["extensions"]["tls"])
        self.assertEqual(facts["mechanisms"],
                         {"clear": [], "tls": ["PLAIN", "LOGIN"]})
        self.assertEqual(facts["limits"]["RCPTMAX"], 50)
        self.assertGreater(facts["limits"]["SIZE"], 0)
        self.assertEqual(facts["tls"]["version"], "TLSv1.3")
        self.assertTrue(facts["tls"]["verified"])
        self.assertIsNone(facts["tls"]["problem"])
        (cert,) = facts["tls"]["certificates"]
        self.assertEqual(cert["names"], "localhost, 127.0.0.1")
        self.assertRegex(cert["not_after"], r"^\d{4}-\d\d-\d\dT[\d:]{8}Z$")
        self.assertTrue(all(ms >= 0 for ms in facts["ms"].values()))
        self.assertIsNone(facts["error"])

    def test_the_pin_it_shows_is_one_that_holds(self):              # U31
        sink = self.sink(*self.tls)
        facts = self.facts(self.probe(sink, "--json"))
        pin = facts["tls"]["certificates"][0]["pin"]
        run = self.send(sink, "--tls", "required", "--tls-pin", pin)
        self.assertEqual(run.code, 0, run.err)

    def test_it_tells_the_truth_about_a_stranger(self):             # U31, S03
        sink = self.sink(*self.tls)
        facts = self.facts(self.probe(sink, "--json"))
        self.assertEqual((facts["tls"]["verified"], facts["tls"]["reason"]),
                         (False, "self-signed"))
        run = self.probe(sink, "--json", "--tls", "required")
        self.facts(run, 76)
        self.assertIn("the certificate is not verified", run.err)
        run = self.probe(sink, "--tls-ca", self.cert, "--tls-name", "x.test")
        self.assertEqual(run.code, 0, run.err)
        self.assertIn("certificate NOT verified", run.out)
        self.assertIn("give --tls-name", run.out)

    def test_it_never_says_a_secret_or_a_message(self):             # U38
        sink = self.sink(*self.tls, "--user", "ann", "--password", "p")
        run = self.probe(sink, "-v", "--json", "--user", "ann",
                         "--password-command", "touch /nowhere/x",
                         "--tls-insecure")
        self.facts(run)
        said = {line.split(" ")[1] for line in run.err.splitlines()
                if line.startswith("C: ")}
        self.assertEqual(said, {"EHLO", "STARTTLS", "NOOP", "QUIT"})

    def test_its_dialogue_can_be_replayed(self):
        sink = self.sink(*self.tls)
        run = self.probe(sink, "-v")
        self.assertIn("# TLSv1.3", run.err)
        path = self.write("dialogue", run.err)
        self.assertEqual(self.posthaste("replay", path).code, 0)

    def test_tls_from_the_first_octet_and_none_at_all(self):
        sink = self.sink(*self.tls, "--implicit-tls")
        facts = self.facts(self.probe(sink, "--json", "--tls-ca", self.cert,
                                      scheme="smtps"))
        self.assertTrue(facts["tls"]["verified"])
        self.assertEqual(facts["extensions"]["clear"], [])
        clear = self.sink()
        facts = self.facts(self.probe(clear, "--json"))
        self.assertIsNone(facts["tls"])
        run = self.probe(clear, "--json", "--tls", "required")
        self.facts(run, 76)
        self.assertIn("there is no TLS to be had", run.err)

    def test_lmtp_says_lhlo(self):
        sink = self.sink("--lmtp")
        facts = self.facts(self.probe(sink, "--json", scheme="lmtp"))
        self.assertIn("PIPELINING", facts["extensions"]["clear"])

    def test_servers_that_are_not_well(self):
        cases = ((["--reply", "greeting=554 not you"], 75, "greeting", 554),
                 (["--reply", "greeting=drop"], 75, "greeting", None),
                 (["--reply", "greeting=stall"], 75, "greeting", None),
                 (["--reply", "greeting=garbage"], 76, "greeting", None),
                 (["--reply", "hello=drop"], 75, "hello", None),
                 (["--reply", "hello=421 later"], 75, "hello", 421),
                 ([*self.tls, "--reply", "starttls=drop"], 75, "starttls",
                  None))
        for words, code, stage, reply in cases:
            sink = self.sink(*words)
            run = self.probe(sink, "--json", "--timeout", "1")
            error = self.facts(run, code)["error"]
            self.assertEqual((error["stage"], error["code"]), (stage, reply))
            self.assertIn("posthaste: ", run.err)

    def test_nobody_is_there(self):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            run = self.posthaste(
                "probe", "-s", f"smtp://127.0.0.1:{nobody.getsockname()[1]}",
                "--json")
        facts = self.facts(run, 75)
        self.assertIsNone(facts["peer"])
        self.assertEqual(facts["error"]["stage"], "connect")
        run = self.posthaste("probe", "-s", "smtp://host.invalid", "--json")
        self.assertIn(run.code, (68, 75), run.err)   # 75 without a resolver
        self.assertEqual(self.posthaste("probe").code, 64)

    def test_a_server_that_floods_is_bounded(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(SECONDS)
            process = self.start(
                "probe", "-s", f"smtp://127.0.0.1:{server.getsockname()[1]}",
                "--json")
            client = server.accept()[0]
            client.settimeout(SECONDS)
            client.sendall(b"220 mx\r\n")
            client.recv(1000)
            try:
                client.sendall(b"250-X " + b"y" * 900 + b"\r\n")
                for _ in range(1000):
                    client.sendall(b"250-X " + b"y" * 900 + b"\r\n")
            except OSError:
                pass
            facts = self.facts(self.finish(process), 76)
            client.close()
        self.assertEqual(facts["error"]["stage"], "hello")


if __name__ == "__main__":
    main()
