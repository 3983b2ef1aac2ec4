#!/usr/bin/env python3
"""Spin goes through every run of the table against every server: spin.py TABLE

model.pml says what is modelled and asserted. Each configuration is gone through
exhaustively; then tables with one cell changed have to be noticed. Exit status
77: spin is not installed."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = sys.argv.pop(1)

USUAL = {"MAILS": 2, "RCPTS": 2, "FLIGHT": 5, "CHUNKS": 1, "CHUNKS_IN_AIR": 2,
         "LMTP": 0, "BDAT": 0, "PIPELINING": 1, "LOGIN": 0}
RUNS = {
    "data": {},
    "data, a small window": {"FLIGHT": 2},
    "data, three transactions": {"MAILS": 3, "RCPTS": 1},
    "data, waiting for each reply": {"PIPELINING": 0},
    "lmtp": {"LMTP": 1},
    "bdat": {"BDAT": 1},
    "bdat and data, waiting for each reply": {"BDAT": 2, "PIPELINING": 0},
    "bdat or data": {"BDAT": 2, "RCPTS": 1},
    "lmtp with bdat": {"BDAT": 1, "LMTP": 1},
    "login": {"LOGIN": 1, "MAILS": 1, "RCPTS": 1, "CHUNKS": 0},
}
# One cell changed: in which run it is noticed, the row, the cell, and what
# stands in its place.
MUTANTS = [
    ("data", "MAIL", "(spoil,GONE_ON)", "(spoil,CLEAR)"),
    ("data", "GONE_ON", "(pass,RCPT)", "(pass,CLEAR)"),
    ("data, waiting for each reply", "GONE_ON", "(finish,CLEAR)",
     "(pass,CLEAR)"),
    ("data", "TOO_LATE", "(pass,CHUNKED)", "(finish,CLEAR)"),
    ("data", "STILL", "(pass,LONE)", "(pass,BODY)"),
    ("data", "GOOD", "(finish,BEHIND)", "(pass,BEHIND)"),
    ("data", "BAD", "(finish,CLEAR)", "(finish,SPENT)"),
    ("data", "BEHIND", "(pass,RSET)", "(pass,SPENT)"),
    ("data", "CLEAR", "(pass,RSET)", "(pass,SPENT)"),
    ("data", "LEAVE", "(pass,CLOSED)", "(pass,QUIT)"),
    ("data", "BODY", "(refuse,CLOSED)", "(refuse,CLEAR)"),
    ("lmtp", "GOOD", "(pass,ENDING)", "(finish,BEHIND)"),
    ("lmtp", "LONE", "(breach,CLOSED)", "(pass,DOT)"),
    ("bdat", "SWALLOWED", "(pass,BODY)", "(finish,CLEAR)"),
    ("bdat", "WANTED", "(pass,SWALLOWED)", "(pass,BODY)"),
    ("bdat", "LAST", "(decline,BAD)", "(decline,CLEAR)"),
    ("login", "MUST_TLS", "(no_tls,QUIT)", "(pass,NEED_AUTH)"),
    ("login", "MAY_AUTH", "(pass,GO_WITHOUT)", "(pass,CAN_AUTH)"),
    ("login", "CANCEL", "(drop,CAN_AUTH)", "(pass,CAN_AUTH)"),
]


def rows():
    """The table without blanks, so that a cell is found however it is set."""
    with open(TABLE, encoding="utf-8") as f:
        lines = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S).splitlines()
    return "\n".join(line if line.startswith("#") else re.sub(r"\s", "", line)
                     for line in lines) + "\n"


def changed(state, cell, other):
    """The first such cell of the state's row, or of an exception to it."""
    found = re.compile(rf"^(\w+\({state},.*?){re.escape(cell)}", re.M)
    text, count = found.subn(lambda m: m[1] + other, rows(), count=1)
    assert count == 1, f"{state} has no {cell}"
    return text


class Spin(unittest.TestCase):
    def call(self, folder, *words):
        run = subprocess.run(words, cwd=folder, text=True, check=False,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(run.returncode, 0, run.stdout[-2000:])
        return run.stdout

    def model(self, folder, table, run):
        """Writes the verifier. SAFETY leaves out what looks for endless runs;
        NP has it: at twice the price."""
        with open(os.path.join(folder, "rows.def"), "w", encoding="utf-8") as f:
            f.write(table)
        given = {**USUAL, **RUNS[run], "TABLE": '"rows.def"'}
        self.call(folder, "cc", "-E", "-P", "-undef", "-x", "c", f"-I{folder}",
                  *(f"-D{name}={value}" for name, value in given.items()),
                  os.path.join(HERE, "model.pml"), "-o", "smtp.pml")
        self.call(folder, "spin", "-a", "smtp.pml")
        self.call(folder, "cc", "-O1", "-w", "-DNP", "-DMEMLIM=1000",
                  "-DVECTORSZ=2048", "-o", "pan", "pan.c")

    def go_through(self, table, run):
        """(how many states there are, what led to a fault or "")"""
        with tempfile.TemporaryDirectory() as folder:
            self.model(folder, table, run)
            out = self.call(folder, "./pan", "-l", "-m100000", "-w22")
            self.assertNotIn("max search depth too small", out)
            self.assertNotIn("out of memory", out)
            wrong = re.search(r"errors: (\d+)", out)[1] != "0"
            return (int(re.search(r"(\d+) states, stored", out)[1]),
                    self.trace(folder) if wrong else "")

    def trace(self, folder):
        """What led there, a line for each step and each command."""
        out = subprocess.run(["spin", "-t", "smtp.pml"], cwd=folder, text=True,
                             check=False, stdout=subprocess.PIPE).stdout
        return "\n".join(line.strip() for line in out.splitlines()
                         if " in ST_" in line or " says " in line
                         or "assertion" in line) or "an endless run"

    def go_through_all(self, tables, runs):
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(self.go_through, tables, runs))

    def test_no_run_goes_wrong(self):
        found = self.go_through_all([rows()] * len(RUNS), RUNS)
        for run, (states, wrong) in zip(RUNS, found):
            with self.subTest(run):
                print(f"{states:9} states: {run}", flush=True)
                self.assertEqual(wrong, "")

    def test_a_changed_cell_is_noticed(self):
        tables = [changed(*change) for _, *change in MUTANTS]
        found = self.go_through_all(tables, [run for run, *_ in MUTANTS])
        for (_, state, cell, other), (_, wrong) in zip(MUTANTS, found):
            with self.subTest(f"{state}: {cell} -> {other}"):
                self.assertNotEqual(wrong, "", "nothing was noticed")


if __name__ == "__main__":
    if not shutil.which("spin"):
        print("skipped: spin is not installed (third_party/packages, [ci])")
        sys.exit(77)
    unittest.main()
