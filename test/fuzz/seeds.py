#!/usr/bin/env python3
"""Writes the seeds of a corpus, seed-001 and so on: seeds.py TARGET DIRECTORY

Derived from the dialogues, or made by hand where those have nothing. What the
octets mean is said at the top of each target.
"""

import os
import sys

from dialogues import dialogues
from dns_seeds import dns
from machine_seeds import machine


def reply():
    for server, _ in dialogues():
        yield b"\0" + server
    yield b"\x00250 x\xfe\xff\xfe\x01\r\n"  # by a few octets
    yield b"\x00250 " + b"x\xfe\xff" * 2 + b"\r\n"  # a line over the limit
    yield b"\x00250-a\r\n\xfd\xff\xfd\x05250 b\r\n"  # too many lines
    yield b"\x00250-" + b"x\xfe\xff\r\n\xfd\x05"  # too many octets
    yield b"\x00250-" + b"\xc3\xa9x\xfe\x20\r\n\xfd\x05250 2.0.0 z\r\n"


def address():
    return [
        b"user@example.com", b"first.last+tag@sub.example.co.uk", b"",
        b"postmaster", b"PostMaster", b"\"john doe\"@example.com",
        b"\"a@b\"@example.com", b"\"a\\\"b\"@example.com", b"\"\"@x",
        b"user@[192.0.2.1]", b"user@[IPv6:2001:db8::1]", b"a@[ipv6:::1]",
        b"user@[IPv6:::ffff:192.0.2.1]", b"u@[IPv6:1:2:3:4:5:6:7:8]",
        "用户@例え.jp".encode(), b".user@example.com", b"us..er@example.com",
        b"user@-example.com", b"user@example.com.", b"user@[300.1.1.1]",
        b"user@example.com\r\nRCPT TO:<x@y>", b"a@b> NOTIFY=NEVER",
        b"\"a> ORCPT=rfc822;x\"@b", b"@r1,@r2:u@h", b"g: a@b;", b"u(x)@h",
        b"a@b@c", b"a" * 64 + b"@b", b"a" * 65 + b"@b", b"a@" + b"b" * 63,
        b"a@" + b"b" * 64 + b".c", b"=?utf-8?q?x=40evil?=@h", b"a\xfe\x01@example.com",
        b"a@b\xfe\x01", b"a@" + b"b\xfe\x01." * 3 + b"c", b"\xff@example.com",
        "grün@bücher.example".encode(), "a@BÜCHER.example".encode(),
        "a@faß.de".encode(), "a@xn--bcher-kva.example".encode(),
        "a@ｅｘａｍｐｌｅ.com".encode(), "a@例え。jp".encode(), "a@☃.net".encode(),
        "\"ü b\"@x".encode(), "\"\\ü\"@x".encode(), "\"plain\"@ü.x".encode(),
        "a@［192.0.2.1］".encode(), "a@\u200d.x".encode(), "a@א1.x".encode(),
        "a@".encode() + "ü".encode() * 60 + b".x", "a@e\u0301.x".encode(),
    ]


def content():
    for text in [
            b"", b"Hello\r\n", b"no line end", b".", b".\r\n", b"..\r\n.x\r\n",
            b"a\n.\nb\n", b"a\r\n.\r\nMAIL FROM:<x@y>\r\n", b"a\r.\rb",
            b"a\n.\r\n", b"a\r\n.\n", b"a\r", b"a\r\r\n", b"nul \0 here\n",
            b"\n\n\n", b"\r\n.\r\n", b"a\r\n.\rb\r\n.\r\n", b"x\xfe\x10\n\xfd\x05",
            b".x\xfe\x02\r\n..\xfe\x03\n\xfd\x20end", b"\xc3\xa9\r\n."]:
        yield b"\1" + text


