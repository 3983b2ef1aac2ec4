"""Seeds for the machine: each dialogue as an input, and sessions that no
dialogue has. What the octets mean is said at the top of machine_fuzz.c, whose
names these are.
"""

import re

from dialogues import said, scripts

WITH_AUTH, LMTP, CHUNKING, FORCE_8BIT, NOT_PIPELINED = 4, 8, 16, 32, 64
KEEP_COMMIT, KEEP_READY, LAZY, AT_ONCE = 32, 64, 128, 128
EMPTY_FIRST, OPEN_END, BROKEN = 32, 64, 128
TLS = {b"required": 0, b"opportunistic": 1, b"none": 2, b"implicit": 3}
NO_TLS, IMPLICIT = 2, 3
SWITCHES = {b"lmtp": LMTP, b"chunking": CHUNKING, b"8bit": FORCE_8BIT,
            b"user": WITH_AUTH, b"without": NOT_PIPELINED}
WORDS = {b"size": 8, b"all-or-nothing": 16, b"commit": 32, b"binary": 64,
         b"utf8": 128 | 4}
REPLIES = {b"250": 0, b"220": 1, b"354": 2, b"235": 7, b"221": 10, b"550": 11,
           b"450": 12, b"503": 15, b"421": 17, b"535": 18, b"504": 19}
SIGNALS = {b"tls-up": 0, b"go": 1, b"tls-failed": 2, b"body-failed": 3,
           b"quit": 4, b"timeout": 5, b"lost": 6}
TEXT, BEFALL = 0x80, 0xC0
QUERY = BEFALL + 8
INPUT_MAX = 1024  # octets: what the fuzzer is told too


def repeated(lines):
    for line in lines:
        if line.startswith(b"times "):
            _, count, what = line.split(b" ", 2)
            for i in range(int(count)):
                yield what.replace(b"#", b"%d" % i)
        else:
            yield line


def first_ending(lines):
    """Where a dialogue has several (`either`): the first, with its first value."""
    at = [i for i, line in enumerate(lines) if line.startswith(b"either ")]
    if not at:
        return lines
    value = lines[at[0]].split()[1]
    end = (at + [len(lines)])[1]
    return lines[:at[0]] + [line.replace(b"$", value)
                            for line in lines[at[0] + 1:end]]


def setting(lines):
    """The octets that say how a dialogue's session begins."""
    options, habits, giving, kinds = 0, 1, 0, []
    for line in lines:
        words = line.split()
        if line.startswith(b"option "):
            if words[1] == b"tls":
                options |= TLS[words[2]]
            options |= SWITCHES.get(words[1], 0)
            if words[1] == b"ahead":
                habits += int(words[2]) - 1
            habits |= KEEP_COMMIT * (words[1] == b"hold-commit")
            giving |= OPEN_END * (words[1] == b"open-end")
            giving |= int(words[2]) if words[1] == b"piece" else 0
        elif line.startswith(b"message "):
            kind = min(len(re.findall(rb"<", line)) - 1, 3) - 1
            for word in words:
                kind |= WORDS.get(word, 0)
            kinds.append(kind)
        elif line.startswith(b"query "):
            habits |= KEEP_READY
        elif line.startswith(b"body ") and re.search(rb"\\r(?!\\n)", line):
            giving |= BROKEN
    return bytes([options, habits, len(kinds), giving] + kinds)


def is_whole(reply):
    """Is its last line the last one of a reply?"""
    last = reply[reply.rfind(b"\n", 0, -1) + 1:]
    return last.endswith(b"\n") and last[3:4] != b"-"


def in_octets(reply):
    """By its number, if one line is all there is to it; else in words."""
    if reply.count(b"\n") == 1 and reply[:3] in REPLIES:
        return bytes([REPLIES[reply[:3]]])
    return bytes([TEXT]) + reply.split(b"\0")[0] + b"\0"


def happens(lines):
    """What follows: replies, signals, and questions where there are some."""
    asks = any(line.startswith(b"query ") for line in lines)
    reply = b""
    for line in lines:
        words = said(b"S", line)
        reply += words or b""
        if reply and (words is None or is_whole(reply)):
            yield in_octets(reply)
            reply = b""
        if line.startswith(b"tell "):
            yield bytes([BEFALL + SIGNALS[line.split()[1]]])
        if line == b"event ready" and asks:
            yield bytes([QUERY])


