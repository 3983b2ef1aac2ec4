#!/usr/bin/env python3
"""Who a server is, and how it encrypts: certificates_test.py PROGRAM

S06 and S10, with OpenSSL (in Python) and with GnuTLS (gnutls-serv) at the
other end.
"""

import os
import re
import shutil
import socket
import ssl
import subprocess
import unittest
import warnings

import sink_talk
from real_server import free_port
from scripted import ScriptedTest

LOGIN = ["--user", "ann", "--password", "canary-4711"]
NAME = ["--tls-name", "mail.example.test"]
OLD = {"oldest": ssl.TLSVersion.TLSv1, "newest": ssl.TLSVersion.TLSv1_1,
       "ciphers": "ALL:@SECLEVEL=0"}
# Nobody proves who they are, or nothing is encrypted.
NO_PROOF = {"newest": ssl.TLSVersion.TLSv1_2, "ciphers": "aNULL:@SECLEVEL=0"}
NO_CIPHER = {"newest": ssl.TLSVersion.TLSv1_2, "ciphers": "eNULL:@SECLEVEL=0"}

warnings.simplefilter("ignore", DeprecationWarning)   # of TLSVersion.TLSv1

# certificate: what is said of it; each in words of its own (U31)
REASONS = {
    "self-signed": "self-signed certificate",
    "unknown-ca": "issuer of the certificate is not known",
    "unknown-root": "root certificate is not trusted",
    "expired": "certificate has expired",
    "not-yet": "not yet valid",
    "wrong-name": "certificate is for other.example.test, 192.0.2.1, not for "
                  "mail.example.test",
    "name-in-cn": "names nobody",
    "nul": "certificate",
    "no-chain": "issuer of the certificate is not known",
    "for-clients": "not meant for servers",
    "by-server": "must not issue certificates",
    "too-deep": "chain of certificates is too long",
    "rsa-1024": "key is too small",
    "sha1": "digest that is too weak",
    "forged": "signature of the certificate is wrong",
}


class S06Certificates(ScriptedTest):
    """Who the server is (TL-08, TL-09, TL-10)."""

    weak = {"ciphers": "DEFAULT:@SECLEVEL=0"}   # for what is not to be trusted

    def test_each_is_refused_in_words(self):
        for name, words in REASONS.items():
            with self.subTest(name):
                run, guests = self.run_against(
                    lambda guest, name=name: guest.start_tls(name, **self.weak),
                    *LOGIN, *NAME)
                self.assert_fate(run, 76, "unsent", "tls")
                self.assertRegex(run.err, words)
                self.assert_kept_to_itself(guests)
                self.assertEqual([], guests[0].secret)
                self.assertEqual("mail.example.test", guests[0].sni)

    def accepted(self, certificate, *words, host="localhost"):
        def script(guest):
            guest.start_tls(certificate)
            guest.answer_ehlo()
            guest.take_mail()
        server = self.serve(script)
        run = self.posthaste(
            "send", "-s", f"smtp://{host}:{server.port}", *self.trust,
            "--tls", "required", "--from", "a@x.org", "--to", "b@x.org",
            "--subject", "s", "--json", *words)
        server.close()
        self.assertIn(run.code, (0, 76), run.err)
        return run.code == 0, server.guests[0].sni

    def test_names(self):
        for certificate, name, good in (
                ("server", "mail.example.test", True),
                ("server", "MAIL.Example.Test", True),
                ("server", "example.test", False),
                ("server", "a.mail.example.test", False),
                ("chain", "mail.example.test", True),
                ("wildcard", "a.example.test", True),
                ("wildcard", "a.b.example.test", False),
                ("wildcard", "example.test", False),
                ("wildcard", "mail.partial.test", False)):
            with self.subTest(certificate=certificate, name=name):
                got, sni = self.accepted(certificate, "--tls-name", name)
                self.assertEqual(good, got)
                self.assertEqual(name.lower(), sni.lower())

    def test_addresses(self):
        # SNI has no place for an address, RFC 6066 3.
        self.assertEqual((True, None), self.accepted("server",
                                                     host="127.0.0.1"))
        self.assertEqual((False, None), self.accepted("wildcard",
                                                      host="127.0.0.1"))
        self.assertEqual((False, None), self.accepted("wrong-name",
                                                      host="127.0.0.1"))

    def test_the_name_is_that_which_was_asked_for(self):
        # Not one the server calls itself by.
        self.assertEqual((True, "localhost"), self.accepted("server"))
        self.assertEqual((False, "localhost"), self.accepted("wildcard"))