TALKS = [
    b"HELO a\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n..x\r\n.\r\n",
    b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<d@e.f>\r\nDATA\r\nx\r\n.\r\n"
    b"MAIL FROM:<g@h.i>\r\nRCPT TO:<j@k.l>\r\nDATA\r\n.\r\nQUIT\r\nNOOP\r\n",
    b"EHLO a\r\nMAIL FROM:<a@b> SIZE=4001\r\nMAIL FROM:<a@b> SIZE=12 "
    b"BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x\r\n"
    b"RCPT TO:<\xc3\xa9@b> NOTIFY=NEVER ORCPT=rfc822;c@d\r\nRSET\r\nDATA\r\n",
    b"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n\xfd\x40DATA\r\n"
    b"x\xfe\x10\r\n\xfd\x04.\r\n",
    b"EHLO a\r\nSTARTTLS\r\n", b"EHLO a\r\nSTARTTLS\r\nEHLO b\r\nQUIT\r\n",
    b"EHLO a\r\nAUTH PLAIN AGFubgBwZW5jaWw=\r\nMAIL FROM:<a@b>\r\n",
    b"EHLO a\r\nAUTH LOGIN\r\nYW5u\r\ncGVuY2ls\r\nMAIL FROM:<a@b>\r\n"
    b"RCPT TO:<c@d>\r\nDATA\r\n.\r\n",
    b"EHLO a\r\nAUTH PLAIN\r\n*\r\nAUTH PLAIN =\r\nAUTH X\r\n",
    b"NOOP\nNOOP\r\n\r\nVRFY x\r\nEXPN\r\nHELP\r\nDATA\r\nRSET x\r\n",
    b"NOOP \xfe\x40\r\nNOOP\r\nNOOP \xfe\xff\r\nQUIT\r\n",
    b"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<@r,@s:\"x>\"@c> \r\nDATA\r\n"
    b"a\n.\r\n.\n\r\n.\r\r\n..\r\n.\r\n",
]

# With LMTP, LIMITS, rarer extensions: bits of the second octet.
CHUNKED = (b"MAIL FROM:<a@b> BODY=BINARYMIME\r\nRCPT TO:<c@d>\r\n"
           b"RCPT TO:<e@f>\r\nBDAT 5\r\na\r\0.\nBDAT 0\r\nBDAT 3 LAST\r\n\r\n.")
MORE = [
    (0, 0, b"EHLO a\r\n" + CHUNKED * 2 + b"QUIT\r\n"),
    (0, 0, b"EHLO a\r\nMAIL FROM:<a@b>\r\nBDAT 5\r\nNOOP\nBDAT 0 LAST\r\n"
     b"RSET\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 4001 LAST\r\n"
     b"x\xfe\x3ey\xfe\x10\r\nDATA\r\nBDAT x\r\nQUIT\r\n"),
    (0, 0, b"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 2\r\nabDATA\r\n"
     b"BDAT 1 LAST\r\nc"),
    (0, 32, b"LHLO a\r\n" + CHUNKED + b"EHLO a\r\nMAIL FROM:<a@b>\r\n"
     b"RCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n.\r\nBDAT 1 LAST\r\nxQUIT\r\n"),
    (0x40, 32, b"content@c@*=452 full\0LHLO a\r\n" + CHUNKED),
    (0x40, 32, b"content=452 full\0LHLO a\r\n" + CHUNKED),
    (0x40, 32, b"content@e@*=drop\0LHLO a\r\n" + CHUNKED),
    (0x40, 32, b"bdat@2=554 no\0LHLO a\r\n" + CHUNKED),
    (0, 64, b"EHLO a\r\n" + b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"
     b"RCPT TO:<c@e>\r\nRCPT TO:<c@f>\r\nRSET\r\n\xfd\x02" * 4),
    (0, 128, b"EHLO a\r\nMAIL FROM:<a@b> BY=120;RT HOLDFOR=60 MT-PRIORITY=-3\r\n"
     b"RSET\r\nMAIL FROM:<a@b> HOLDUNTIL=2030-01-01T00:00:00Z REQUIRETLS\r\n"),
    # An answer that is too long ends the exchange: then NOOP is a command.
    (2, 0, b"EHLO a\r\nAUTH LOGIN\r\nx\xfe\xc1\r\nNOOP\r\n"),
    (2, 0, b"EHLO a\r\nAUTH LOGIN\r\nx\xfe\xc1\r\n"),
    (2, 0, b"EHLO a\r\nAUTH LOGIN\r\nYW5u\r\nx\xfe\xbf\r\nNOOP\r\n"),
    (2, 0, b"EHLO a\r\nAUTH PLAIN x\xfe\xc1\r\nMAIL FROM:<a@b>\r\n"),
    (2, 0, b"EHLO a\r\nAUTH PLAIN\r\nA\xfe\x17\xfe\x08\r\nNOOP\r\n"),
]

