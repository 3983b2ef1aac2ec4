#!/usr/bin/env python3
"""Which extensions the real servers offer, and whether posthaste can use them.

    server_table.py [--write] PROGRAM [SERVER...]

For each server and each place where it listens: what EHLO (or LHLO) offers, in
clear and after STARTTLS; then for each extension offered one message that uses
it, sent by the program and read back as delivered; likewise for each mechanism of
AUTH that a submission service offers. Prints both tables; --write puts them into
README.md.

    ok        it was used, and what came out is right
    -         not offered
    else      what went wrong
"""

import dataclasses
import importlib
import itertools
import json
import os
import re
import smtplib
import ssl
import subprocess
import sys
import tempfile
from typing import Callable

import real_server

# name: the module and its class; the rows stand in this order.
SERVERS = {
    "postfix": ("postfix", "Postfix"),
    "exim": ("exim", "Exim"),
    "dovecot": ("dovecot", "Dovecot"),
    "aiosmtpd": ("aiosmtpd_server", "AioSmtpd"),
    "smtp-server": ("smtp_server", "SmtpServer"),
}
README = os.path.join(real_server.HERE, "README.md")
PASSWORD_MECHANISMS = [
    "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1",
    "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"]
TOKEN_MECHANISMS = ["XOAUTH2", "OAUTHBEARER"]
MECHANISMS = [*PASSWORD_MECHANISMS, *TOKEN_MECHANISMS, "EXTERNAL"]

# Lines that begin with dots are stuffed by DATA and not by BDAT.
ASCII_BODY = "..two dots\n.\n.one dot\n" + "a line of the usual kind\n" * 40
BODY_8BIT = ASCII_BODY + "Grüße aus Österreich, 山田さん\n"


def kind_of(name):
    module, kind = SERVERS[name]
    return getattr(importlib.import_module(module), kind)


@dataclasses.dataclass
class Attempt:
    """A message on its way: what the program said, and what arrived."""

    server: real_server.RealServer
    token: str       # a word that only this message holds
    body: str
    done: subprocess.CompletedProcess = None
    raw: bytes = b""

    def results(self):
        return [json.loads(line) for line in self.done.stdout.splitlines()]

    def arrived_whole(self):
        text = self.raw.replace(b"\r\n", b"\n").decode("utf-8", "replace")
        return text.split("\n\n", 1)[1].rstrip("\n") == self.body.rstrip("\n")


def usual(attempt):
    return []


@dataclasses.dataclass
class Extension:
    """How one is used, and what shows that it was."""

    keyword: str
    says: str   # must be found in the dialogue; {token} is the message's word
    holds: Callable   # whether it does, of an attempt whose message arrived
    options: Callable = usual   # more of them for `posthaste send`
    to: str = f"row1@{real_server.DOMAIN}"
    body: str = ASCII_BODY


def credentials(server, mechanism=None, secret=None):
    """Options to log in with; by another secret than the right one if given."""
    named = ["--auth", mechanism] if mechanism else []
    if mechanism == "EXTERNAL":
        return ["--tls-cert", server.path("tls/client.pem"),
                "--tls-key", server.path("tls/client.key"), *named]
    if mechanism in TOKEN_MECHANISMS:
        return ["--user", server.user,
                "--oauth-token", secret or server.token, *named]
    return ["--user", server.user,
            "--password", secret or server.password, *named]


def login(attempt):
    return credentials(attempt.server)


def dsn(attempt):
    return ["--dsn-notify", "success,failure", "--dsn-return", "hdrs",
            "--dsn-id", attempt.token]


