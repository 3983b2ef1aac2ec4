"""posthaste send and batch as processes, and a frame for their tests."""

import json
import os
import subprocess

from sink_talk import SECONDS, Sink, SinkTest

KEYS = ["message", "recipient", "outcome", "code", "enhanced", "reply",
        "stage", "attempts", "server"]


class Run:
    """What a finished run left behind."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def objects(self):
        return [json.loads(line) for line in self.out.splitlines()]


class CliTest(SinkTest):
    def start(self, *words, **more):
        env = {k: v for k, v in os.environ.items() if k != "POSTHASTE_SERVER"}
        env["XDG_CONFIG_HOME"] = os.devnull    # nobody's own accounts
        env.update(more.pop("env", {}))
        more.setdefault("stdin", subprocess.DEVNULL)
        more.setdefault("stdout", subprocess.PIPE)
        process = subprocess.Popen([Sink.program, *words], env=env,
                                   stderr=subprocess.PIPE, **more)
        self.addCleanup(self.stop, process)
        return process

    @staticmethod
    def stop(process):
        if process.poll() is None:
            process.kill()
        for stream in (process.stdout, process.stderr, process.stdin):
            if stream:
                stream.close()
        process.wait()

    def finish(self, process, data=None):
        out, err = process.communicate(data, timeout=3 * SECONDS)
        return Run(process.returncode, out.decode(), err.decode())

    def posthaste(self, *words, data=None, **more):
        if data is not None:
            more["stdin"] = subprocess.PIPE
        return self.finish(self.start(*words, **more), data)

    def send(self, sink, *words, **more):
        """From ann to bob, unless `words` say something else."""
        usual = ["--from", "ann@example.org", "--to", "bob@example.org",
                 "--subject", "Hi", "--text", "hello"]
        return self.posthaste("send", "--server", self.url(sink), *usual,
                              *words, **more)

    @staticmethod
    def url(sink, scheme="smtp", user=""):
        return f"{scheme}://{user}localhost:{sink.port}"

    def write(self, name, text):
        path = os.path.join(self.folder(), name)
        with open(path, "wb") as out:
            out.write(text if isinstance(text, bytes) else text.encode())
        return path

    def one(self, run):
        """The only object of a run with --json; its keys are the contract."""
        objects = run.objects()
        self.assertEqual(len(objects), 1, run.out + run.err)
        self.assertEqual(list(objects[0]), KEYS)
        return objects[0]

    def assert_fate(self, run, code, outcome, stage):
        fate = self.one(run)
        self.assertEqual((run.code, fate["outcome"], fate["stage"]),
                         (code, outcome, stage), run.err)
        return fate

    @staticmethod
    def lines(path):
        with open(path, encoding="utf-8") as results:
            return [json.loads(line) for line in results]
