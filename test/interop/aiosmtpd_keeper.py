"""What runs inside aiosmtpd_server.py: aiosmtpd_keeper.py SETTINGS

Keeps messages as they came, below header fields that say what else was seen.
SETTINGS is a JSON object.
"""

import asyncio
import itertools
import json
import os
import re
import ssl
import sys

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, AuthResult


class Keeper:
    """What aiosmtpd calls when something arrives."""

    def __init__(self, folder, addresses):
        self.folder = folder
        self.known = re.compile(addresses)
        self.numbers = itertools.count(1)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if not self.known.fullmatch(address):
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        tls = session.ssl["cipher"][1] if session.ssl else ""
        user = session.auth_data if session.authenticated else ""
        name = f"{next(self.numbers)}.eml"
        begun = os.path.join(self.folder, "tmp", name)
        with open(begun, "wb") as out:
            out.write(f"Return-Path: <{envelope.mail_from}>\r\n"
                      f"X-Seen-TLS: {tls}\r\nX-Seen-User: {user}\r\n".encode())
            out.write(envelope.original_content)
        os.rename(begun, os.path.join(self.folder, "new", name))
        # LMTP has a reply for each recipient, RFC 2033 4.2. aiosmtpd writes
        # what it is given, and would give one.
        replies = len(envelope.rcpt_tos) if isinstance(server, LMTP) else 1
        return "\r\n".join(["250 2.0.0 Kept"] * replies)


def authenticator(settings):
    right = (settings["user"].encode(), settings["password"].encode())

    def authenticate(server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login, data.password) == right,
                          handled=False, auth_data=settings["user"])
    return authenticate


async def serve(settings):
    folder = settings["dir"]
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(f"{folder}/tls/server.pem", f"{folder}/tls/server.key")
    keeper = Keeper(f"{folder}/mail/inbox", settings["addresses"])
    loop = asyncio.get_running_loop()

    async def listen(name, kind=SMTP, **more):
        def session():
            return kind(keeper, hostname=settings["host"], loop=loop,
                        data_size_limit=settings["size_limit"],
                        enable_SMTPUTF8=True, tls_context=tls,
                        authenticator=authenticator(settings), **more)
        await loop.create_server(session, "127.0.0.1",
                                 settings["ports"][name])

    await listen("plain")
    await listen("submission", auth_required=True)
    await listen("lmtp", LMTP)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1])))
