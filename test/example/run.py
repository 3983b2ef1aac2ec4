"""Runs the examples against `posthaste sink`: what they teach must work.

usage: run.py POSTHASTE EXAMPLES_DIR
$EXAMPLE_WRAPPER may hold words that go before an example: "valgrind --quiet".
"""
import email
import email.policy
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import certs  # noqa: E402  (test/certs.py)

PROGRAM, EXAMPLES = sys.argv[1:3]
WRAPPER = os.environ.get("EXAMPLE_WRAPPER", "").split()


class Sink:
    """A sink of our own, on a free port, that tells what it received."""

    def __init__(self, *options):
        self.process = subprocess.Popen(
            [PROGRAM, "sink", "--listen", "127.0.0.1:0", *options],
            stdout=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().strip().rsplit(":", 1)[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.messages = self.process.stdout.read().splitlines()
        self.process.wait()


def command(name, *arguments):
    return [*WRAPPER, os.path.join(EXAMPLES, "example-" + name), *arguments]


def run(name, *arguments, **environment):
    return subprocess.run(command(name, *arguments), capture_output=True,
                          text=True, timeout=60,
                          env={**os.environ, **environment})


class Examples(unittest.TestCase):
    def test_one_transition(self):
        self.assertEqual(run("one_transition").stdout,
                         "RCPT --550--> MORE (reject)\n")
        with open(os.path.join(os.path.dirname(__file__),
                               "one_transition.c")) as source:
            body = source.read().split("int main", 1)[1]
        self.assertLess(len(body.splitlines()), 15)  # U40

    def test_send_one_over_starttls(self):
        with tempfile.TemporaryDirectory() as directory:
            certs.main(directory)
            with Sink("--tls-cert", f"{directory}/server.pem",
                      "--tls-key", f"{directory}/server.key") as sink:
                done = run("send_one", "127.0.0.1", sink.port, "a@example.test",
                           "b@example.test",
                           POSTHASTE_CA=f"{directory}/ca.pem")
                refused = run("send_one", "127.0.0.1", sink.port,
                              "a@example.test", "b@example.test",
                              POSTHASTE_CA=f"{directory}/other-ca.pem")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("accepted at content", done.stdout)
            self.assertNotEqual(refused.returncode, 0)
            self.assertEqual(len(sink.messages), 1)

    def test_send_many(self):
        with Sink() as sink:
            done = run("send_many", "127.0.0.1", sink.port, "1000")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(len(sink.messages), 1000)

    def test_merge(self):
        with tempfile.TemporaryDirectory() as folder:
            with Sink("--dir", folder) as sink:
                done = run("merge", "127.0.0.1", sink.port)
            texts = {}
            for number in (1, 2, 3):
                with open(f"{folder}/{number:06}.eml", "rb") as mail:
                    message = email.message_from_binary_file(
                        mail, policy=email.policy.default)
                texts[str(message["To"])] = message
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 3)
        self.assertEqual(sorted(texts), [
            '"Ann \\"<A>\\" Lee" <ann@example.test>',
            "Guest <carl@example.test>", "Jürgen <juergen@example.test>"])
        ann, carl, juergen = (texts[name] for name in sorted(texts))
        self.assertIn("table <b>7</b>",
                      ann.get_body(("html",)).get_content())
        self.assertIn("&lt;A&gt;", ann.get_body(("html",)).get_content())
        self.assertIn("guest,", carl.get_body(("plain",)).get_content())
        self.assertIn("a place", juergen.get_body(("plain",)).get_content())
        self.assertEqual(carl["List-Unsubscribe-Post"],
                         "List-Unsubscribe=One-Click")

    def test_notifier_ends_cleanly(self):
        with Sink() as sink:
            done = run("notifier", "127.0.0.1", sink.port, "5")
        self.assertEqual(done.stdout, "5 of 5 accepted\n", done.stderr)
        self.assertEqual(len(sink.messages), 5)

    def test_notifier_outlives_its_server(self):                    # U05, C04
        with Sink("--max-messages", "10") as one:
            notifier = subprocess.Popen(
                command("notifier", "127.0.0.1", one.port, "60", "5"),
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            one.process.wait(60)
        self.assertIn("the server: ", notifier.stderr.readline())
        with Sink("--listen", f"127.0.0.1:{one.port}") as two:
            out, err = notifier.communicate(timeout=100)
        self.assertEqual(out, "60 of 60 accepted\n", err)
        self.assertEqual((len(one.messages), len(two.messages)), (10, 50))

    def test_throttled(self):
        with Sink() as sink:
            done = run("throttled", "127.0.0.1", sink.port, "60", "200")
        self.assertEqual(done.stdout, "60 accepted, at the pace that was set\n",
                         done.stderr)
        self.assertEqual(len(sink.messages), 60)

    def test_cancel(self):
        with Sink("--reply", "greeting=stall") as sink:
            done = run("cancel", "127.0.0.1", sink.port)
        self.assertEqual(sorted(done.stdout.splitlines()), [
            "canceled: unsent, canceled by the caller, caller",
            "deadline: unsent, server did not answer in time, caller"], done.stderr)

    def test_drain(self):
        for reply, uncertain in (([], False),
                                 (["--reply", "content=stall"], True)):
            with Sink(*reply) as sink:
                daemon = subprocess.Popen(
                    command("drain", "127.0.0.1", sink.port, "1"),
                    stdout=subprocess.PIPE, text=True)
                self.assertEqual(daemon.stdout.readline(), "at work\n")
                if not uncertain:
                    sink.process.stdout.readline()
                daemon.terminate()
                out = daemon.communicate(timeout=60)[0]
            self.assertEqual(daemon.returncode, 0, out)
            counts = dict(line.split() for line in out.splitlines())
            self.assertEqual(counts["accepted"] == "0", uncertain, out)

    def test_own_transport(self):
        with Sink() as sink:
            done = run("own_transport", "127.0.0.1", sink.port,
                       "a@example.test", "b@example.test")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("C: EHLO ", done.stdout)
        self.assertEqual(len(sink.messages), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
