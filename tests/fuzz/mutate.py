#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Render and decode in the real child, at release speed: mutate.py THANWELA N SEED_FOLDER...

libFuzzer needs a sanitizer build, whose children are slow to fork. This mangles the seeds N times
(bits, bytes, numbers, pieces moved, doubled and cut) and has the release build scan them, a
thousand in one call. Each must get a line of its own with a state and, but for codes and none, a
reason; the call must end as documented. Seeded: the same files in each run."""
import collections, json, os, random, subprocess, sys, tempfile

STATES = {"codes", "none", "encrypted", "damaged", "unsupported", "limit"}
NUMBERS = [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\1", b"99999999999"]
PER_CALL, BYTES_MAX = 1000, 1 << 20


def mangle(data, dice):
    out = bytearray(data)
    for _ in range(dice.choice([1, 1, 2, 4, 16])):
        at, way = dice.randrange(len(out) + 1), dice.randrange(7)
        n = dice.randrange(1, 65)
        if way == 0 and at < len(out):
            out[at] ^= 1 << dice.randrange(8)
        elif way == 1 and at < len(out):
            out[at] = dice.randrange(256)
        elif way == 2:
            number = dice.choice(NUMBERS)
            out[at:at + len(number)] = number
        elif way == 3:
            del out[at:at + n]
        elif way == 4:
            out[at:at] = out[at:at + n] * dice.randrange(1, 9)
        elif way == 5:
            out[at:at + n] = dice.randbytes(n)
        elif way == 6 and dice.random() < 0.2:
            del out[at:]
    return bytes(out[:BYTES_MAX])


def seeds(folders):
    paths = sorted(os.path.join(f, name) for f in folders for name in os.listdir(f))
    found = [open(p, "rb").read(BYTES_MAX) for p in paths if os.path.getsize(p)]
    return found or sys.exit("no seeds")


def call(program, folder, files, states):
    for i, data in enumerate(files):
        with open(os.path.join(folder, "%04d" % i), "wb") as f:
            f.write(data)
    names = [os.path.join(folder, "%04d" % i) for i in range(len(files))]
    run = subprocess.run([program, "scan", "--json"] + names, capture_output=True, text=True)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    bad = [line for line in lines if line["state"] not in STATES]
    if run.returncode not in (0, 1, 2) or len(lines) != len(files) or bad:
        sys.exit("status %d, %d lines for %d files: %s %s"
                 % (run.returncode, len(lines), len(files), bad[:3], run.stderr[-500:]))
    for line in lines:
        states[line["state"]] += 1
        why = line.get("why") or ""
        for word in ("crashed", "forbidden", "long to read", "memory to read", "verdict", "makes no sense"):
            if word in why:
                states["of them: " + word] += 1
                with open(line["file"], "rb") as f, open("mutate-%s-%d" % (word.split()[0], states["of them: " + word]), "wb") as copy:
                    copy.write(f.read())


def main():
    program, n, found = sys.argv[1], int(sys.argv[2]), seeds(sys.argv[3:])
    dice, states = random.Random(1), collections.Counter()
    for start in range(0, n, PER_CALL):
        with tempfile.TemporaryDirectory() as folder:
            files = [mangle(dice.choice(found), dice) for _ in range(min(PER_CALL, n - start))]
            call(program, folder, files, states)
    print(", ".join("%s %d" % pair for pair in sorted(states.items())))


if __name__ == "__main__":
    main()
