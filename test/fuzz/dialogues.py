"""What the dialogues of test/dialogue have in them."""

import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
DIALOGUES = os.path.join(HERE, "..", "dialogue")

ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(.))")
PLAIN = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"0": b"\0", b"\\": b"\\"}


def unescaped(text):
    return ESCAPE.sub(lambda m: bytes([int(m[1], 16)]) if m[1]
                      else PLAIN.get(m[2], m[2]), text)


def scripts():
    """The lines of each dialogue."""
    for name in sorted(os.listdir(DIALOGUES)):
        if name.endswith(".txt"):
            with open(os.path.join(DIALOGUES, name), "rb") as script:
                yield script.read().splitlines()


def said(who, line):
    """The octets of a line that `who` says; None if it is no such line."""
    if line.startswith(who + b": "):
        return line[3:] + b"\r\n"
    return unescaped(line[3:]) if line.startswith(who + b"! ") else None


def dialogues():
    """What each dialogue's server says, and what its client says."""
    for lines in scripts():
        yield [b"".join(filter(None, (said(who, line) for line in lines)))
               for who in (b"S", b"C")]
