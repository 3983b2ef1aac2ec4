"""The seeds of the target dns: messages, and answers without their header."""

import struct

A, CNAME, MX, TXT, AAAA, SRV, TLSA = 1, 5, 15, 16, 28, 33, 52
TYPES = [A, MX, TXT, AAAA, SRV, TLSA]  # as the target has them
RAW = 8
ASKED = b"\xc0\x0c"  # a pointer to the question


def name(text):
    return b"".join(bytes([len(label)]) + label
                    for label in text.encode().split(b".") if label) + b"\0"


def record(kind, data, owner=ASKED, ttl=60):
    return owner + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data


def mx(preference, host):
    return record(MX, struct.pack(">H", preference) + host)


def srv(priority, weight, host):
    return record(SRV, struct.pack(">HHH", priority, weight, 25) + host)


def raw(kind, answers, flags=0x8180, count=None, behind=b""):
    """All of a message; b"" behind it is for other sections."""
    return (struct.pack(">6H", 7, flags, 1, len(answers) if count is None else count,
                        0, 0) + name("mx.test") + struct.pack(">HH", kind, 1) +
            b"".join(answers) + behind)


LOOPED = record(CNAME, ASKED)
AWAY = record(CNAME, name("b.test"))
ANSWERS = {
    A: [[record(A, b"\x7f\0\0\1"), record(A, b"\x7f\0\0\2", ttl=0x80000000)],
        [record(A, b"\x7f\0\0")], [LOOPED], [AWAY],
        [AWAY, record(A, b"\x7f\0\0\1", owner=name("B.Test"), ttl=1)],
        [record(A, b"\x7f\0\0\1", owner=name("other.test"))],
        [record(A, b"\x7f\0\0\1")] * 70],
    AAAA: [[record(AAAA, b"\0" * 15 + b"\1")], [record(AAAA, b"\0" * 15)]],
    MX: [[mx(20, name("a.test")), mx(10, b"\1b" + ASKED), mx(10, name("c.test"))],
         [mx(0, b"\0")], [mx(0, b"\0"), mx(1, name("a.test"))],
         [mx(1, name("192.0.2.1"))], [mx(1, name("a b.test"))],
         [mx(1, b"\xc0\xff")], [mx(1, name("x" * 63) * 5)], [record(MX, b"\0")],
         [mx(1, name("a.test") + b"x")], [mx(1, b"\x40a\0")],
         [mx(1, name(".".join(["x" * 60] * 4)))], [mx(1, b"\3a.b\0")]],
    TXT: [[record(TXT, b"\x08v=STSv1;\x05 id=1")], [record(TXT, b"\0")],
          [record(TXT, b"")], [record(TXT, b"\5ab")],
          [record(TXT, b"\1a\2bc\0\3def"), record(TXT, b"\1x", owner=b"\xc0\x25")]],
    SRV: [[srv(1, 0, name("a.test")), srv(1, 9, name("b.test")),
           srv(0, 5, name("c.test"))], [srv(0, 0, b"\0")], [record(SRV, b"\0" * 6)]],
    TLSA: [[record(TLSA, b"\3\1\1" + b"\xaa" * 32)], [record(TLSA, b"\3\1\1")],
           [record(TLSA, b"\3\1")]],
}


def dns():
    for number, kind in enumerate(TYPES):
        for answers in ANSWERS[kind] + [[], [AWAY, LOOPED]]:
            yield bytes([number, 5, 0x20, len(answers)]) + b"".join(answers)
            yield bytes([number | RAW, 5]) + raw(kind, answers)
        yield bytes([number, 5, 3, 0])  # no such name
        yield bytes([number, 5, 2, 0])  # trouble
        yield bytes([number, 5, 0, 1])  # fewer than said
        for flags in (0x8380, 0x0100, 0x8d80):
            yield bytes([number | RAW, 5]) + raw(kind, [], flags)
        yield bytes([number | RAW, 5]) + raw(kind, [], behind=b"\0" * 11)
        yield bytes([number | RAW, 5]) + raw(kind, [], count=0xFFF)
