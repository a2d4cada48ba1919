#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long ``vreview lint`` takes, start of the interpreter included, and how much memory.

    python3 benchmarks/lint_speed.py --tree TREE --patches FILE.jsonl [--runs 20] [--files 50]

FILE.jsonl holds merged changes: ``patch``, and ``pre_patch``, which takes the change out of HEAD.
Commits are made for the bases; no ref points to them. One patch: the median of ``--runs`` different
ones. Ten patches: one series of ten of them. Then, as a ratio in the same run: every function of
``--files`` files, drawn with a seed, by the rules and by the tree's own semantic patches
(scripts/coccinelle/{null,locks,free,iterators}, by spatch, where it is installed).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

AREAS = ("null", "locks", "free", "iterators")
LINT = [sys.executable, "-m", "vreview", "lint"]


def git(tree: Path, *args: str, data: str = "", env: dict[str, str] | None = None) -> str:
    return subprocess.run(
        ["git", "-C", str(tree), *args],
        input=data, capture_output=True, text=True, check=True, errors="surrogateescape",
        env={**os.environ, **(env or {})},
    ).stdout.strip()  # fmt: skip


def commit_without(tree: Path, rows: list[dict[str, Any]]) -> str:
    """A commit of HEAD from which the changes are taken out, made without a checkout."""
    with tempfile.TemporaryDirectory() as scratch:
        env = {"GIT_INDEX_FILE": f"{scratch}/index"}
        for role in ("AUTHOR", "COMMITTER"):
            env |= {f"GIT_{role}_NAME": "bench", f"GIT_{role}_EMAIL": "bench@localhost"}
        git(tree, "read-tree", "HEAD", env=env)
        for row in rows:
            git(
                tree,
                "apply",
                "--cached",
                "--whitespace=nowarn",
                "-",
                data=row["pre_patch"],
                env=env,
            )
        made = git(tree, "write-tree", env=env)
        return git(tree, "commit-tree", made, "-p", "HEAD", "-m", "base", env=env)


def mbox(rows: list[dict[str, Any]]) -> str:
    total, text = len(rows), ""
    for n, row in enumerate(rows, start=1):
        text += (
            f"From bench Thu Jan  1 00:00:00 2024\nFrom: A <a@example.org>\n"
            f"Subject: [PATCH {n}/{total}] change {n}\nMessage-ID: <{n}@example.org>\n\n"
            f"text\n---\n{row['patch']}\n-- \n2.1\n\n"
        )
    return text


def timed(command: list[str]) -> tuple[float, int, int]:
    """Seconds, KiB of resident memory, exit status."""
    began = time.monotonic()
    pid = os.spawnvpe(os.P_NOWAIT, command[0], command, {**os.environ, "COLUMNS": "80"})
    _, status, usage = os.wait4(pid, 0)
    return time.monotonic() - began, usage.ru_maxrss, os.waitstatus_to_exitcode(status)


def disjoint(rows: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    chosen: list[dict[str, Any]] = []
    seen: set[str] = set()
    for row in rows:
        paths = set(re.findall(r"^\+\+\+ b/(\S+)", row["patch"], re.MULTILINE))
        if not paths & seen and any(p.endswith(".c") for p in paths):
            chosen.append(row)
            seen |= paths
        if len(chosen) == count:
            break
    return chosen


def against_spatch(tree: Path, count: int, folder: Path) -> None:
    names = [n for n in git(tree, "ls-tree", "-r", "--name-only", "HEAD", "drivers").split("\n")
             if n.endswith(".c")]  # fmt: skip
    files = random.Random(1).sample(names, count)
    archive = subprocess.run(
        ["git", "-C", str(tree), "archive", "HEAD", "scripts/coccinelle", *files],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    sources = [str(folder / name) for name in files]
    program = (
        "import sys; from vreview.analysis import analyse, knowledge_from;"
        "from vreview.rulebook import load_rules;"
        "b = load_rules(); k = knowledge_from(b.knowledge);"
        "[analyse(open(f, 'rb').read(), f, knowledge=k) for f in sys.argv[1:]]"
    )
    ours, memory, _ = timed([sys.executable, "-c", program, *sources])
    print(f"{count} files, every function, all rules: {ours:.1f} s, {memory // 1024} MiB")
    spatch = shutil.which("spatch")
    if spatch is None:
        print("spatch is not installed: no ratio")
        return
    began, scripts = time.monotonic(), 0
    for area in AREAS:
        for script in sorted((folder / "scripts/coccinelle" / area).glob("*.cocci")):
            scripts += 1
            subprocess.run(
                [spatch, "-D", "report", "--no-show-diff", "--very-quiet", "--cocci-file",
                 str(script), *sources],
                capture_output=True, check=False,
            )  # fmt: skip
    theirs = time.monotonic() - began
    print(f"{count} files, {scripts} semantic patches: {theirs:.1f} s, {theirs / ours:.1f} x ours")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tree", type=Path, required=True)
    parser.add_argument("--patches", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--files", type=int, default=50)
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.patches.read_text().splitlines()]
    random.Random(1).shuffle(rows)
    rows = disjoint(rows, max(options.runs, 10))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        took, most, quiet = [], 0, folder / "out"
        for number, row in enumerate(rows[: options.runs]):
            base = commit_without(options.tree, [row])
            series = folder / f"{number}.mbox"
            series.write_text(mbox([row]), errors="surrogateescape")
            command = ["--tree", str(options.tree), "--base", base, "--format", "jsonl"]
            redirect = ["sh", "-c", 'exec "$@" > "$0"', str(quiet)]
            seconds, memory, status = timed([*redirect, *LINT, *command, str(series)])
            if status in (0, 1):
                took.append(seconds)
                most = max(most, memory)
        print(f"one patch: median {statistics.median(took):.2f} s, longest {max(took):.2f} s,"
              f" at most {most // 1024} MiB ({len(took)} patches)")  # fmt: skip
        ten = rows[:10]
        base = commit_without(options.tree, ten)
        series = folder / "ten.mbox"
        series.write_text(mbox(ten), errors="surrogateescape")
        runs = [
            timed(["sh", "-c", 'exec "$@" > "$0"', str(quiet), *LINT, "--tree", str(options.tree),
                   "--base", base, "--format", "jsonl", str(series)])
            for _ in range(5)
        ]  # fmt: skip
        print(f"ten patches: median {statistics.median(r[0] for r in runs):.2f} s,"
              f" {max(r[1] for r in runs) // 1024} MiB, exit {runs[0][2]}")  # fmt: skip
        against_spatch(options.tree, options.files, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
