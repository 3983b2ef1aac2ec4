"""A network of a test's own: every port is free, and names are what the test
says. enter() runs the test anew in namespaces (it needs root)."""

import functools
import http.server
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading

from sink_talk import SECONDS

INSIDE = "POSTHASTE_TEST_NETWORK"
RESOLVER = "127.0.0.1"
TYPES = {"A": 1, "MX": 15, "TXT": 16}
SERVFAIL, NXDOMAIN = 2, 3


def run(*words):
    done = subprocess.run(words, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=SECONDS, check=False)
    return done.stdout.strip() if done.returncode else None


def settle():
    """Within the namespaces: why it cannot be used, or None."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as conf:
        # Each query is answered at once: a second try would only hide faults.
        conf.write(f"nameserver {RESOLVER}\noptions attempts:1 timeout:20\n")
        conf.flush()
        os.chmod(conf.name, 0o644)
        reason = run("mount", "--bind", conf.name, "/etc/resolv.conf")
    return reason if reason is not None else run("ip", "link", "set", "lo",
                                                 "up")


def enter():
    """Returns within a network of our own, or says why not: 77."""
    if os.environ.get(INSIDE):
        return settle()
    if os.geteuid() != 0:
        return "namespaces need root"
    for program in ("unshare", "mount", "ip", "openssl"):
        if not shutil.which(program):
            return f"there is no {program} here"
    spaces = ["unshare", "--mount", "--net"]
    reason = run(*spaces, "true")
    if reason is not None:
        return f"there can be no namespaces here: {reason}"
    os.environ[INSIDE] = "1"
    os.execvp(spaces[0], [*spaces, sys.executable, *sys.argv])
    return None


# ---- names ----

def packed_name(name):
    labels = [label.encode() for label in name.split(".") if label]
    return b"".join(bytes([len(x)]) + x for x in labels) + b"\0"


def packed(kind, data):
    if kind == "A":
        return socket.inet_aton(data)
    if kind == "MX":
        preference, host = data.split(" ")
        return struct.pack(">H", int(preference)) + packed_name(host)
    return bytes([len(data)]) + data.encode()


class NameServer:
    """Answers from `zone`: name -> [(type, data)], or SERVFAIL. What is not in
    it does not exist."""

    def __init__(self, zone):
        self.zone = zone
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((RESOLVER, 53))
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", (RESOLVER, 53))
        self.thread.join(SECONDS)
        self.socket.close()

    def serve(self):
        while True:
            query, client = self.socket.recvfrom(4096)
            if not query:
                return
            self.socket.sendto(self.answer(query), client)

    def answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
            at += 1 + query[at]
        kind = struct.unpack_from(">H", query, at + 1)[0]
        records = self.zone.get(".".join(labels), NXDOMAIN)
        code = records if isinstance(records, int) else 0
        found = b""
        count = 0
        for name, data in [] if code else records:
            if TYPES[name] != kind:
                continue
            octets = packed(name, data)
            found += struct.pack(">HHHIH", 0xC00C, kind, 1, 60,
                                 len(octets)) + octets
            count += 1
        return (query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, count, 0, 0)
                + query[12:at + 5] + found)


# ---- policies of MTA-STS ----

class Policy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):   # pylint: disable=invalid-name
        host = self.headers["Host"]
        self.server.asked.append(host)
        if self.path != "/.well-known/mta-sts.txt":
            self.send_error(404)
            return
        if host not in self.server.policies:
            self.server.released.wait(SECONDS)   # no answer
            return
        text = self.server.policies[host].encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):   # pylint: disable=arguments-differ
        pass


class PolicyServer(http.server.ThreadingHTTPServer):
    """https on port 443: host -> its policy; hosts that have none wait."""

    def __init__(self, address, policies, certificate, key):
        self.policies, self.asked = policies, []
        self.released = threading.Event()
        super().__init__((address, 443), Policy)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.thread = threading.Thread(target=functools.partial(
            self.serve_forever, poll_interval=0.05))
        self.thread.start()

    def finish_request(self, request, client_address):
        request.settimeout(SECONDS)
        try:
            with self.context.wrap_socket(request, server_side=True) as secure:
                super().finish_request(secure, client_address)
        except OSError:
            pass   # a client that does not trust us, or has left

    def close(self):
        self.released.set()
        self.shutdown()
        self.thread.join(SECONDS)
        self.server_close()
