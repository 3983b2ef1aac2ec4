#!/usr/bin/env python3
"""srv:DOMAIN, from the names to the mail: cli_srv_test.py PROGRAM

In a network of its own, with a name server and sinks as submission servers;
exits with 77 where there can be none.
"""

import os
import re
import sys

import own_network
from dns_server import DnsServer
from scripted import ScriptedTest
from sink_talk import main

LOGIN = ["--user", "ann", "--password", "secret"]
HOST = {"A": ["127.0.0.1"]}


class SrvTest(ScriptedTest):
    def dns(self, records, **more):
        server = DnsServer(records, **more)
        self.addCleanup(server.close)
        return server

    def server(self, *options, certificate="wildcard"):
        """A submission server that is *.example.test."""
        path = os.path.join(self.certs, certificate)
        return self.sink("--tls-cert", path + ".pem", "--tls-key",
                         path + ".key", *LOGIN, *options)

    def services(self, submissions=(), submission=(), **more):
        """A domain with these records, and hosts for them."""
        records = {f"{name}.{where}": HOST for name in "abm"
                   for where in ("example.test", "else.test")}
        for label, texts in (("_submissions", submissions),
                             ("_submission", submission)):
            if texts:
                records[f"{label}._tcp.example.test"] = {"SRV": list(texts)}
        return self.dns(records, **more)

    def mail(self, *words, where="example.test"):
        return self.posthaste(
            "send", "-s", f"srv:{where}", "--from", "ann@example.test", "--to",
            "bob@example.test", "--subject", "Hi", "--text", "hello",
            "--json", "-v", *self.trust, *LOGIN, *words)

    def assert_handed_to(self, run, server):
        fate = self.assert_fate(run, 0, "accepted", "content")
        self.assertRegex(fate["server"], rf":{server.port}\Z")
        return fate

    def assert_nowhere(self, run, code, words):
        """Nothing was connected, and the words say what to do."""
        self.assertEqual((code, ""), (run.code, run.out), run.err)
        self.assertRegex(run.err, r"\Aposthaste: srv:[^\n]+: [^\n]+\n\Z")
        self.assertIn(words, run.err)


class Choice(SrvTest):
    def test_tls_from_the_first_octet_goes_before_starttls(self):
        # RFC 8314 3.3, 5.1: whatever the priorities say
        implicit, upgraded = self.server("--implicit-tls"), self.server()
        names = self.services([f"50 1 {implicit.port} m.example.test"],
                              [f"1 1 {upgraded.port} m.example.test"])
        run = self.mail()
        self.assert_handed_to(run, implicit)
        self.assertNotIn("\nC: STARTTLS", run.err)
        self.assertIn(("_submission._tcp.example.test", "SRV"), names.asked)

    def test_starttls_where_nothing_else_is_offered(self):
        # U11: and it is required, though nobody said so
        server = self.server()
        self.services([], [f"1 1 {server.port} m.example.test"])
        run = self.mail()
        self.assert_handed_to(run, server)
        self.assertIn("\nC: STARTTLS\n", run.err)
        run = self.mail("--without", "STARTTLS")
        self.assertEqual(76, run.code, run.err)
        self.assertNotIn("\nC: MAIL", run.err)

    def test_the_lowest_priority_is_taken(self):
        # RFC 2782
        servers = [self.server("--implicit-tls") for _ in range(3)]
        self.services([f"{priority} 1 {server.port} {name}.example.test"
                       for priority, server, name in
                       zip((30, 10, 20), servers, "abm")])
        fate = self.assert_handed_to(self.mail(), servers[1])
        self.assertTrue(fate["server"].startswith("b.example.test:"), fate)

    def test_an_address_stands_for_its_domain(self):
        server = self.server("--implicit-tls")
        self.services([f"1 1 {server.port} m.example.test"])
        self.assert_handed_to(self.mail(where="ann@example.test"), server)


class OtherDomains(SrvTest):
    """RFC 6186 6: who answers for the name server?"""

    def elsewhere(self, **more):
        server = self.server("--implicit-tls")
        self.services([f"1 1 {server.port} m.else.test"], **more)
        return server

    def test_nobody_vouches(self):
        self.elsewhere()
        run = self.mail()
        self.assert_nowhere(run, 68, "outside the domain")
        self.assertRegex(run.err, r"name it as smtps://m\.else\.test:\d+\n")

    def test_a_server_within_the_domain_goes_before(self):
        inside, outside = (self.server("--implicit-tls") for _ in range(2))
        self.services([f"1 1 {outside.port} m.else.test",
                       f"2 1 {inside.port} m.example.test"])
        self.assert_handed_to(self.mail(), inside)

    def test_the_user_vouches(self):
        # The certificate is for the name that the user gives
        server = self.elsewhere()
        self.assert_handed_to(self.mail("--tls-name", "any.example.test"),
                              server)
        self.assertEqual(76, self.mail("--tls-name", "m.else.test").code)

    def test_dnssec_vouches_for_the_name_and_the_certificate_for_the_host(self):
        self.elsewhere(authentic=True)
        run = self.mail()
        self.assert_fate(run, 76, "unsent", "tls")
        self.assertIn("m.else.test", run.err)
        self.assertNotIn("\nC: ", run.err)

    def test_a_forged_answer_within_the_domain_meets_the_certificate(self):
        server = self.server("--implicit-tls", certificate="wrong-name")
        self.services([f"1 1 {server.port} m.example.test"])
        run = self.mail()
        self.assert_fate(run, 76, "unsent", "tls")
        self.assertNotIn("\nC: ", run.err)


class Nothing(SrvTest):
    def test_no_records(self):
        self.services()
        for where in ("example.test", "nowhere.test"):
            self.assert_nowhere(self.mail(where=where), 68,
                                "does not say where mail is handed in")

    def test_not_offered(self):
        # RFC 2782, RFC 6186 3.4: the target "."
        self.services(["0 0 0 ."], ["0 0 0 ."])
        self.assert_nowhere(self.mail(), 68,
                            "does not say where mail is handed in")

    def test_one_of_both_is_not_offered(self):
        server = self.server()
        self.services(["0 0 0 ."], [f"1 1 {server.port} m.example.test"])
        self.assert_handed_to(self.mail(), server)

    def test_a_name_server_in_trouble(self):
        self.dns({f"{label}._tcp.example.test": {"RCODE": 2}
                  for label in ("_submissions", "_submission")})
        self.assert_nowhere(self.mail(), 75, "no name server could tell")

    def test_a_host_without_an_address(self):
        self.dns({"_submissions._tcp.example.test":
                  {"SRV": ["1 1 465 gone.example.test"]}})
        run = self.mail()
        self.assert_fate(run, 68, "unsent", "resolve")
        self.assertTrue(re.search(r"(?m)^posthaste: .*gone\.example\.test",
                                  run.err), run.err)

    def test_what_is_no_domain(self):
        self.dns({})
        for where in ("", "[192.0.2.1]", "a b"):
            run = self.mail(where=where)
            self.assertEqual(64, run.code, run.err)
            self.assertIn("give a domain", run.err)


if __name__ == "__main__":
    WHY_NOT = own_network.enter()
    if WHY_NOT is not None:
        print(f"skipped: {WHY_NOT}")
        sys.exit(77)
    main()