RULES = [
    b"rcpt@*@e.f=550 5.1.1 no", b"mail=421 later", b"hello=drip",
    b"greeting=554", b"data=stall", b"content@c@*=garbage", b"quit=drop",
    b"auth=535", b"starttls=454 not now", b"rset=flood", b"mail@a@b=250 fine",
]


def sink():
    for _, client in dialogues():
        yield b"\0\0" + client
    for talk in TALKS:
        for options in (0, 1, 2):  # alone, with TLS, with AUTH
            yield bytes([options, 7]) + talk
    for options in (3, 4, 8, 16, 32, 0x81, 0x82):
        yield bytes([options, 7]) + TALKS[1]
    for rule in RULES:
        yield b"\x40\7" + rule + b"\0" + TALKS[1]
    for options, more, talk in MORE:
        yield bytes([options, more]) + talk


# A transcript, and what else a client says.
TRANSCRIPTS = [
    (b"S: 220 hi\nC: EHLO x\nS: 250-x\nS: 250 y\nC: MAIL FROM:<>\n"
     b"C: AUTH <hidden>\nC: DATA\nS: 354 b\nC: <5 octets>\nC: .\nS: 250 c\n"
     b"C: BDAT 2\nC: <2 octets>\nS: 250 d\nC: QUIT\nS: 221 e\n",
     b"EHLO x\r\nMAIL FROM:<>\r\nAUTH y\r\nDATA\r\na\r\n..\r\n.\r\nBDAT 3\r\n"),
    (b"S: 220 hi\r\nC: STARTTLS\r\nS: 220-go\r\nS: 220\r\nC: RSET\r\n# x\r\n",
     b"STARTTLS\r\nRSET\r\n"),
    (b"C: a<hidden>b<hidden><hidden>b\nC: <hidden>\n", b"abb\r\n\r\n"),
    (b"C: aab<hidden>ab\n", b"aabaab\r\n"), (b"C: <3 octets>\n", b""),
    (b"C: <0 octets>\nC: .\nC: BDAT 0 LAST\n", b".\r\nBDAT 0 LAST\r\n"),
    (b"C: <5 octets>\nS: 250\n", b""), (b"hello\n", b""), (b"", b"x"),
    (b"C: BDAT 4\nC: <3 octets>\n", b""), (b"S:\nS:x\nC:\n", b"\r\n"),
    (b"C: <18446744073709551615 octets>\nC: .\nC: BDAT 9999999999\n", b"."),
    (b"C: x\xfe\xc1\nS: y\n", b"x\xfe\xc1\r\n"), (b"S: 220 x\n\xfd\xff", b""),
    (b"# session 2\nS: 220 a\nC: EHLO b\n# session 1\nhello\n", b"EHLO b\r\n"),
    (b"# session 3\nS: a\n# session 1\nS: b\n", b""), (b"# session 0\n", b""),
    (b"# TLSv1.3, x\nC: MAIL FROM:<> SIZE=11\nC: DATA\nS: 354\nC: .\nC: ..x\n"
     b"C: y\nC: .\nC: RSET\nS: 250 z\n", b"MAIL FROM:<> SIZE=11\r\nDATA\r\n"),
    (b"C: DATA\nS: 354\nC: a\nC: b\nS: 250 lost\n", b"DATA\r\na\r\n.\r\n"),
    (b"C: BDAT 7\nC: ab\nC: cde\nS: 250\nC: BDAT 3 LAST\nC: xyz\nS: 250\n",
     b"BDAT 7\r\nab\r\ncdeBDAT 3 LAST\r\nxyz"),
    (b"C: AUTH PLAIN AGE=\nS: 334\nC: AGFubgBw\nS: 334 x\nC: *\nS: 501\n",
     b"AUTH PLAIN x\r\ny\r\n"),
    (b"C: <hidden>ab\n", b"xab\r\n"), (b"C: a<hidden>c<hidden>d\n", b"abcbd\r\n"),
    (b"C: a<hidden>b<hidden>\n", b"b\r\n"), (b"C: a<hidden>b\n", b"acbc\r\n"),
    (b"C: x\n", b"x\n"), (b"C: x\r\r\n", b"x\r\r\n"), (b"C: x\n", b"\0\r\n"),
]


def script():
    for options, (text, client) in enumerate(TRANSCRIPTS * 2):
        yield bytes([options]) + text + b"\0" + client


