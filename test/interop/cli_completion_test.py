#!/usr/bin/env python3
"""posthaste completion in the shells themselves: cli_completion_test.py PROGRAM

The same questions are put to each shell: bash is handed the words of a line,
fish is asked what it would offer, and zsh, which answers nobody but a person,
gets a terminal and the key.
"""

import os
import pty
import re
import select
import shutil
import subprocess
import tempfile
import time
import unittest

from sink_talk import SECONDS, Sink, main

CONFIG = ("[default]\naccount = work\n\n[work-of-ann]\nuser = ann\n"
          "[$(touch${IFS}made)]\nuser = eve\n")

# What is typed; what is among the offers; what is not.
QUESTIONS = [
    ("posthaste se", {"send"}, {"sink", "batch"}),
    ("posthaste send --tls ", {"none", "opportunistic", "required"}, {"1.2"}),
    ("posthaste send --tls o", {"opportunistic"}, {"none"}),
    ("posthaste send --take", {"--take-recipients"}, {"--list"}),
    ("posthaste batch --li", {"--list", "--limit"}, {"--listen"}),
    ("posthaste batch --format ", {"csv", "jsonl", "txt"}, {"table"}),
    ("posthaste states --format ", {"markdown", "svg"}, {"csv"}),
    ("posthaste states --state RC", {"RCPT"}, {"MAIL"}),
    ("posthaste send --auth SCRAM-SHA-2", {"SCRAM-SHA-256"}, {"PLAIN"}),
    ("posthaste send --auth PLAIN,LOG", {"PLAIN,LOGIN"}, {"PLAIN,PLAIN"}),
    ("posthaste sink --without CHU", {"CHUNKING"}, {"SIZE"}),
    ("posthaste send --server sm", {"smtp://", "smtps://"}, {"lmtp://"}),
    ("posthaste send --account ", {"gmail", "work-of-ann"}, {"probe"}),
    ("posthaste send --tls-ca let", {"letter.pem"}, {"sub/"}),
    ("posthaste send --text @let", {"@letter.pem"}, {"letter.pem"}),
    ("posthaste sink --dir s", {"sub/"}, {"letter.pem"}),
    ("posthaste replay let", {"letter.pem"}, {"--help"}),
    ("posthaste completion ", {"bash", "zsh", "fish"}, {"letter.pem"}),
]

BASH = r"""
source <("$1" completion bash) || exit 1
complete -p posthaste || exit 1
while IFS= read -r line; do
    read -r -a COMP_WORDS <<< "$line"
    [[ $line == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _posthaste 2>/dev/null
    echo "? ${COMPREPLY[*]}"
done
"""


class Shell(unittest.TestCase):
    def setUp(self):
        where = tempfile.TemporaryDirectory()
        self.addCleanup(where.cleanup)
        self.folder = where.name
        self.addCleanup(self.assert_nothing_ran)
        os.makedirs(os.path.join(self.folder, "sub"))
        os.makedirs(os.path.join(self.folder, "config", "posthaste"))
        for name, text in (("letter.pem", ""),
                           ("config/posthaste/config", CONFIG)):
            with open(os.path.join(self.folder, name), "w",
                      encoding="utf-8") as out:
                out.write(text)
        path = os.path.dirname(Sink.program) + ":" + os.environ["PATH"]
        self.env = {"PATH": path, "HOME": self.folder, "TERM": "dumb",
                    "LC_ALL": "C.UTF-8",
                    "XDG_CONFIG_HOME": os.path.join(self.folder, "config")}

    def shell(self, *words, text=""):
        run = subprocess.run(words, input=text, capture_output=True, text=True,
                             cwd=self.folder, env=self.env, timeout=SECONDS,
                             check=False)
        self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)
        return run.stdout

    def assert_nothing_ran(self):
        """What the name of an account looks like is not done."""
        self.assertFalse(os.path.exists(os.path.join(self.folder, "made")))

    def judge(self, line, offers, wanted, unwanted):
        offers = {offer.rstrip("/") for offer in offers}
        self.assertLessEqual({w.rstrip("/") for w in wanted}, offers, line)
        self.assertFalse(unwanted & offers, line)


