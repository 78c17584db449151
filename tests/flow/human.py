"""A human at the mailbox while the daemon works: one round of tests/flow/test_faults_human.c.

human.py PORT CA_FILE ADDRESS PASSWORD_FILE MAILDIR DOVECOT_CONF SEED

Moves mails away and back, deletes, copies, flags, brings new ones and old ones again, takes some back
out of the folder of what is done; makes the server change its UIDVALIDITY, or give UIDs anew that were
given before. Prints a line for each thing that may have changed how often a letter lies about:
"new N", "copy N", "deleted N", and a line "did WHAT".
"""
import imaplib
import os
import random
import re
import ssl
import subprocess
import sys
import time

port, ca_file, address, password_file, maildir, dovecot_conf, seed = sys.argv[1:]
DONE = '"&DiUOBw4XDjAOQA4aDjUOIg4ZDkEOJQ5JDic-"'
AWAY = "Away"
INBOX = "INBOX"
chance = random.Random(int(seed))
box = None


class Gone(Exception):
    """Somebody else was quicker, or the server hung up: a human shrugs."""


def sign_in():
    global box
    box = imaplib.IMAP4_SSL("localhost", int(port), ssl_context=ssl.create_default_context(cafile=ca_file))
    box.login(address, open(password_file).read().strip())


def ok(answer):
    if answer[0] != "OK":
        raise Gone(answer)
    return answer[1]


def pick(folder):
    """A letter in the folder: its UID and number."""
    ok(box.select(folder))
    uids = ok(box.uid("search", "HEADER", "Message-ID", "<letter-"))[0].split()
    if not uids:
        raise Gone(folder)
    uid = chance.choice(uids).decode()
    head = ok(box.uid("fetch", uid, "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"))[0]
    if not head:
        raise Gone(uid)
    return uid, int(re.search(rb"letter-(\d+)@", head[1]).group(1))


def tell(word, n):
    print(word, n, flush=True)


def all_back():
    ok(box.select(AWAY))
    if ok(box.uid("search", "ALL"))[0].split():
        ok(box.uid("move", "1:*", INBOX))


def move_away_and_back():
    uid, n = pick(INBOX)
    tell("copy", n)  # a move that meets ours on the server may leave two
    ok(box.uid("move", uid, AWAY))
    pause()
    all_back()


def delete():
    uid, n = pick(INBOX)
    tell("deleted", n)
    ok(box.uid("store", uid, "+FLAGS", r"(\Deleted)"))
    ok(box.uid("expunge", uid))


def copy_in_the_inbox():
    uid, n = pick(INBOX)
    tell("copy", n)
    ok(box.uid("copy", uid, INBOX))


def take_out_again():
    uid, n = pick(DONE)
    tell("copy", n)
    ok(box.uid(chance.choice(["copy", "move"]), uid, INBOX))


def read_and_flag():
    uid, _ = pick(INBOX)
    ok(box.uid("store", uid, "+FLAGS", r"(\Seen \Flagged)"))


def letter(n):
    return (
        "Received: from relay by mx.mof.example; Sun, 4 Oct 2020 09:00:00 +0700\r\n"
        "Authentication-Results: mx.mof.example; auth=pass; spf=pass smtp.mailfrom=saraban@customs.go.th\r\n"
        f"From: saraban@customs.go.th\r\nTo: {address}\r\nMessage-ID: <letter-{n}@test>\r\n"
        f"Subject: letter {n}\r\n\r\nbody {n}\r\n"
    ).encode()


def bring_a_new_one():
    bring_a_new_one.last += 1
    tell("copy", bring_a_new_one.last)
    ok(box.append(INBOX, None, None, letter(bring_a_new_one.last)))
    tell("new", bring_a_new_one.last)


bring_a_new_one.last = 100


def bring_one_again():
    uid, n = pick(chance.choice([INBOX, DONE]))
    mail = ok(box.uid("fetch", uid, "(BODY.PEEK[])"))[0]
    if not mail:
        raise Gone(uid)
    tell("copy", n)
    hop = b"Received: from relay%d by mx.mof.example; Sun, 4 Oct 2020 10:00:00 +0700\r\n" % chance.randrange(99)
    ok(box.append(INBOX, None, None, hop + mail[1]))


def change_uidvalidity():
    folder = chance.choice([INBOX, DONE]).strip('"')
    subprocess.run(
        ["doveadm", "-c", dovecot_conf, "mailbox", "update", "-u", address]
        + ["--uid-validity", str(chance.randrange(1, 2**31)), folder.replace(DONE.strip('"'), "ลงทะเบียนแล้ว")],
        check=True,
        stderr=subprocess.DEVNULL,
    )


def give_uids_anew():
    """The same UIDVALIDITY, and UIDs from 1 on: what no server should do, and a restored one does."""
    uidlist = maildir + "/dovecot-uidlist"
    head = open(uidlist).readline().split()
    head[2] = "N1"
    owner = os.stat(uidlist)
    with open(uidlist + ".new", "w") as f:
        f.write(" ".join(head) + "\n")
    os.chown(uidlist + ".new", owner.st_uid, owner.st_gid)
    for name in os.listdir(maildir):
        if name.startswith("dovecot.index"):
            os.remove(maildir + "/" + name)
    os.rename(uidlist + ".new", uidlist)


ACTIONS = [move_away_and_back, delete, copy_in_the_inbox, take_out_again, read_and_flag, bring_a_new_one, bring_one_again]
ROUGH = [change_uidvalidity, give_uids_anew]


def pause():
    time.sleep(chance.random() * 0.2)


def act(action):
    """Whether it could; where not, the human signs in anew the next time."""
    global box
    try:
        if box is None:
            sign_in()
        action()
        print("did", action.__name__, flush=True)
    except (Gone, OSError, imaplib.IMAP4.error, subprocess.CalledProcessError) as e:
        print("could not", action.__name__, repr(e)[:120].replace("\n", " "), flush=True)
        box = None
        return False
    return True


def main():
    sign_in()
    box.create(AWAY)
    plan = [chance.choice(ACTIONS) for _ in range(10)]
    plan.insert(chance.randrange(len(plan)), chance.choice(ROUGH))
    for action in plan:
        act(action)
        pause()
    for _ in range(20):  # whatever is away comes back
        if act(all_back):
            break


main()