def trace():
    """The same transcripts, every line of them a bit later; real recordings."""
    for text, _ in TRANSCRIPTS:
        lines = text.splitlines(keepends=True)
        yield text
        yield b"".join(b"# at %d.%06d\n" % (i // 3, i * 700) + line
                       for i, line in enumerate(lines))
    yield b"# at 999999999.999999\n# connected to <&>\n# x\nS: 5\n"
    yield b"C: NOOP\nS: 250\n\xfd\xff\xfd\x05# session 2\nS: 220\n"
    yield b"# at 5.5\nC: MAIL\n# at 1.5\nS: \xe2\x80\xae\x7f\xff\xfe\n"
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          os.pardir, "trace")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".txt"):
            with open(os.path.join(folder, name), "rb") as recording:
                yield recording.read()


HEADERS = [
    ["fAnn <ann@x.org>", "tbob@y.org", "sHello", "xHello,\nBob\n"],
    ["fAnn Lee <a@x>, b@x", "t\"Lee, Bob\" <b@y>, c@z", "cd@z", "be@z"],
    ["rr@x", "hX-Mailer: posthaste", "hSender: s@x", "i1.2@x", "d\x03"],
    ["e", "vpostmaster", "sGrüße an alle", "xGrüße\n.\n..\n"],
    ["fÜ <u@x>", "tTeam: a@x, b@y;", "s two  spaces ", "xFrom me \n=\t\n"],
    ["s=?utf-8?B?w7w=?=", "sa ü b", "hSubject: x", "hX-A: ü", "hBcc: x@y"],
    ["t(c) a@x (A \"B\")", "t<@r,@s:a@x>", "t\"a\\\"b\"@x", "bx@y,,z@y"],
    ["sa\r\nBcc: x@y", "hX: a\nY: b", "hX\r\nY: b", "xa\rb", "xa\r\nb\r\n"],
    ["hReferences: <a@b> <c@d>", "hReferences: <e@f>", "hIn-Reply-To: <a@b>"],
    ["sbehind ", "hResent-Bcc: x@y", "hsender: a@b", "hSender: c@d"],
    ["hResent-To: a@x, b@y", "hX-Empty:", "h: x", "hX Y: z", "hx"],
    ["fGrün <grün@bücher.example>", "tann@bücher.example, é <é@x>",
     "t\"a\"@x, a@x, a@xn--bcher-kva.example", "rÜ <a@BÜCHER.example>"],
    ["fa@ü.x, ü@y", "tü@xn--tda.x", "hSender: ü@ü.x", "hResent-To: ü@x, b@ü"],
]
LONG = [
    b"sx\xfe\x10", b"sx \xfe\x10y", b"sx\xfe\x0f y\xfe\x0f", b"xx\xfe\x10",
    b"sa \xc3\xbc \xfe\x03b", b"hX: \xc3\xa9\xfd\x40", b"f\"x\xfe\x02\" <a@x>",
    b"xword \xfd\xff", b"x\xc3\xa9\xfd\x40\n\xfd\x04", b"ta@x, \xfd\x20b@y",
]


def header():
    for strings in HEADERS:
        yield "\0".join(strings).encode()
        for string in strings:
            yield string.encode()
    yield from LONG


def ready():
    for options in (0, 2, 12, 1, 16, 18, 20):
        for text in [
                b"", b"\r\n", b"From: a@x\nTo: b@y\n\nHello\n",
                b"From: a@x\r\nTo: b@y, c@z\r\nBcc: d@z,\r\n e@z\r\n"
                b"Message-ID: <1.2@x>\r\nSubject: s\r\n\r\nBcc: stays\r\n",
                b"BCC : x@y\n\tz@y\nResent-bcc:\n a@b\nX: y\n", b"Bcc: a@b",
                b"Bcc\n : a@b\n\n", b" Bcc: a@b\n\n", b"Bcc: a@b\n \n\nx",
                b"Resent-To: a@x\nTo: b@y\nCc: \xc3\xa9@z\n\n\xff\n",
                b"To: \"a\n b\" <c@d>\nCc: Team: e@f;\n\n", b"a\rb", b"a\0b",
                b"x\xfe\x10\n", b"\n\nTo: a@b\n", b"no colon\n\nx",
                b"Message-ID: (c) <a@b> x\n\n", b"Bcc: \xc3\xa9@x\n\nascii\n",
                b"To: \xc3\xa9 <a@\xc3\xa9.x>, a@xn--9ca.x\n\n\0\r\xff",
                b"Cc: \"a\"@x, a@X\nBcc: \"\xc3\xa9 \"@x\n\r\n\0", b"a: \xff\n\n"]:
            yield bytes([options]) + text


