"""A name server that says what a test wants said, over UDP and TCP:

    with DnsServer({"x.test": {"MX": ["10 mail.x.test"],
                               "TXT": ["v=spf1 -all"]},
                    "mail.x.test": {"A": ["127.0.0.1"]},
                    "www.x.test": {"CNAME": ["mail.x.test"]},
                    "_submission._tcp.x.test": {"SRV": ["0 1 587 mail.x.test"]},
                    "_25._tcp.mail.x.test": {"TLSA": ["3 1 1 0f1e..."]},
                    "lame.test": {"RCODE": 2}}) as server:
        ... server.address ... server.asked ...

A name that is not there does not exist, unless others below it do. RCODE in
place of records is an answer without any (RFC 1035 4.1.1: 2 is SERVFAIL, 5
REFUSED). `records` may change while it runs.
"""

import ipaddress
import socketserver
import struct
import threading

TYPES = {"A": 1, "CNAME": 5, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33,
         "TLSA": 52}
NAMES = {number: name for name, number in TYPES.items()}
NOERROR, NXDOMAIN = 0, 3
RESPONSE, AUTHORITATIVE, RECURSIVE, AUTHENTIC = 0x8000, 0x0400, 0x0080, 0x0020
ASKS_RECURSION = 0x0100
CHAIN_MAX = 16
POLL = 0.02   # seconds, until close() is seen


def encoded(name):
    labels = [label for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode()
                    for label in labels) + b"\0"


def numbers(text, count):
    words = text.split(None, count)
    return [int(word) for word in words[:count]], words[count]


def data_of(kind, text):
    """RDATA of a record that is written as a zone file has it."""
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(text).packed
    if kind == "CNAME":
        return encoded(text)
    if kind == "MX":
        (preference,), name = numbers(text, 1)
        return struct.pack("!H", preference) + encoded(name)
    if kind == "SRV":
        places, name = numbers(text, 3)
        return struct.pack("!HHH", *places) + encoded(name)
    if kind == "TLSA":
        places, digest = numbers(text, 3)
        return bytes(places) + bytes.fromhex(digest)
    octets = text.encode()   # TXT: strings of at most 255 octets
    parts = [octets[i:i + 255] for i in range(0, len(octets), 255)] or [b""]
    return b"".join(bytes([len(part)]) + part for part in parts)


def question_of(packet):
    """The name that is asked for, its type, and the question's octets."""
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode().lower())
        at += 1 + packet[at]
    (number,) = struct.unpack("!H", packet[at + 1:at + 3])
    return ".".join(labels), NAMES.get(number, str(number)), packet[12:at + 5]


class DnsServer:
    """Port 53 is where resolv.conf looks; 0 takes one that is free. With
    `authentic` it is a resolver that has validated what it says (AD)."""

    def __init__(self, records, address="127.0.0.1", port=53, authentic=False):
        self.records, self.authentic = records, authentic
        self.asked = []   # (name, type), in this order
        udp = self.make(socketserver.ThreadingUDPServer, (address, port), Udp)
        tcp = self.make(socketserver.ThreadingTCPServer, udp.server_address,
                        Tcp)
        self.servers = [udp, tcp]
        self.port = udp.server_address[1]
        self.address = f"{address}:{self.port}"
        self.threads = [threading.Thread(target=server.serve_forever,
                                         args=(POLL,), daemon=True)
                        for server in self.servers]
        for thread in self.threads:
            thread.start()

    def make(self, kind, address, handler):
        server = kind(address, handler, bind_and_activate=False)
        server.allow_reuse_address = handler is Tcp
        server.daemon_threads = True
        server.dns = self
        server.server_bind()
        server.server_activate()
        return server

    def find(self, name, kind):
        """(RCODE, [(owner, type, text)]); CNAMEs are followed."""
        found = []
        for _ in range(CHAIN_MAX):
            entry = self.records.get(name)
            if entry is None:
                below = any(other.endswith("." + name)
                            for other in self.records)
                return NOERROR if found or below else NXDOMAIN, found
            found += [(name, kind, text) for text in entry.get(kind, [])]
            alias = entry.get("CNAME")
            if kind == "CNAME" or not alias:
                return entry.get("RCODE", NOERROR), found
            found.append((name, "CNAME", alias[0]))
            name = alias[0].rstrip(".").lower()
        return NOERROR, found

    def reply(self, packet):
        identity, flags = struct.unpack("!HH", packet[:4])
        name, kind, question = question_of(packet)
        self.asked.append((name, kind))
        code, found = self.find(name, kind)
        answers = b""
        for owner, of, text in found:
            data = data_of(of, text)
            answers += encoded(owner) + struct.pack(
                "!HHIH", TYPES[of], 1, 60, len(data)) + data
        flags = (RESPONSE | AUTHORITATIVE | RECURSIVE | code |
                 (flags & ASKS_RECURSION) |
                 (AUTHENTIC if self.authentic else 0))
        return struct.pack("!HHHHHH", identity, flags, 1, len(found), 0,
                           0) + question + answers

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()
        for thread in self.threads:
            thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Udp(socketserver.BaseRequestHandler):
    def handle(self):
        packet, sock = self.request
        sock.sendto(self.server.dns.reply(packet), self.client_address)


class Tcp(socketserver.StreamRequestHandler):
    """RFC 1035 4.2.2: a length before each message."""

    def handle(self):
        while len(head := self.rfile.read(2)) == 2:
            packet = self.rfile.read(struct.unpack("!H", head)[0])
            reply = self.server.dns.reply(packet)
            self.wfile.write(struct.pack("!H", len(reply)) + reply)
