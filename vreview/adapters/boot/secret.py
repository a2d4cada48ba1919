# SPDX-License-Identifier: GPL-2.0-or-later
"""The secret of one boot: only who knows it can say how the job went.

The guest's runner learns it, puts it on each status line, and marks with it where the job's output
begins and ends. The job and everything else in the guest do not have it, so that a line like theirs
("exit 0", "ok 1 all tests") counts for nothing.

What it does not hold against: root in the guest that reads the runner's memory (/proc/PID/mem), and
the kernel itself, which is the one that runs all of it. A kernel that means to lie about its own
tests can; a test, a program that is left running, or a line on the console cannot.
"""

from __future__ import annotations

import re
import secrets
import string
from dataclasses import dataclass

LENGTH = 32

_STARTED = "started"
_EXIT = re.compile(r"exit ([0-9]{1,3})")
_SHOWN = 60


def new_secret() -> str:
    """``LENGTH`` lower-case letters: a shell treats all of them alike, so that two deterministic
    boots with two secrets execute the same instructions."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(LENGTH))


@dataclass(frozen=True, slots=True)
class Status:
    """What the runner said so far; ``forged``: a sentence for each line of somebody else."""

    started: bool = False
    exit_status: int | None = None
    forged: tuple[str, ...] = ()


def read_status(said: bytes, secret: str) -> Status:
    """Reads the whole lines "started SECRET" and "exit N SECRET" of the status channel.

    The first of each counts, and an exit only after a start.
    """
    started, exit_status, forged = False, None, []
    for line in said.decode(errors="replace").split("\n")[:-1]:
        word, _, proof = line.rstrip("\r").rpartition(" ")
        ended = _EXIT.fullmatch(word)
        if not secrets.compare_digest(proof.encode(), secret.encode()):
            forged.append(f"a status line that is not the runner's was ignored: {line[:_SHOWN]!r}")
        elif word == _STARTED:
            started = True
        elif ended and started and exit_status is None:
            exit_status = int(ended[1])
    return Status(started, exit_status, tuple(dict.fromkeys(forged)))


def job_output(said: bytes, secret: str) -> tuple[bytes, tuple[str, ...]]:
    """What the job wrote between the runner's two marks, and a sentence when there was more.

    Without an end (the guest died) it is all after the begin, without a begin there is none.
    """
    before, _, rest = said.partition(f"{secret} begin\n".encode())
    output, _, after = rest.partition(f"{secret} end\n".encode())
    stray = len(before) + len(after)
    if not stray:
        return output, ()
    return output, (f"{stray} bytes on the output channel are not the job's and were ignored",)
