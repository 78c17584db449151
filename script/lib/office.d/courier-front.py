#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The door of a private office's Courier: TLS and LOGIN, then Courier's own imapd does the rest.

    courier-front.py PORT TLS_PORT CERTIFICATE KEY SECRETS MAIL_DIR COURIER_DIR

Courier's own door asks a daemon at a fixed place of the whole machine who may come in; a private
office has nothing there. As Courier does, imapd is started for each session with the user and the
tag of the LOGIN in its environment, and answers that LOGIN itself."""
import asyncio
import os
import re
import socket
import ssl
import sys

port, tls_port, certificate, key, secrets, mail_dir, courier = sys.argv[1:]
CAPABILITY = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE"
LOGIN = re.compile(rb'(\S+) LOGIN "?([^" ]+)"? "?([^" \r]+)"?\r\n', re.I)
LIBRARIES = ":".join(os.path.join(courier, "usr/lib", part) for part in ("", "x86_64-linux-gnu", "aarch64-linux-gnu"))
ENVIRONMENT = {
    "PROTOCOL": "IMAP", "MAILDIR": "Maildir", "IMAP_CAPABILITY": CAPABILITY, "IMAP_KEYWORDS": "1",
    "IMAP_IDLE_TIMEOUT": "60", "IMAP_USELOCKS": "1", "IMAP_MAILBOX_SANITY_CHECK": "0",
    "IMAP_CHECK_ALL_FOLDERS": "0", "IMAP_OBSOLETE_CLIENT": "0", "IMAP_TRASHFOLDERNAME": "Trash",
    "TCPREMOTEIP": "127.0.0.1", "TCPREMOTEPORT": "0", "LD_LIBRARY_PATH": LIBRARIES, "PATH": "/usr/bin:/bin",
}


def password_of(user):
    try:
        with open(os.path.join(secrets, os.path.basename(user))) as f:
            return f.read().strip()
    except OSError:
        return None


async def sign_in(reader, writer):
    """The user and the tag of the LOGIN; None: left without one."""
    writer.write(b"* OK [CAPABILITY %s] Courier ready\r\n" % CAPABILITY.encode())
    while line := await reader.readline():
        tag, _, rest = line.partition(b" ")
        login = LOGIN.fullmatch(line)
        if login and password_of(login[2].decode()) == login[3].decode():
            return login[2].decode(), tag.decode()
        word = rest.strip().upper()
        if word == b"CAPABILITY":
            writer.write(b"* CAPABILITY %s\r\n%s OK done\r\n" % (CAPABILITY.encode(), tag))
        elif word == b"LOGOUT":
            return None
        elif login:
            writer.write(tag + b" NO Login failed.\r\n")
        else:
            writer.write(tag + (b" OK done\r\n" if word == b"NOOP" else b" BAD sign in first\r\n"))
    return None


async def pump(reader, writer):
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()


async def session(reader, writer):
    try:
        who = await sign_in(reader, writer)
        if who:
            await serve(reader, writer, *who)
    except OSError:
        pass
    writer.close()


async def serve(reader, writer, user, tag):
    home = os.path.join(mail_dir, user)
    for part in ("", "cur", "new", "tmp"):
        os.makedirs(os.path.join(home, "Maildir", part), mode=0o700, exist_ok=True)
    ours, theirs = socket.socketpair()
    imapd = await asyncio.create_subprocess_exec(
        os.path.join(courier, "usr/bin/imapd"), "Maildir", stdin=theirs, stdout=theirs, cwd=home,
        env=ENVIRONMENT | {"AUTHENTICATED": user, "AUTHADDR": user, "IMAPLOGINTAG": tag})
    theirs.close()
    from_imapd, to_imapd = await asyncio.open_connection(sock=ours)
    await asyncio.gather(pump(reader, to_imapd), pump(from_imapd, writer))
    await imapd.wait()


async def main():
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    servers = [await asyncio.start_server(session, "127.0.0.1", int(port)),
               await asyncio.start_server(session, "127.0.0.1", int(tls_port), ssl=tls)]
    await asyncio.gather(*(s.serve_forever() for s in servers))


asyncio.run(main())
