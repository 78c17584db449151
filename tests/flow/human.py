#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A human at the office's mailbox, who moves, copies, marks, repeats and deletes mails by IMAP.

    human.py PORT CA_FILE ADDRESS PASSWORD_FILE SEED SPAN_MS DEEDS

Does so many deeds, at instants of the span that the seed draws, then puts back what lies elsewhere
and takes back marks. One line a deed: its name and the Message-ID. "delete" is said before it is
done: that mail may be gone before anybody else saw it."""
import imaplib
import random
import re
import ssl
import sys
import time

port, ca_file, address, password_file, seed, span_ms, n_deeds = sys.argv[1:]
draw = random.Random(int(seed))
ELSEWHERE = "Elsewhere"
DONE = '"&DiUOBw4XDjAOQA4aDjUOIg4ZDkEOJQ5JDic-"'  # where registered mail lies, in modified UTF-7
LOOKS = 60
DEED_TRIES, TIDY_TRIES = 10, 400


def say(deed, message_id):
    print(deed, message_id, flush=True)


def ok(answer):
    assert answer[0] == "OK", answer
    return answer[1]


class Mailbox:
    def __init__(self, folder):
        self.box = imaplib.IMAP4_SSL("localhost", int(port), timeout=10,
                                     ssl_context=ssl.create_default_context(cafile=ca_file))
        self.box.login(address, open(password_file).read().strip())
        self.box.create(ELSEWHERE)
        ok(self.box.select(folder))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.box.logout()
        except (imaplib.IMAP4.error, OSError):
            pass

    def uids(self):
        return (ok(self.box.uid("search", "ALL"))[0] or b"").split()

    def message_id(self, uid):
        answer = ok(self.box.uid("fetch", uid, "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"))
        found = re.search(rb"<[^>]*>", b"".join(a[1] for a in answer if isinstance(a, tuple)))
        assert found, answer
        return found[0].decode()


def take_out(m, uid):
    say("take out", m.message_id(uid))
    ok(m.box.uid("move", uid, ELSEWHERE))


def put_back(m, _uid):
    with Mailbox(ELSEWHERE) as elsewhere:
        for uid in elsewhere.uids():
            ok(elsewhere.box.uid("move", uid, "INBOX"))
    say("put back", "")


def delete(m, uid):
    say("delete", m.message_id(uid))
    ok(m.box.uid("store", uid, "+FLAGS", "(\\Deleted)"))
    ok(m.box.uid("expunge", uid))


def mark_deleted(m, uid):
    say("mark", m.message_id(uid))
    ok(m.box.uid("store", uid, "+FLAGS", "(\\Deleted)"))


def copy(m, uid):
    say("copy", m.message_id(uid))
    ok(m.box.uid("copy", uid, "INBOX"))


def repeat(m, uid):
    """As a relay does that lost the answer: another trace header in front."""
    say("repeat", m.message_id(uid))
    answer = ok(m.box.uid("fetch", uid, "(BODY.PEEK[])"))
    mail = next(a[1] for a in answer if isinstance(a, tuple))
    ok(m.box.append("INBOX", None, None, b"Received: from relay9 by mx.mof.example\r\n" + mail))


def undo(_m, _uid):
    """A mail that was registered is put back into the inbox."""
    with Mailbox(DONE) as done:
        uid = draw.choice(done.uids())
        say("undo", done.message_id(uid))
        ok(done.box.uid("move", uid, "INBOX"))


def read(m, uid):
    say("read", m.message_id(uid))
    ok(m.box.uid("store", uid, "+FLAGS", "(\\Seen \\Flagged)"))


DEEDS = [take_out, put_back, delete, mark_deleted, copy, repeat, read, undo]


def tidy():
    put_back(None, None)
    with Mailbox("INBOX") as m:
        for uid in m.uids():
            m.box.uid("store", uid, "-FLAGS", "(\\Deleted)")


def attempt(deed):
    """False: the mail was gone already, or the server was."""
    try:
        deed()
        return True
    except (imaplib.IMAP4.error, OSError, AssertionError, StopIteration, IndexError) as why:
        print("in vain:", why, flush=True)
        return False


def one(deed):
    """Whatever lies in the inbox first; the daemon leaves nothing there for long."""
    with Mailbox("INBOX") as m:
        for _ in range(LOOKS):
            uids = m.uids()
            if uids:
                return deed(m, draw.choice(uids))
            time.sleep(0.005)


def persist(deed, tries):
    """While the server is away there is nothing to be done."""
    for _ in range(tries):
        if attempt(deed):
            return True
        time.sleep(0.05)
    return False


start = time.monotonic()
for at_ms in sorted(draw.randrange(int(span_ms)) for _ in range(int(n_deeds))):
    time.sleep(max(0, start + at_ms / 1000 - time.monotonic()))
    chosen = draw.choice(DEEDS)
    persist(lambda: one(chosen), DEED_TRIES)
sys.exit(0 if persist(tidy, TIDY_TRIES) else 1)
