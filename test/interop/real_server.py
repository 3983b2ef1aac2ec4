"""What the real servers of these tests have in common: a directory, ports,
certificates, mailboxes, a start that ends when they answer, and a stop.

Each lies in a directory of its own below /tmp and listens on 127.0.0.1 only.
All serve the same mailboxes of one domain; every other address is unknown to
them, and none has an agent that could send mail anywhere else.
"""

import ctypes
import dataclasses
import glob
import json
import os
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

DOMAIN = "posthaste.test"
USER = "alice"
PASSWORD = "wonder land+%"   # needs quoting in URLs and shells
TOKEN = "ya29.a-token~of+no/kind-=="   # OAuth 2.0, where nobody looks into it
MAILBOXES = r"row[0-9]+|zoë"   # a regular expression of local parts
UTF8 = f"zoë@{DOMAIN}"
REPORTS = f"reports@{DOMAIN}"   # who gets delivery status notifications
SIZE_LIMIT = 1000000
SECONDS = 30   # for everything that has to happen soon

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
    "posthaste")   # where third_party/install --ci unpacks what it cannot install


@dataclasses.dataclass(frozen=True)
class Service:
    """One place where a server listens."""

    name: str
    port: int = 0
    path: str = ""   # of a unix socket, where there is no port
    lmtp: bool = False
    login: bool = False   # takes mail after AUTH only

    @property
    def url(self):
        scheme = "lmtp" if self.lmtp else "smtp"
        if self.path:
            return f"{scheme}+unix://{self.path}"
        return f"{scheme}://localhost:{self.port}"

    def greeting(self):
        """The first octets it says, or nothing if it does not answer."""
        kind, where = ((socket.AF_UNIX, self.path) if self.path else
                       (socket.AF_INET, ("127.0.0.1", self.port)))
        with socket.socket(kind) as probe:
            probe.settimeout(2)
            try:
                probe.connect(where)
                return probe.recv(4)
            except OSError:
                return b""


def search_path():
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def which(program):
    return shutil.which(program, path=search_path())


def environment(**more):
    return {**os.environ, "PATH": search_path(), "LC_ALL": "C.UTF-8", **more}


def run(*command, **options):
    done = subprocess.run(
        command, stdin=options.pop("stdin", subprocess.DEVNULL),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=environment(LC_ALL="C"), check=False, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}")
    return done.stdout


