#!/usr/bin/env python3
"""Graphviz reads what `posthaste states --format dot` prints, and finds every
state in it. Usage: graphviz.py POSTHASTE DOT"""
import json
import subprocess
import sys


def states(program, *args):
    return subprocess.run([program, 'states', *args], check=True,
                          capture_output=True, text=True).stdout


def main():
    program, dot = sys.argv[1:3]
    names = json.loads(states(program, '--format', 'json'))['states']
    read = subprocess.run([dot, '-Tplain'], check=True, capture_output=True,
                          text=True,
                          input=states(program, '--format', 'dot'))
    nodes = {line.split()[1] for line in read.stdout.splitlines()
             if line.startswith('node ')}
    missing = [name for name in names if name not in nodes]
    if missing or read.stderr:
        print('missing:', missing, read.stderr)
    return 1 if missing or read.stderr else 0


sys.exit(main())
