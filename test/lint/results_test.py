#!/usr/bin/env python3
"""The counter of test/results.py counts what happened."""

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                ".."))
import results  # noqa: E402  (found by the path above)

TAP = "1..3\nok 1 - a\nnot ok 2 - b\n# 1 != 2\nnot ok 3 # SKIP c\n# not ok - t\n"
RAN = "..s\n" + "-" * 70 + "\nRan {} tests in 0.1s\n\n{}\n"


def case(result, stdout="", stderr=""):
    return {"name": "x", "result": result, "stdout": stdout, "stderr": stderr}


class Results(unittest.TestCase):
    def counted(self, *tests):
        """(the last line, the exit status)"""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log.json")
            with open(path, "w", encoding="utf-8") as out:
                out.writelines(json.dumps(test) + "\n" for test in tests)
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                status = results.main([path])
        return printed.getvalue().splitlines()[-1], status

    def test_cases_of_cmocka_are_counted(self):
        self.assertEqual(("1 passed, 1 failed, 1 skipped", 1),
                         self.counted(case("FAIL", TAP)))
        self.assertEqual(("2 passed, 0 failed", 0), self.counted(
            case("OK", "1..1\nok 1 - a\n# ok - t\n1..1\nok 1 - b\n")))

    def test_any_tap_is_understood(self):
        self.assertEqual(("2 passed, 1 failed, 2 skipped", 1), self.counted(
            case("FAIL", "ok 1\nok 2 a name\nok 3 - c # SKIP no root\n"
                 "not ok 4 # skip\nnot ok 5 - skipping\n1..5\n")))

    def test_cases_of_unittest_are_counted(self):
        self.assertEqual(("3 passed, 0 failed", 0), self.counted(
            case("OK", "", RAN.format(3, "OK"))))
        self.assertEqual(("4 passed, 3 failed, 2 skipped", 1), self.counted(
            case("FAIL", "", RAN.format(
                9, "FAILED (failures=1, errors=2, skipped=2)"))))

    def test_any_other_test_is_one_case(self):
        self.assertEqual(("1 passed, 0 failed", 0),
                         self.counted(case("OK", "ok, it seems\n")))
        self.assertEqual(("1 passed, 1 failed, 1 skipped", 1), self.counted(
            case("OK"), case("FAIL"), case("SKIP")))

    def test_a_crash_after_good_cases_is_a_failure(self):
        self.assertEqual(("1 passed, 1 failed", 1),
                         self.counted(case("FAIL", "1..2\nok 1 - a\n")))
        self.assertEqual(("0 passed, 1 failed", 1),
                         self.counted(case("TIMEOUT")))

    def test_a_run_of_nothing_is_a_failure(self):
        self.assertEqual(("0 passed, 0 failed", 1), self.counted())


if __name__ == "__main__":
    unittest.main()