def free_port():
    """A port below the range from which the system picks by itself."""
    while True:
        with socket.socket() as probe:
            port = random.randrange(10000, 30000)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def end_with_parent():
    """In a child: that a test which is killed leaves no server behind."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class RealServer:
    """Use in a `with`, or call start() and stop()."""

    title = None
    programs = ()
    only_root = False
    fetched = False   # from elsewhere than the distribution's packages

    def __init__(self, folder=None):
        self.own = folder is None
        # Below /tmp: servers give up root, and must still get there; and the
        # paths of unix sockets are short.
        self.dir = os.path.abspath(folder) if folder else tempfile.mkdtemp(
            prefix=f"posthaste-{self.title.lower()}-", dir="/tmp")
        self.user, self.password, self.domain = USER, PASSWORD, DOMAIN
        self.token = TOKEN
        self.ca = self.path("tls/ca.pem")
        self.other_ca = self.path("tls/other-ca.pem")
        self.services = []
        self.process = None

    # What a server has to say for itself:

    def version(self):
        """What the server calls itself, without its name."""
        raise NotImplementedError

    def configure(self):
        """Write what it needs, fill self.services, return its command."""
        raise NotImplementedError

    def how_to_spawn(self):
        """More arguments for the process: environment, user."""
        return {}

    def saw_tls(self, raw):
        """Whether a delivered message says that it came over TLS."""
        return bool(re.search(rb"\nX-Seen-TLS: TLSv?1\.", raw))

    def saw_user(self, raw):
        """Who had logged in, by a delivered message, or None."""
        found = re.search(rb"\nX-Seen-User: (\S+)", raw)
        return found and found[1].decode()

    def saw_dsn(self, raw, envelope_id):
        """What it made of a request for notifications: where it says so."""
        found = re.search(rb"\nX-Seen-DSN: ([^\r\n]*)", raw)
        return found is not None and envelope_id.encode() in found[1]

    # What they share:

    def keep_mail_by(self, program):
        """The services and the maildir of a server that is a program of ours around
        a library; copied to where nobody may read it."""
        self.services = [
            Service("plain", free_port()),
            Service("submission", free_port(), login=True),
            Service("lmtp", free_port(), lmtp=True)]
        for name in ("tmp", "new"):
            os.makedirs(self.path("mail/inbox", name))
        shutil.copy(os.path.join(HERE, program), self.dir)

    @classmethod
    def why_not(cls):
        """What keeps this server from running here, or None."""
        if cls.only_root and os.geteuid() != 0:
            return f"{cls.title} can only be started by root"
        for program in (*cls.programs, "openssl"):
            if not which(program):
                return f"there is no {program} here"
        return None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def write(self, name, text, **more):
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(text.format(dir=self.dir, domain=DOMAIN, **more))
        return self.path(name)

    def service(self, name):
        return next(one for one in self.services if one.name == name)

    def settings(self):
        """For a server that we had to write ourselves: a JSON object."""
        return json.dumps({
            "dir": self.dir, "host": f"mail.{DOMAIN}", "user": USER,
            "password": PASSWORD, "token": TOKEN, "size_limit": SIZE_LIMIT,
            "addresses": rf"({MAILBOXES}|reports)@{re.escape(DOMAIN)}",
            "ports": {one.name: one.port for one in self.services}})

    def start(self):
        for name in ("mail", "tls"):
            os.makedirs(self.path(name))
        os.chmod(self.dir, 0o755)
        run(sys.executable, os.path.join(HERE, os.pardir, "certs.py"),
            self.path("tls"))
        command = self.configure()
        with open(self.path("log"), "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=end_with_parent,
                **{"env": environment(), **self.how_to_spawn()})
        self.wait_for_greetings()

    def wait_for_greetings(self):
        deadline = time.monotonic() + SECONDS
        for service in self.services:
            while service.greeting() != b"220 ":
                if self.process.poll() is not None:
                    raise RuntimeError(f"{self.title} ended:\n{self.log()}")
                if time.monotonic() > deadline:
                    raise RuntimeError(
                        f"{self.title} does not answer at {service.url}:\n"
                        f"{self.log()}")
                time.sleep(0.02)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.own:
            shutil.rmtree(self.dir, ignore_errors=True)

    def as_nobody(self):
        """Arguments for a process that need not be root, and whose directory
        is its own."""
        if os.geteuid() != 0:
            return {}
        nobody = pwd.getpwnam("nobody")
        for where, folders, files in os.walk(self.dir):
            for name in (".", *folders, *files):
                os.chown(os.path.join(where, name), nobody.pw_uid,
                         nobody.pw_gid)
        return {"user": nobody.pw_uid, "group": nobody.pw_gid,
                "extra_groups": []}

    def log(self):
        try:
            with open(self.path("log"), encoding="utf-8",
                      errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def messages(self, box="inbox*"):
        """Paths of what was delivered so far."""
        return sorted(glob.glob(self.path("mail", box, "new/*")))

    def wait_for_messages(self, count, seconds=60):
        """As messages(), but waits until there are so many, or too long."""
        deadline = time.monotonic() + seconds
        while len(self.messages()) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.messages()

    def find(self, octets, count=1, box="inbox*"):
        """The first so many delivered messages that hold these octets, fewer
        where they do not arrive in time."""
        deadline = time.monotonic() + SECONDS
        while True:
            found = self.holding(octets, box)
            if len(found) >= count or time.monotonic() > deadline:
                return found
            time.sleep(0.02)

    def holding(self, octets, box):
        found = []
        for path in self.messages(box):
            with open(path, "rb") as message:
                raw = message.read()
            if octets in raw:
                found.append(raw)
        return found

    def has_report(self, envelope_id):
        """Whether a delivery status notification (RFC 3464) names it."""
        field = re.compile(rb"\nOriginal-Envelope-Id: "
                           + envelope_id.encode() + rb"\r?\n", re.I)
        return any(field.search(raw) for raw in
                   self.find(envelope_id.encode(), box="reports"))

    def describe(self):
        """How to reach it, as lines a shell can read."""
        return "".join([
            f"SERVER='{self.title} {self.version()}'\n",
            *(f"{one.name.upper()}={one.url}\n" for one in self.services),
            f"CA={self.ca}\nUSER={self.user}\nPASS='{self.password}'\n"
            f"DOMAIN={self.domain}\nMAIL={self.path('mail')}\n"
            f"LOG={self.path('log')}\n"])


def end_on_sigterm():
    """A run that is told to end stops its servers on the way."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def skipped(kind):
    """The exit status of a test whose server cannot run here, or None."""
    reason = kind.why_not()
    if not reason:
        return None
    print(f"skipped: {reason}")
    # Where everything was installed by root there is no excuse, except for
    # what is no package.
    excused = kind.fetched and kind.title in reason
    no_excuse = os.environ.get("CI") == "true" and os.geteuid() == 0
    return 1 if no_excuse and not excused else 77


def main(kind, folder=None):
    """The program that each server's file is: prints how to reach it, and
    stops it at a line (or the end) of standard input."""
    reason = kind.why_not()
    if reason:
        print(reason, file=sys.stderr)
        return 77
    end_on_sigterm()
    with kind(folder) as server:
        print(server.describe(), end="", flush=True)
        sys.stdin.readline()
    return 0
