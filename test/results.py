#!/usr/bin/env python3
"""Counts the cases of a test run: results.py TESTLOG.json...

Reads what `meson test` wrote down (a JSON object a test, with its output).
Cases are counted one by one where the test names or counts them: cmocka's when
CMOCKA_MESSAGE_OUTPUT=TAP, and those of Python's unittest. Any other test is
one case. The last line printed is `N passed, N failed[, N skipped]`; the exit
status is 1 when something failed, or when nothing ran at all.
"""

import json
import re
import sys
from collections import Counter

TAP_PLAN = re.compile(r"^1\.\.\d+", re.M)
TAP_LINE = re.compile(r"^(not )?ok \d+(?:.*(# SKIP\b))?", re.M | re.I)
UNITTEST = re.compile(r"^Ran (\d+) tests? in [^\n]*\n+(?:OK|FAILED|NO TESTS RAN)"
                      r"(?: \(([^)]*)\))?$", re.M)


def tap_cases(text):
    """A case that was left out may be `not ok` (cmocka's are)."""
    cases = Counter()
    for line in TAP_LINE.finditer(text):
        failed, skipped = line.groups()
        cases["skipped" if skipped else "failed" if failed else "passed"] += 1
    return cases


def unittest_cases(text):
    cases = Counter()
    for run in UNITTEST.finditer(text):
        found = dict(re.findall(r"(\w[\w ]*)=(\d+)", run.group(2) or ""))
        count = {name: int(number) for name, number in found.items()}
        failed = sum(count.get(name, 0) for name in
                     ("failures", "errors", "unexpected successes"))
        skipped = count.get("skipped", 0)
        cases["failed"] += failed
        cases["skipped"] += skipped
        cases["passed"] += max(0, int(run.group(1)) - failed - skipped)
    return cases


def count(test):
    """The cases of one test. Its exit status has the last word."""
    result = test["result"]
    if result == "SKIP":
        return Counter(skipped=1)
    stdout, stderr = test.get("stdout", ""), test.get("stderr", "")
    cases = Counter()
    if TAP_PLAN.search(stdout):
        cases += tap_cases(stdout)
    cases += unittest_cases(stderr) + unittest_cases(stdout)
    good = result in ("OK", "EXPECTEDFAIL")
    if not good and not cases["failed"]:
        cases["failed"] = 1
    if good and not cases:
        cases["passed"] = 1
    return cases


def read(path):
    with open(path, encoding="utf-8") as log:
        return [json.loads(line) for line in log if line.strip()]


def main(paths):
    total = Counter()
    for path in paths:
        for test in read(path):
            cases = count(test)
            total += cases
            if cases["failed"]:
                print(f"failed: {test['name']} ({test['result']})")
    line = f"{total['passed']} passed, {total['failed']} failed"
    if total["skipped"]:
        line += f", {total['skipped']} skipped"
    print(line)
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
