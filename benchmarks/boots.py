# SPDX-License-Identifier: GPL-2.0-or-later
"""Many boots in a row while things die: does vreview ever say something wrong, or leave litter?

Three kernels whose truth is known (good, one with a test that fails, one that panics in a test) are
tested by ``vreview test`` in a random order. Meanwhile vreview, QEMU or virtme-ng is killed at a
random moment, and once each the disks are full: before the start, and while the guest runs. An
answer is right, honest (our side failed, or there is none), or wrong; after each run it is looked
for processes, mounts and temporary folders that should be gone.

    benchmarks/boots.py --tree TREE --boots 200 --seed 1

Mounts small tmpfs folders, so it needs root. Exit status 1 for a wrong answer or something left.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

PLANTED = {
    "failing": ("net/ipv4/af_inet.c", "int inet_listen", "return -EIO;"),
    "panic": ("net/ipv4/udp.c", "int udp_sendmsg", 'if (len) panic("planted by a test");'),
}
"""A line of ours, first in a function that the smoke suite comes through."""

SAYS = {
    "good": (0, r"^smoke: done .*\n(?:  remark: .*\n)*  \d+ passed\n"),
    "failing": (1, r"^smoke: done .*\n(?:  remark: .*\n)*  1 failed, \d+ passed\n"
                   r"  failed: loopback-tcp: "),
    "panic": (1, r"^smoke: panic after .*\n  why: kernel panic: planted by a test\n"),
}  # fmt: skip
"""The right answer about each kernel: exit status and the begin of the report."""

DISTURBANCES = {
    "nothing": 40,
    "vreview killed": 20,
    "QEMU killed": 18,
    "QEMU killed twice": 5,
    "virtme-run killed": 12,
}
REPEATED = "remark: the boot was repeated"
DISKS = ("state full", "tmp full", "state fills up", "tmp fills up")
MOST_S = 600.0
_QUESTION = 4
"""Words that a command line has at most that only asks a program something."""


@dataclass(frozen=True)
class Turn:
    """One run of vreview. ``when`` is the moment of the disturbance, from 0 to 1."""

    number: int
    kernel: str
    disturbance: str
    when: float


@dataclass(frozen=True)
class Outcome:
    """``answer`` is "right", "wrong", or a kind of honest failure; ``left`` what stayed behind."""

    turn: Turn
    answer: str
    hit: bool
    seconds: float
    left: tuple[str, ...]
    output: str


class Bench:
    """A place where one vreview after the other runs: small disks of its own for state and tmp."""

    def __init__(self, home: Path, revisions: dict[str, str], tree: Path) -> None:
        self.state, self.tmp = home / "state", home / "tmp"
        self._revisions = revisions
        self._tree = tree
        self._usual_s = 15.0
        for folder in (self.state, self.tmp):
            folder.mkdir(parents=True)
            call("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder))
        self._mounts = mounts(home)

    def close(self) -> None:
        for folder in (self.state, self.tmp):
            call("umount", "-l", str(folder))

    def run(self, turn: Turn) -> Outcome:
        begin = time.monotonic()
        argv = (
            *(sys.executable, "-m", "vreview", "test", self._revisions[turn.kernel]),
            *("--suite", "smoke", "--tree", str(self._tree), "-q", "-c", "accelerator=tcg"),
        )
        env = {**os.environ, "XDG_STATE_HOME": str(self.state), "TMPDIR": str(self.tmp)}
        if turn.disturbance in ("state full", "tmp full"):
            fill(self.disk(turn))
        with subprocess.Popen(
            argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            said: list[str] = []
            reader = threading.Thread(target=lambda: said.extend(process.stdout or ()))
            reader.start()
            hit = self._disturb(turn, process)
            status = process.wait(MOST_S)
            reader.join()
        seconds = time.monotonic() - begin
        if turn.disturbance == "nothing":
            self._usual_s = 0.8 * self._usual_s + 0.2 * seconds
        killed = turn.disturbance == "vreview killed" and hit
        keep = Path(tempfile.gettempdir()) / f"wrong-{os.getpid()}-{turn.number}"
        output = "".join(said)
        answer = answered(turn.kernel, status, output)
        left = tuple(self._left(killed=killed))
        for folder in (self.state, self.tmp):
            with contextlib.suppress(FileNotFoundError):
                (folder / "filler").unlink()
        if answer == "wrong":
            shutil.copytree(self.state / "vreview", keep, dirs_exist_ok=True)
        shutil.rmtree(self.state / "vreview", ignore_errors=True)
        return Outcome(turn, answer, hit, seconds, left, output)

    def disk(self, turn: Turn) -> Path:
        return self.state if turn.disturbance.startswith("state") else self.tmp

    def _disturb(self, turn: Turn, process: subprocess.Popen[str]) -> bool:
        """Does what the turn says; False when the run was over before."""
        if turn.disturbance in ("nothing", "state full", "tmp full"):
            return True
        if turn.disturbance == "vreview killed":
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(turn.when * self._usual_s)
                return False
            process.kill()
            return True
        name = "virtme-run" if turn.disturbance.startswith("virtme") else "qemu-system-x86_64"
        shot: set[int] = set()
        for _ in range(2 if turn.disturbance.endswith("twice") else 1):
            pid = self._await(name, process, apart_from=shot)
            if pid is None:
                return bool(shot)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(turn.when * 0.6 * self._usual_s)
                return bool(shot)
            if turn.disturbance.endswith("fills up"):
                fill(self.disk(turn))
                return True
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                return bool(shot)
            shot.add(pid)
        return True

    @staticmethod
    def _await(name: str, process: subprocess.Popen[str], *, apart_from: set[int]) -> int | None:
        """The pid of a program below the process, waited for; None when that ends before."""
        while process.poll() is None:
            for pid in below(process.pid):
                words = command_line(pid)
                # virtme-ng asks QEMU for its version first: that one runs no guest.
                runs = any(Path(word).name == name for word in words[:2]) and len(words) > _QUESTION
                if pid not in apart_from and runs:
                    return pid
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        return None

    def _left(self, *, killed: bool) -> Iterator[str]:
        """What should be gone. A killed vreview's folders are the next start's to remove: of them
        nothing may still be in use."""
        until = time.monotonic() + 20
        while (stray := self._strays()) and time.monotonic() < until:
            time.sleep(0.2)
        yield from stray
        if not killed:
            yield from (f"folder {path.name}" for path in self.tmp.glob("vreview-*-*"))
        for mount in mounts(self.state.parent) - self._mounts:
            yield f"mount {mount}"

    def _strays(self) -> list[str]:
        """Processes that know our folders, other than this one."""
        place = f"{self.state.parent}/"
        others = [" ".join(command_line(pid)) for pid in pids() if pid != os.getpid()]
        return [f"process {words[:200]}" for words in others if place in words]


def answered(kernel: str, status: int, output: str) -> str:
    """What the run's end is worth."""
    right_status, pattern = SAYS[kernel]
    if status == right_status and re.search(pattern, output, re.MULTILINE):
        return "right"
    if status == -signal.SIGKILL:
        return "none (killed)"
    if status == 3 and "error: " in output:
        return "our side failed"
    if status == 4:
        return "cannot tell"
    return "wrong"