class Scripts(Shell):
    def test_bash(self):
        out = self.shell("bash", "--norc", "-c", BASH, "bash", Sink.program,
                         text="".join(q[0] + "\n" for q in QUESTIONS))
        answers = out.splitlines()[1:]
        self.assertEqual(len(answers), len(QUESTIONS), out)
        for (line, wanted, unwanted), answer in zip(QUESTIONS, answers):
            self.assertEqual(answer[:2], "? ")
            self.judge(line, answer[2:].split(), wanted, unwanted)

    def test_bash_takes_a_value_behind_an_equals_sign(self):
        ask = (f"source <({Sink.program} completion bash)\n"
               "COMP_WORDS=(posthaste send --tls = re) COMP_CWORD=4\n"
               "_posthaste; echo ${COMPREPLY[@]}\n"
               "COMP_WORDS=(posthaste send --tls =) COMP_CWORD=3\n"
               "_posthaste; echo ${COMPREPLY[@]}\n")
        self.assertEqual(self.shell("bash", "--norc", "-c", ask),
                         "required\nnone opportunistic required\n")

    @unittest.skipUnless(shutil.which("fish"), "there is no fish")
    def test_fish(self):
        script = self.shell(Sink.program, "completion", "fish")
        ask = "".join(f"echo '?'; complete -C'{line}'\n"
                      for line, _, _ in QUESTIONS)
        out = self.shell("fish", "--no-config", text=script + ask)
        answers = out.split("?\n")[1:]
        self.assertEqual(len(answers), len(QUESTIONS), out)
        for (line, wanted, unwanted), answer in zip(QUESTIONS, answers):
            offers = [o.split("\t")[0] for o in answer.splitlines()]
            self.judge(line, offers, wanted, unwanted)


@unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
class Zsh(Shell):
    """Only what a terminal shows can be seen: what zsh makes of a line that
    one offer completes, and the lists of those that several do."""

    def setUp(self):
        super().setUp()
        try:
            self.pid, self.terminal = pty.fork()
        except OSError as error:
            self.skipTest(f"no pseudo-terminal: {error}")
        if not self.pid:
            os.chdir(self.folder)
            os.execvpe("zsh", ["zsh", "-f", "-i"],
                       {**self.env, "COLUMNS": "200"})
        self.addCleanup(self.end)

    def prepare(self, before, behind):
        """Words before compinit and behind it: two ways to come to know it."""
        self.type("PS1=; unsetopt list_ambiguous prompt_cr zle_bracketed_paste; "
                  f"stty columns 200; {before}; "
                  "autoload -U compinit; compinit -u -D; "
                  "zstyle ':completion:*' list-prompt ''; "
                  f"LISTMAX=1000; unsetopt beep; {behind}\n"
                  "show() { print -r -- \"<<${BUFFER}>>\"; "
                  "zle kill-whole-line; zle redisplay }\n"
                  "zle -N show; bindkey '^X' show; print rea''dy\n")
        self.until("ready")

    def end(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)

    def type(self, text):
        os.write(self.terminal, text.encode())

    def until(self, mark):
        seen = ""
        deadline = time.monotonic() + SECONDS
        while mark not in seen:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.terminal], [], [], left)[0]:
                self.fail(f"{mark} was never said: {seen!r}")
            seen += os.read(self.terminal, 65536).decode(errors="replace")
        return seen

    def test_installed(self):
        script = self.shell(Sink.program, "completion", "zsh")
        with open(os.path.join(self.folder, "config", "_posthaste"), "w",
                  encoding="utf-8") as out:
            out.write(script)
        self.prepare("fpath=(~/config $fpath)", ":")
        self.ask(QUESTIONS)

    def test_sourced(self):
        self.prepare(":", f"source <({Sink.program} completion zsh)")
        self.ask(QUESTIONS[:4])

    def ask(self, questions):
        for line, wanted, unwanted in questions:
            self.type(line + "\t\x18")
            seen = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.until(">>"))
            if len(wanted) == 1:
                made = seen.rsplit("<<", 1)[1].split(">>")[0].rstrip()
                self.judge(line, [made.split(" ")[-1]], wanted, unwanted)
            else:
                listed = seen.split("\n", 1)[1].split("<<")[0].split()
                self.judge(line, listed, wanted, unwanted)


if __name__ == "__main__":
    main()