TEMPLATES = [
    (["Bob"], "From: Ann <ann@x.org>\nSubject: Hi {{name}}!\n\nDear {{name}}\n"),
    (["Bob Ü", "bob@y.org"], "From: a@x\nTo: {{name}} <{{to}}>\n\n{{to}}\n"),
    (["Lee, Bob", "b"], "From: a@x\nTo: \"{{n}}\" <{{l}}@y>, c@z\n\n{{n}}"),
    (["Bob <b@y>", ""], "From: a@x\nTo: {{m}}, {{n}}\nCc: {{n}}\n\n\n"),
    (["<b> & \"c\""], "From: a@x\nContent-Type: text/html\n\n<p>{{a}}</p>\n"),
    (["xx"], "From: a@x\nContent-Type: multipart/mixed; boundary={{b}}\n"
             "Content-Transfer-Encoding: 8bit\n\n--{{b}}\n\nü\n--{{b}}--\n"),
    (["a\r\nBcc: x@y"], "From: a@x\nSubject: {{s}}\nX-{{s}}: y\n\n{{s}}\n"),
    (["a@b,c@d", "x> <y@z"], "From: {{a}}\nTo: {{b}} <q@r>\nBcc: {{a}}\n\n"),
    (["7"], "From: a@x\nMessage-ID: <{{n}}@x.org>\nDate: today\n\n{{n}}"),
    (["\x01"], "From: a@x\nX: {{n}}\n\n"), ([], "From: a@x\n\n{{ open\n"),
    (["v"], "\ufeffFrom: a@x\n two\nSender: {{s}} <s@t>\n\n{{}}"),
    (["postmaster,c"], "From: a@x\nTo: {{l}}@y\nResent-Bcc: d@e\n\n"),
    (["a@b, c@d"], "From: a@x\nTo: {{m}}\n\n"),
    (["{{b}}", "1\n.\r\n2"], "From: a@x\nTo: (c {{a}}) x@y\n\n{{a}}{{b}}"),
    (["é", "e@f"], "From: {{a}} {{a}} <{{b}}>\nReply-To: T: {{b}}, {{b}};\n\n"),
    ([], "From: a@x\nContent-Type: text/plain; charset=\"x\"; y=z\n\né\n"),
    (["é@é.x", "ann"], "From: Ü <ü@ü.x>\nTo: {{a}}, {{b}}@é.x\n\n{{a}}"),
    (["é", "é.x"], "From: {{a}}@x, b@{{b}}\nReply-To: {{a}} <{{a}}@{{b}}>\n\n"),
    (["", "\x01"], "From: {{a|x}} <a@x>\nSubject: {{b|y z}}{{a}}\n\n{{b|<}}\n"),
    (["1", "\x01"], "From: a@x\nSubject: {{#a}}x{{#b}}y{{/b}}{{/a}}\n\n"
                    "1\n {{#a}} \n{{^b}}\n{{a}}\n{{/b}}\n{{/a}}"),
    (["", ""], "From: a@x\nContent-Type: text/html\n\n<p>{{#a}}<b>{{/a}}</p>\n"),
    (["x>, <y", "https://x/?%20"], "From: a@x\nList-Unsubscribe: <{{b}}>, "
                                   "<mailto:{{a}}@x>\nList-Id: {{a}} <{{b}}.x>\n\n"),
    (["x"], "From: a@x\n\n{{#a}}{{#b}}{{/a}}{{/b}}"), ([], "From: a@x\n\n{{/a}}"),
]


def merge():
    for values, template in TEMPLATES:
        yield bytes([len(values)]) + b"".join(
            value.encode() + b"\0" for value in values) + template.encode()