def planted(tree: Path) -> dict[str, str]:
    """The revisions by the kernels' names."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "e2e"))
    from broken import one_line

    made = {name: one_line(tree, *where).partition("..")[2] for name, where in PLANTED.items()}
    return {"good": "HEAD", **made}


def turns(count: int, seed: int) -> list[Turn]:
    chance = random.Random(seed)
    names, weights = zip(*DISTURBANCES.items(), strict=True)
    drawn = [
        Turn(number, chance.choice(("good", "good", "failing", "panic")),
             chance.choices(names, weights)[0], chance.random())
        for number in range(1, count + 1)
    ]  # fmt: skip
    for place, disk in enumerate(DISKS, start=1):
        number = place * count // (len(DISKS) + 1)
        drawn[number] = Turn(number + 1, "good", disk, chance.random())
    return drawn


def fill(disk: Path) -> None:
    """Leaves no byte free."""
    with open(disk / "filler", "wb", buffering=0) as out, contextlib.suppress(OSError):
        while True:
            out.write(b"\0" * 65536)
    with open(disk / "filler", "ab", buffering=0) as out, contextlib.suppress(OSError):
        while True:
            out.write(b"\0" * 256)


def call(*argv: str) -> None:
    subprocess.run(argv, check=True)


def mounts(below_folder: Path) -> set[str]:
    lines = Path("/proc/mounts").read_text().splitlines()
    return {line.split()[1] for line in lines if line.split()[1].startswith(str(below_folder))}


def pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def below(pid: int) -> list[int]:
    """All descendants of a process."""
    children: dict[int, list[int]] = {}
    for one in pids():
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(one)
    found, todo = [], [pid]
    while todo:
        todo += (now := children.get(todo.pop(), []))
        found += now
    return found


def told(outcome: Outcome) -> str:
    turn = outcome.turn
    late = "" if outcome.hit else " (too late)"
    left = f"; LEFT {', '.join(outcome.left)}" if outcome.left else ""
    text = f"{turn.number:4} {turn.kernel:8} {turn.disturbance}{late}: {outcome.answer}"
    again = ", repeated" if REPEATED in outcome.output else ""
    lines = [f"{text}{again}, {outcome.seconds:.0f} s{left}"]
    if outcome.answer == "wrong" or turn.disturbance in DISKS:
        lines += [f"     | {line}" for line in outcome.output.splitlines()]
    return "\n".join(lines)


def summary(outcomes: list[Outcome]) -> str:
    lines = [f"{len(outcomes)} boots"]
    for name in (*DISTURBANCES, *DISKS):
        mine = [one for one in outcomes if one.turn.disturbance == name]
        counts = Counter(one.answer for one in mine)
        late = sum(not one.hit for one in mine)
        words = ", ".join(f"{counts[answer]} {answer}" for answer in sorted(counts))
        again = sum(REPEATED in one.output for one in mine)
        notes = [f"{late} too late"] * bool(late) + [f"{again} repeated"] * bool(again)
        lines.append(f"  {name} ({', '.join((str(len(mine)), *notes))}): {words}")
    counts = Counter(one.answer for one in outcomes)
    lines.append(", ".join(f"{counts[answer]} {answer}" for answer in sorted(counts)))
    lines.append(f"wrong: {counts['wrong']}")
    lines.append(f"left behind: {sum(len(one.left) for one in outcomes)}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tree", type=Path, required=True)
    parser.add_argument("--boots", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600, help="begin no boot after so long")
    asked = parser.parse_args()
    revisions = planted(asked.tree)
    for revision in revisions.values():
        call(sys.executable, "-m", "vreview", "build", revision, "--tree", str(asked.tree), "-q")
    outcomes: list[Outcome] = []
    until = time.monotonic() + 60 * asked.minutes
    with tempfile.TemporaryDirectory(prefix="boots-") as home:
        benches = [Bench(Path(home) / str(n), revisions, asked.tree) for n in range(asked.at_once)]
        todo = iter(turns(asked.boots, asked.seed))
        lock = threading.Lock()

        def work(bench: Bench) -> None:
            while True:
                with lock:
                    turn = next(todo, None)
                if turn is None or time.monotonic() > until:
                    return
                outcome = bench.run(turn)
                with lock:
                    outcomes.append(outcome)
                    print(told(outcome), flush=True)

        try:
            with ThreadPoolExecutor(asked.at_once) as pool:
                list(pool.map(work, benches))
        finally:
            for bench in benches:
                bench.close()
    print(summary(outcomes))
    return int(any(one.answer == "wrong" or one.left for one in outcomes))


if __name__ == "__main__":
    sys.exit(main())
