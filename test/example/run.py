"""Runs the examples against `posthaste sink`: what they teach must work.

usage: run.py POSTHASTE EXAMPLES_DIR
"""
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import certs  # noqa: E402  (test/certs.py)

PROGRAM, EXAMPLES = sys.argv[1:3]


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


def run(name, *arguments, **environment):
    return subprocess.run([os.path.join(EXAMPLES, "example-" + name), *arguments],
                          capture_output=True, text=True, timeout=60,
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

    def test_notifier_ends_cleanly(self):
        with Sink() as sink:
            done = run("notifier", "127.0.0.1", sink.port, "5")
        self.assertEqual(done.stdout, "5 of 5 accepted\n", done.stderr)
        self.assertEqual(len(sink.messages), 5)

    def test_own_transport(self):
        with Sink() as sink:
            done = run("own_transport", "127.0.0.1", sink.port,
                       "a@example.test", "b@example.test")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("C: EHLO ", done.stdout)
        self.assertEqual(len(sink.messages), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