EXTENSIONS = [
    Extension("PIPELINING", r"\nC: MAIL .*\nC: RCPT .*\nC: (?:DATA|BDAT.*)\n",
              Attempt.arrived_whole),
    Extension("SIZE", r"\nC: MAIL FROM:<.*>.* SIZE=\d{3,}\b",
              Attempt.arrived_whole),
    Extension("8BITMIME", r"\nC: MAIL FROM:<.*>.* BODY=8BITMIME\b",
              Attempt.arrived_whole, body=BODY_8BIT),
    Extension("ENHANCEDSTATUSCODES", r"\nS: 250 2\.\d+\.\d+ ",
              lambda attempt: all(re.match(r"2\.\d+\.\d+$",
                                           one["enhanced"] or "")
                                  for one in attempt.results())),
    Extension("STARTTLS", r"\nC: STARTTLS\nS: 220 .*\n# TLSv1\..*verified",
              lambda attempt: attempt.server.saw_tls(attempt.raw),
              options=lambda _: ["--tls", "required"]),
    Extension("AUTH", r"\nC: AUTH [\w-]+.*\n(?:.*\n)*S: 235 ",
              lambda attempt: attempt.server.saw_user(attempt.raw)
              == attempt.server.user, options=login),
    Extension("CHUNKING", r"\nC: BDAT \d+ LAST\n", Attempt.arrived_whole,
              options=lambda _: ["--chunking"]),
    Extension("SMTPUTF8", r"\nC: MAIL FROM:<.*>.* SMTPUTF8\b",
              Attempt.arrived_whole, to=real_server.UTF8),
    Extension("DSN", r"\nC: MAIL FROM:<.*>(?=.* RET=HDRS\b)(?=.* ENVID={token}"
              r"\b).*\n(?:S: .*\n)*C: RCPT TO:<.*> NOTIFY=SUCCESS,FAILURE\b",
              lambda attempt: attempt.server.saw_dsn(attempt.raw,
                                                     attempt.token),
              options=dsn),
]


def auth_by(mechanism):
    return Extension("AUTH", rf"\nC: AUTH {mechanism}(?: .*)?\n(?:.*\n)*S: 235 ",
                     lambda attempt: attempt.server.saw_user(attempt.raw)
                     == attempt.server.user,
                     options=lambda attempt: credentials(attempt.server,
                                                         mechanism))


def offered(server, service):
    """Keywords and their parameters: (in clear, after STARTTLS)"""
    tls = ssl.create_default_context(cafile=server.ca)
    tls.check_hostname = False   # a unix socket has none
    # Some offer EXTERNAL only to those who show one.
    tls.load_cert_chain(server.path("tls/client.pem"),
                        server.path("tls/client.key"))
    caller = smtplib.LMTP if service.lmtp else smtplib.SMTP
    with caller(service.path or "127.0.0.1", service.port,
                timeout=real_server.SECONDS) as talk:
        talk.ehlo()
        clear = dict(talk.esmtp_features)
        if "starttls" not in clear:
            return clear, {}
        talk.starttls(context=tls)
        talk.ehlo()
        return clear, dict(talk.esmtp_features)