# What no dialogue has: crowds that fill the window, transports that are slow,
# replies in one segment.
GROUPS, CHUNKS, CROWD = 4, 3, 3  # two replies to EHLO; a kind of message
ALL = [0] * 110
SESSIONS = [
    [NO_TLS, 2, 2, 0, CROWD, CROWD, 1, GROUPS, 0] + ALL + [2, 0, 0, 0] + ALL +
    [NO_TLS, 0, 10],
    [NO_TLS, 1, 1, 0, CROWD, 1, GROUPS, 11] + [15] * 110 + [0, 10],
    [NO_TLS | CHUNKING, 0, 3, 6, 0, CROWD, CROWD, 1, CHUNKS] + ALL * 3,
    [NO_TLS | CHUNKING, 0, 3, 6, 0, CROWD, 2, 1, CHUNKS] + [0] * 9 + [12] +
    [15] * 110 + [0] * 20,
    [NO_TLS | CHUNKING, 17, 20, 4] + [2] * 20 + [1, CHUNKS] + [0] * 180,
    [NO_TLS | CHUNKING, 17, 20, 0] + [0] * 20 + [1, CHUNKS] + [0] * 40 + [23],
    [NO_TLS | LMTP, 2, 2, 0, CROWD, 2, 1, GROUPS] + [0] * 60 + [11] * 51 + [2] +
    [0] * 60 + [0] * 5 + [2, 0, 11, 0],
    [NO_TLS | LMTP | CHUNKING, 3, 3, 8, 2, CROWD, 0, 1, CHUNKS] + ALL * 2,
    [NO_TLS, 2 | LAZY, 3, 0, 0, 1, 2, 1, 0xA2, 0xA5, GROUPS] +
    [0xBF, 0, 0, 2, 0xA3, 11, 0xBF, 0, 0xA4, 0, 0xBF, 0xBF, 0, 0, 2] * 3,
    [NO_TLS | CHUNKING, 4 | LAZY, 3, 3, 0, 1, 2, 1, 0xBF, CHUNKS] +
    [0xBF, 0, 0, 0xA4, 0xA4, 11, 0xBF, 0, 0xA1, 0, 0xBF, 0] * 4,
    [NO_TLS, 2, 2 | AT_ONCE, 3, 1, 1, TEXT, *b"220 a\r\n250-b\r\n250 PIPELINING\r\n"
     b"250 c\r\n250 d\r\n550 e\r\n354 f\r\n", 0, 0, 0, 0, 0, 2, 0, 10],
    [NO_TLS, 2, 2, 32, 32, 32, 1, GROUPS, 0, 0, 2, 0, 0, 0, 0, 2, 11, 0, 10],
    [NO_TLS | CHUNKING, 2, 2, EMPTY_FIRST | OPEN_END | 5, 64, 16 | 2, 1, CHUNKS] +
    [0] * 20,
    [NO_TLS, 2, 2, BROKEN | 3, 64, 0, 1, CHUNKS] + [0] * 12 + [2],
    [NO_TLS | CHUNKING, 2, 2, BROKEN | 8, 0, 0, 1, CHUNKS] + [0] * 20,
    [0, 1, 1, 0, 0, 1, 6, 0, 0], [0, 1, 1, 0, 0, 1, CHUNKS, 11, 0, 0],
    [WITH_AUTH, 1, 1, 0, 0, 1, CHUNKS, 1, BEFALL, CHUNKS, 7, 0, 0, 2, 0, 10],
    [IMPLICIT | WITH_AUTH, 1, 1, 0, 0, BEFALL, 1, CHUNKS, 9, 18, 20, 8, 8, 7, 0],
    [NO_TLS, 1, 4, 0, 1, 2, 2, 128, 1, 5] + [0, 0, 13, 2, 0] * 6,
]


def machine():
    seen = set()
    for lines in scripts():
        whole = first_ending(list(repeated(lines)))
        seed = setting(whole) + b"".join(happens(whole))
        if len(seed) <= INPUT_MAX and seed not in seen:
            seen.add(seed)
            yield seed
    yield from map(bytes, SESSIONS)
