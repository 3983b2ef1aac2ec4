#!/usr/bin/env python3
"""Sums up what the tests of the table cover, where the run shows it:
covered.py DIALOGUE_TEST CELLS_TEST DIALOGUES CORPORA

Exit status 1 when anything is left uncovered."""

import os
import re
import subprocess
import sys

WAYS = re.compile(r"^ok .*: (\d+) ways$", re.M)
SHARE = re.compile(r"^(?:not )?ok \d+ - (.*\b(\d+)/(\d+)\b.*)$", re.M)


def output(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout, done.returncode == 0


def shares(text):
    """Prints `... N/M ...`; is each of them whole?"""
    found = SHARE.findall(text)
    for line, _, _ in found:
        print(line)
    return bool(found) and all(hit == of for _, hit, of in found)


def main(dialogue_test, cells_test, dialogues, corpora):
    played, good = output(dialogue_test, dialogues)
    ways = [int(number) for number in WAYS.findall(played)]
    scripts = [name for name in os.listdir(dialogues) if name.endswith(".txt")]
    print(f"{len(scripts)} dialogues with {len(ways)} endings, "
          f"played in {sum(ways)} ways")
    good &= shares(played)
    tried, sound = output(cells_test, dialogues)
    good &= sound and shares(tried)
    for target in sorted(os.listdir(corpora)):
        count = len(os.listdir(os.path.join(corpora, target)))
        good &= count > 0
        print(f"{count} inputs for fuzz-{target}")
    return not good


sys.exit(main(*sys.argv[1:]))