class S10Floor(ScriptedTest):
    """Nothing older than TLS 1.2, nothing unproven, nothing in clear
    (TL-10; RFC 9325 3.1.1, 4.1)."""

    def test_what_is_too_weak_is_refused(self):
        for settings in (OLD, NO_PROOF, NO_CIPHER):
            with self.subTest(settings):
                run, guests = self.run_against(
                    lambda guest, settings=settings:
                    guest.start_tls(**settings), *LOGIN)
                self.assert_fate(run, 76, "unsent", "tls")
                self.assert_kept_to_itself(guests)
                # Python's server could have: it is the client that would not.
                self.assertTrue(guests[0].failure)

    def test_an_old_server_would_speak_with_an_old_client(self):
        # Else the test above could not fail.
        server = self.serve(lambda guest: guest.secure(**OLD))
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
        client.minimum_version = ssl.TLSVersion.TLSv1
        client.set_ciphers("ALL:@SECLEVEL=0")
        with socket.create_connection(("127.0.0.1", server.port)) as plain, \
                    client.wrap_socket(plain) as secure:
            self.assertEqual("TLSv1.1", secure.version())

    def test_12_and_13_will_do(self):
        for version, says in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"),
                              (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            def script(guest, version=version):
                guest.start_tls(oldest=version, newest=version)
                guest.answer_ehlo()
                guest.take_mail()
            run, guests = self.run_against(script, "--tls", "required")
            self.assert_fate(run, 0, "accepted", "content")
            self.assertEqual(says, guests[0].tls)


@unittest.skipUnless(shutil.which("gnutls-serv"), "there is no gnutls-serv")
class GnuTls(ScriptedTest):
    """S06 and S10 with another TLS library at the other end. Only its handshake
    counts: a server that echoes will do."""

    def against(self, certificate, *options):
        port = free_port()
        path = os.path.join(self.certs, certificate)
        server = subprocess.Popen(
            ["gnutls-serv", "--echo", "--noticket", "--port", str(port),
             "--x509certfile", path + ".pem", "--x509keyfile", path + ".key",
             *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            for line in server.stdout:
                if b"listening on IPv4" in line:
                    break
            else:
                self.fail("gnutls-serv does not start")
            return self.posthaste(
                "send", "-s", f"smtps://localhost:{port}", *self.trust, *NAME,
                *LOGIN, "--from", "a@x.org", "--to", "b@x.org", "--subject",
                "s", "--json", "-v", "--timeout", "1")
        finally:
            server.kill()
            self.output, _ = server.communicate()

    def test_a_good_one_comes_up(self):
        # And says nothing: an echo server has no greeting.
        for version in ("1.2", "1.3"):
            run = self.against("server", "--priority",
                               f"NORMAL:-VERS-ALL:+VERS-TLS{version}")
            self.assert_fate(run, 75, "unsent", "greeting")
            self.assertRegex(run.err, rf"# TLSv{re.escape(version)}\b")

    def test_certificates(self):
        for name, words in REASONS.items():
            with self.subTest(name):
                run = self.against(name)
                self.assert_fate(run, 76, "unsent", "tls")
                self.assertRegex(run.err, words)

    def test_the_floor(self):
        for priority in ("NORMAL:-VERS-ALL:+VERS-TLS1.1:+SHA1:%COMPAT",
                         "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-ECDH",
                         "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+NULL"):
            with self.subTest(priority):
                run = self.against("server", "--priority", priority)
                self.assert_fate(run, 76, "unsent", "tls")


if __name__ == "__main__":
    sink_talk.main()