CHALLENGES = {
    0: [b"", b"x"], 1: [b"Username:\0Password:", b"\0\0x"],
    2: [b"<1896.697170952@postoffice.reston.mci.net>", b"x\0y", b"x\xfe\xff"],
    3: [b'realm="x",nonce="a",qop="auth",algorithm=md5-sess,charset=utf-8\0'
        b"rspauth=ce1d9c1fa3e0d99dca8b839e87e8a4cb",
        b'nonce=a,algorithm=md5-sess,qop="auth-conf,auth-int",cipher="rc4"',
        b'realm="a\\"b",realm=c,nonce="\xc3\xa9",algorithm=md5-sess,maxbuf=9,'
        b"stale=true,x=y\0rspauth=0", b'nonce="a\xfe\x20",algorithm=md5-sess'],
}
# What a server says whose nonce is ours and an x, and then the proofs of it.
FIRST = b"r=AAAAAAAAAAAAAAAAAAAAAAAAx,s=QSXCR+Q6sek8bf92,i=4096"
PROOFS = [b"v=I4Df81sjl3h36kjNjVXAshwYmdU=",
          b"v=JnhnuusznARyaAXvhnTykt7gnL/G60cUtHbh9h3zc9Y=",
          b"v=sTaN4tWEkyp9d/RAburfegNUtr8=",
          b"v=XiUH636FOjcXUrh0SPe5bjdOoLMt4Q2pl6+TBcg82HA="]
FAULTS = [FIRST + b",x=y", b"m=x," + FIRST, FIRST[:-1], FIRST + b"96000",
          FIRST[2:], b"e=other-error", FIRST.replace(b"Ax", b"A"),
          FIRST.replace(b"92", b"9"), FIRST.replace(b",i", b"|,i")]


def sasl():
    for which, challenges in CHALLENGES.items():
        for challenge in challenges:
            yield bytes([which, 0]) + challenge
    for number, proof in enumerate(PROOFS):
        start = bytes([4 + number, 0])
        yield start + FIRST + b"\0" + proof
        yield start + FIRST + b"\0v=AAAA\0" + proof
        yield start + FIRST + b"\0e=invalid-proof\0" + proof
        yield bytes([4 + number, 2]) + FIRST + b"\0" + proof
        for fault in FAULTS:
            yield bytes([4 + number, 1]) + fault + b"\0" + proof
    for which in (8, 9):
        yield bytes([which, 0]) + b'{"status":"401",\x1b"scope":"a"}\0{}'
        yield bytes([which, 0]) + b"{\xfe\x10"
    yield b"\x0a\0x"


POLICY = (b"version: STSv1\r\nmode: enforce\r\nmx: mail.example.test\r\n"
          b"mx: *.example.test\r\nmx: backup.other.test\r\nmax_age: 604800\r\n")
POLICIES = [
    POLICY, POLICY.replace(b"\r", b""), POLICY.replace(b"enforce", b"testing"),
    b"version: STSv1\nmode: none\nmax_age: 86400", b"", b"\n\n", b"mx\n",
    b"version: STSv1\nversion: STSv2\nmode: none\nmode: enforce\nmax_age: 1\n"
    b"max_age: x\n", POLICY + b"other.field-1_x: y z\n", POLICY + b"a\0b: c\n",
    POLICY.replace(b"604800", b"9999999999"), POLICY + b"-x: y\n",
    POLICY.replace(b": ", b" : "), POLICY.replace(b": ", b":"),
    POLICY.replace(b"mx:", b"MX:"), POLICY.replace(b"*.", b"*"),
    POLICY + b"mx: *.*.test\nmx: *\nmx: a b\nmx: *.TEST\nmx: \nmx: a.\n",
    POLICY + b"mx: a\xfe\x08\nmx: b.c\0d\nmx: \xc3\xa9.x\n",
    POLICY + b"mx: a.b\n\xfd\x50", POLICY + b"x\xfe\x01: y\n",
    POLICY + b"\n\xfd\xff\xfd\xff" + b"x: y\xfe\xff\n\xfd\x40",
]
RECORDS = [
    b"v=STSv1; id=20160831085700Z;", b"v=STSv1;id=1", b"v=STSv1; id=1; id=2",
    b"v=spf1 -all\0v=STSv1; id=a; x=y", b"v=STSv1; id=1\0v=STSv1; id=2",
    b"v=STSv1; id=", b"v=STSv1; x=y; id=\xfe\x01", b"v=STSv1; id=a\xfe\x01",
    b"v=STSv1; id=1;;", b"v=STSv1; id=1; x", b"v=STSv1 ; id=1", b"v=STSv1;",
    b"v=STSv1; id=1; -x=y", b"v=STSv1; =1", b"v=STSv1; id=a_b", b"",
    b"v=STSv1;\tid=1 ; x=y\t;",
]