class Service:
    """One place where a server listens, its extensions tried one by one."""

    tokens = itertools.count(1)

    def __init__(self, program, server, service, folder):
        self.program, self.server = program, server
        self.service, self.folder = service, folder
        self.clear, self.encrypted = offered(server, service)

    @property
    def row(self):
        return f"{self.server.title} {self.service.name}"

    def offers(self, keyword):
        keyword = keyword.lower()
        return keyword in self.clear or keyword in self.encrypted

    def posthaste(self, command, *options):
        """With the options that this place needs; later ones win."""
        usual_options = ["--server", self.service.url,
                         "--tls-ca", self.server.ca,
                         "--tls-name", "localhost"]
        # A password and a token do not go together.
        if self.service.login and "--auth" not in options:
            usual_options += credentials(self.server)
        return subprocess.run(
            [self.program, command, *usual_options, *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, encoding="utf-8",
            env={**os.environ, "LC_ALL": "C.UTF-8"}, timeout=120, check=False)

    def write(self, token, body):
        path = os.path.join(self.folder, token + ".eml")
        with open(path, "w", encoding="utf-8") as out:
            out.write(f"From: {real_server.REPORTS}\nSubject: {token}\n"
                      "MIME-Version: 1.0\n"
                      "Content-Type: text/plain; charset=utf-8\n"
                      f"Content-Transfer-Encoding: 8bit\n\n{body}")
        return path

    def token(self):
        """A word for one message; no other one contains it."""
        return f"token{next(self.tokens)}end"

    def send(self, attempt, *options):
        return self.posthaste(
            "send", "-v", "--json", "--from", real_server.REPORTS,
            "--message", self.write(attempt.token, attempt.body), *options)

    def layer(self, extension):
        """In clear where that will do, so that both are seen."""
        if self.service.login or extension.keyword.lower() not in self.clear:
            return []
        return ["--tls", "none"]

    def use(self, extension, *options):
        """One message that uses it: the cell."""
        attempt = Attempt(self.server, self.token(), extension.body)
        attempt.done = self.send(
            attempt, "--to", extension.to, *self.layer(extension),
            *extension.options(attempt), *options)
        if attempt.done.returncode:
            return self.failure(attempt)
        says = extension.says.replace("{token}", attempt.token)
        if not re.search(says, attempt.done.stderr):
            return f"not used:\n{attempt.done.stderr}"
        found = self.server.find(attempt.token.encode())
        if len(found) != 1:
            return f"accepted, and delivered {len(found)} times"
        attempt.raw, = found
        return "ok" if extension.holds(attempt) else f"wrong:\n{attempt.raw}"

    @staticmethod
    def failure(attempt):
        return (f"exit status {attempt.done.returncode}:\n"
                f"{attempt.done.stdout}{attempt.done.stderr}")

    def mechanisms(self):
        """Those that are offered, and that both know."""
        words = (self.clear.get("auth", "") + " "
                 + self.encrypted.get("auth", "")).split()
        return [name for name in MECHANISMS if name in words]

    def auth_cells(self):
        return {name: self.use(auth_by(name)) if name in self.mechanisms()
                else "-" for name in MECHANISMS}

    def cell(self, extension):
        if not self.offers(extension.keyword):
            return "-"
        return self.use(extension)

    def cells(self):
        return {one.keyword: self.cell(one) for one in EXTENSIONS}


@dataclasses.dataclass(frozen=True)
class Table:
    """One of README.md: {row: (version, {column: cell})}"""

    name: str
    columns: list
    cells: Callable   # of a Service
    has: Callable     # whether a Service has a row

    def print(self, rows):
        text = line_of(["", "version", *self.columns])
        text += line_of(["---"] * (2 + len(self.columns)))
        for row, (version, cells) in rows.items():
            # A failure has many lines; the first says what kind it is.
            text += line_of([row, version, *(cells[one].split("\n")[0]
                                             for one in self.columns)])
        return text

    def place(self):
        return re.compile(rf"(?<=<!-- {self.name}:begin -->\n).*"
                          rf"(?=<!-- {self.name}:end -->)", re.S)

    def read(self):
        """What README.md has."""
        with open(README, encoding="utf-8") as page:
            lines = self.place().search(page.read())[0].splitlines()
        grid = [[cell.strip() for cell in line.strip("|").split("|")]
                for line in lines if line]
        columns = grid[0][2:] if grid else []
        return {row: (version, dict(zip(columns, cells)))
                for row, version, *cells in grid[2:]}

    def write(self, rows):
        with open(README, encoding="utf-8") as page:
            text = page.read()
        with open(README, "w", encoding="utf-8") as page:
            page.write(self.place().sub(lambda _: f"\n{self.print(rows)}\n",
                                        text))


TABLES = [
    Table("servers", [one.keyword for one in EXTENSIONS], Service.cells,
          lambda service: True),
    Table("mechanisms", MECHANISMS, Service.auth_cells,
          lambda service: service.service.login),
]


def line_of(cells):
    return "| " + " | ".join(cells) + " |\n"


def rows_of(program, name):
    """The rows of one server, for each of TABLES."""
    with kind_of(name)() as server, tempfile.TemporaryDirectory() as folder:
        services = [Service(program, server, place, folder)
                    for place in server.services]
        return [{one.row: (server.version(), table.cells(one))
                 for one in services if table.has(one)} for table in TABLES]


def main(arguments):
    write = "--write" in arguments
    program, *names = [word for word in arguments if word != "--write"]
    tables = [table.read() for table in TABLES]
    for name in names or SERVERS:
        reason = kind_of(name).why_not()
        if reason:
            print(f"{name}: {reason}", file=sys.stderr)
            continue
        for rows, more in zip(tables, rows_of(os.path.abspath(program), name)):
            rows.update(more)
    for table, rows in zip(TABLES, tables):
        print(table.print(rows))
        if write:
            table.write(rows)
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    real_server.end_on_sigterm()
    sys.exit(main(sys.argv[1:]))
