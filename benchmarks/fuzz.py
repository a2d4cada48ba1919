#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Feed the reviewer mutated C files and patches: nothing may crash, hang, or point outside.

    python3 benchmarks/fuzz.py [--runs 100000] [--seed 1] [--jobs 2]

Half of the inputs are C texts, half are mails with a patch; both are made from the rules' examples
by cutting, doubling and inserting pieces. A failure is printed with its seed, with which
``--only SEED`` repeats it. Exit 1 if there was one.
"""

from __future__ import annotations

import argparse
import difflib
import multiprocessing
import random
import signal
import sys
import time
import traceback
from collections import Counter
from functools import cache

from vreview.analysis import Knowledge, analyse, knowledge_from
from vreview.app.lint import lint
from vreview.errors import VreviewError
from vreview.parse.mail import parse_series
from vreview.resources import data_folder
from vreview.rulebook import RuleBook, load_rules

LONGEST = 5  # seconds for one input
PIECES = [
    *b"{ } ( ) ; : /* */ // ' \" goto case do else while if for switch return".split(),
    *b", = [ ] -> & * ? !".split(),
    b"#if 0\n", b"#else\n", b"#endif\n", b"#define X(a) \\\n", b"\\\n", b"\0", b"\xff\xfe", b"\r\n",
    b"ERR_PTR(", b"IS_ERR(", b"kfree(", b"kmalloc(1, GFP_KERNEL)", b"mutex_lock(&a->b);", b"guard(",
    b"scoped_guard(mutex, &m) {", b"__free(kfree)", b"list_for_each_entry(a, b, c) ", b"-EINVAL",
    b"+", b"-", b" ", b"@@ -1,3 +1,9 @@\n", b"@@ -0,0 +1 @@\n", b"\ndiff --git a/x.c b/x.c\n",
    b"--- a/x.c\n+++ b/x.c\n", b"rename from x.c\nrename to y.c\n", b"100% faster, 1 -> 2\n",
]  # fmt: skip


@cache
def book() -> RuleBook:
    return load_rules()


@cache
def knowledge() -> Knowledge:
    return knowledge_from(book().knowledge)


@cache
def examples() -> tuple[bytes, ...]:
    texts = (path.read_bytes() for path in sorted(data_folder("rules").glob("*/*/*.c")))
    return tuple(text for text in texts if text)


def mutated(text: bytes, chance: random.Random) -> bytes:
    work = bytearray(text)
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(work) + 1)
        match chance.randrange(4):
            case 0:
                del work[at : at + chance.randrange(1, 40)]
            case 1:
                work[at:at] = work[at : at + chance.randrange(1, 200)]
            case 2:
                other = chance.choice(examples())
                start = chance.randrange(len(other))
                work[at:at] = other[start : start + chance.randrange(1, 120)]
            case _:
                work[at:at] = chance.choice(PIECES)
    return bytes(work)


def mail(chance: random.Random) -> bytes:
    """A mail whose patch makes one example of another, or adds one; perhaps damaged."""
    new = chance.choice(examples()).decode("utf-8", "replace").splitlines(keepends=True)
    old = [] if chance.random() < 0.5 else [line for line in new if chance.random() > 0.2]
    if chance.random() < 0.5:
        new = mutated("".join(new).encode(), chance).decode("utf-8", "replace").splitlines(True)
    diff = "".join(difflib.unified_diff(old, new, "a/d/x.c" if old else "/dev/null", "b/d/x.c"))
    kind = "" if old else "new file mode 100644\n"
    body = (
        "From: A <a@b.c>\nSubject: [PATCH] x: y\nMessage-ID: <1@x>\n\nText, 10 -> 12 (20%)\n---\n"
    )
    raw = f"{body}diff --git a/d/x.c b/d/x.c\n{kind}{diff}-- \n2.1\n".encode("utf-8", "replace")
    return raw if chance.random() < 0.4 else mutated(raw, chance)


def one(seed: int) -> str:
    """'' if all went well, else what happened."""
    chance = random.Random(seed)
    try:
        if seed % 2:
            text = mutated(chance.choice(examples()), chance)
            lines = text.count(b"\n") + 1
            result = analyse(text, "d/x.c", knowledge=knowledge())
            bad = [h for h in result.hits if not 1 <= h.line <= lines]
            return f"a hit outside: {bad[0]}" if bad else ""
        raw = mail(chance)
        try:
            series = parse_series([raw])
        except VreviewError:
            return ""
        found = lint(series, repo=None, applied=None, rulebook=book())
        paths = {diff.path for patch in series.patches for diff in patch.files}
        for finding in found.findings:
            place = finding.observation.place
            if place.file and place.file not in paths:
                return f"a finding outside: {place}"
        return ""
    except TimeoutError:
        return f"more than {LONGEST} s"
    except Exception:
        return traceback.format_exc()


def _late(_signal: int, _frame: object) -> None:
    raise TimeoutError


def timed(seed: int) -> tuple[int, str, float]:
    signal.signal(signal.SIGALRM, _late)
    signal.alarm(LONGEST)
    began = time.monotonic()
    try:
        return seed, one(seed), time.monotonic() - began
    finally:
        signal.alarm(0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", type=int, help="one seed, in this process")
    options = parser.parse_args()
    if options.only is not None:
        print(one(options.only) or "nothing happened")
        return 0
    seeds = range(options.seed, options.seed + options.runs)
    failures, longest, kinds = [], 0.0, Counter[str]()
    with multiprocessing.Pool(options.jobs) as pool:
        for done, (seed, what, took) in enumerate(pool.imap_unordered(timed, seeds, 50), start=1):
            longest = max(longest, took)
            if what:
                failures.append(seed)
                last = what.strip().splitlines()[-1]
                kinds[last] += 1
                if kinds[last] <= 2:
                    print(f"seed {seed}: {what}", flush=True)
            if done % 10_000 == 0:
                print(
                    f"{done} inputs, {len(failures)} failures, longest {longest:.2f} s", flush=True
                )
    print(f"{options.runs} inputs: {len(failures)} failures; the longest took {longest:.2f} s")
    for what, count in kinds.most_common():
        print(f"{count:6}  {what}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
