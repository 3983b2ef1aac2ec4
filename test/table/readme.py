#!/usr/bin/env python3
"""The table in README.md, and the picture beside it, are what the program
prints.

Usage: readme.py POSTHASTE SOURCE_ROOT [--write]"""
import difflib
import os
import subprocess
import sys

BEGIN = '<!-- states:begin -->\n'
END = '<!-- states:end -->'


def states(program, form):
    return subprocess.run([program, 'states', '--format', form], check=True,
                          capture_output=True, encoding='utf-8').stdout


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def check(path, wanted, write):
    """True if the file is as wanted, or has been made so."""
    found = read(path) if os.path.exists(path) else ''
    if found == wanted:
        return True
    if write:
        with open(path, 'w', encoding='utf-8') as f:
            f.write(wanted)
        return True
    sys.stdout.writelines(difflib.unified_diff(
        found.splitlines(True), wanted.splitlines(True), path, 'printed now'))
    return False


def main():
    program, root = sys.argv[1:3]
    write = sys.argv[3:] == ['--write']
    readme = os.path.join(root, 'README.md')
    text = read(readme)
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        print(f'{readme}: want {BEGIN.strip()} and {END} once each, on lines '
              'of their own')
        return 1
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    table = '\n' + states(program, 'markdown') + '\n'
    good = check(readme, before + BEGIN + table + END + after, write)
    good &= check(os.path.join(root, 'src', 'states', 'states.svg'),
                  states(program, 'svg'), write)
    if not good:
        print(f'run: test/table/readme.py {program} {root} --write')
    return 0 if good else 1


sys.exit(main())