def sts():
    for text in POLICIES:
        yield b"\0a.example.test\0" + text
    for records in RECORDS:
        yield b"\1" + records


TUNNELS = [
    b"HTTP/1.1 200 Connection established\r\n\r\n", b"HTTP/1.0 299\r\n\r\n220 x",
    b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nVia: z\r\n\r\n",
    b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\n\r\n", b"220 hello\r\n",
    b"HTTP/1.1 403 For\tbidden \xc3\xa9\xff\r\n\r\n", b"HTTP/2 200\r\n\r\n",
    b"HTTP/1.1 200\n\n", b"HTTP/1.1 200 OK\r\n x: y\r\n\r\n", b"HTTP/1.1 2000\r\n",
    b"HTTP/1.1 200 OK\r\nX\r\n\r\n", b"HTTP/1.1 200 OK\r\n\0: x\r\n\r\n",
    b"HTTP/1.1 403 x\xfe\x10\r\n\r\n", b"HTTP/1.1 200 x\r\nX: y\r\n\xfd\xff\xfd\xff",
    b"HTTP/1.1 099 x\r\n\r\n", b"HTTP/1.1 200 x\r\nX: y\xfe\xff\xfe\x04\r\n\r\n",
]
ADDRESSES = [b"\5\0\0\1" + b"\x7f\0\0\1\0\x19", b"\5\0\0\4" + b"\0" * 18,
             b"\5\0\0\3\2ab\0\x19", b"\5\0\0\3\0\0\x19", b"\5\0\0\2xxxxxxxx",
             b"\5\0\0\3\xfcx\xfe\4", b"\4\0\0\1xxxxxx"]


def proxy():
    for options in (1, 3, 5, 9, 13):
        for tunnel in TUNNELS:
            yield bytes([options, 7]) + tunnel
    for options in (0, 4, 8, 12):
        for address in ADDRESSES:
            yield bytes([options, 7]) + b"\5\0" + address + b"220 x"
            yield bytes([options + 2, 7]) + b"\5\2\1\0" + address
    for code in range(1, 11):
        yield bytes([0, 7]) + b"\5\0\5" + bytes([code]) + b"\0\1xxxxxx"
    for method in (b"\5\xff", b"\5\2", b"\4\0", b"\5\1", b"\5\2\1\1", b"\5\2\5\0"):
        yield bytes([0, 7]) + method
        yield bytes([2, 7]) + method


PAGES = [
    b"<p>x</p><img src=a.png><IMG alt='>' Src = \"b%20c.png?v#f\"/>",
    b"<!-- <img src=a> --><!--><img src=b><!---><img src=c><!--[if mso]><img "
    b"src=d><![endif]--><img src='e'--!>", b"<script><img src=a></scripts>"
    b"</script\t><img src=b><style><img src=c", b"<title></title ><img src=a>",
    b"<img src=cid:x@y><img src=http:a><img src=//a><img src=data:,><img src>",
    b"<img src='{{a}}.png'><img {{b}} src=\"cid:{{c}}\"><img src=#><img src=?>",
    b"<img src=&#47;a&amp;b&#x1F600;&quot;.png><img src=&#0;&#xD800;&#x>",
    b"<img src=%00><img src=%><img src=%4><img src=%zz><img src=\x80>",
    b"<img src=a src=b><img =src=c src=d><img src= src=e><img/src=f/>",
    b"<img src=\"a", b"<img src=a", b"</img src=a></ x><?x <img src=a>?>",
    b"<plaintext><img src=a>", b"<img\0src=a><img src=a\0b>",
    b"<img src=\" \n a \"><<img src=a><", b"<a><img src=x\xfe\x20>",
]


def html():
    yield from PAGES


SEEDS = {"address": address, "content": content, "dns": dns, "header": header,
         "html": html, "machine": machine, "merge": merge, "proxy": proxy,
         "ready": ready, "reply": reply, "sasl": sasl, "script": script,
         "sink": sink, "sts": sts, "trace": trace}


def main(target, directory):
    os.makedirs(directory, exist_ok=True)
    for name in os.listdir(directory):
        if name.startswith("seed-"):
            os.remove(os.path.join(directory, name))
    for number, seed in enumerate(SEEDS[target](), 1):
        with open(os.path.join(directory, f"seed-{number:03}"), "wb") as out:
            out.write(seed)


if __name__ == "__main__":
    main(*sys.argv[1:])
