# SPDX-License-Identifier: GPL-2.0-or-later
"""In-memory apply against `git am` in a sparse worktree: same patches, same run, same tree ids.

    python benchmarks/apply_vs_git_am.py --tree TREE [--rounds 5]

Makes series of 1, 10 and 50 patches out of the tree itself (edits, a rename with an edit, a new
file, a deleted one, a mode change) and applies each both ways, in turns. What `vreview` must
read first (mails to patches) is timed too. Prints medians of wall-clock and of CPU time (a busy
machine stretches only the first); fails when the trees differ.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vreview.adapters.git.objects import GitRepo
from vreview.parse.mail import parse_series

_ENV = {
    **os.environ,
    **{f"GIT_{role}_NAME": "Benchmark" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_EMAIL": "bench@example.org" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_DATE": "1700000000 +0000" for role in ("AUTHOR", "COMMITTER")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def git(folder: Path, *argv: str) -> str:
    done = subprocess.run(
        ("git", *argv), cwd=folder, env=_ENV, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def sparse_worktree(tree: Path, base: str, folder: Path, paths: Sequence[str]) -> None:
    """As b4 and CI systems do it: a clone that shares objects and checks out these paths only."""
    git(Path("/"), "clone", "-q", "--shared", "--no-checkout", str(tree), str(folder))
    git(folder, "sparse-checkout", "set", "--no-cone", *(f"/{path}" for path in paths))
    git(folder, "checkout", "-q", "--detach", base)


def chosen_paths(tree: Path, base: str, count: int) -> list[str]:
    """C files of middling size, spread over the tree: the same ones in every run."""
    rows = git(tree, "ls-tree", "-r", "-l", base).splitlines()
    sizes = {row.split("\t")[1]: row.split()[3] for row in rows if row.endswith(".c")}
    fitting = sorted(path for path, size in sizes.items() if 8_000 < int(size) < 60_000)
    return fitting[:: max(len(fitting) // count, 1)][:count]


def make_series(worktree: Path, paths: Sequence[str], count: int, out: Path) -> list[bytes]:
    """``count`` commits on HEAD and their mails; leaves the worktree where it was."""
    start = git(worktree, "rev-parse", "HEAD")
    for n in range(count):
        path = worktree / paths[n % len(paths)]
        kind = ("edit", "rename", "new", "delete", "mode")[n % 5] if n >= 5 else "edit"
        if kind == "new" or not path.exists():
            path = path.with_name(f"made-{n}.c")
            path.write_text("".join(f"int made_{n}_{k};\n" for k in range(40)))
        elif kind == "delete":
            path.unlink()
        elif kind == "mode":
            path.chmod(0o755)
        else:
            edit(path, n)
            if kind == "rename":
                path.rename(path.with_name(f"moved-{n}.c"))
        git(worktree, "add", "--sparse", "-A", "-f", ".")
        git(worktree, "commit", "-q", "-m", f"bench: {kind} {path.name}")
    git(worktree, "format-patch", "-q", "-M", "-o", str(out), start)
    git(worktree, "checkout", "-q", "-f", "--detach", start)
    return [path.read_bytes() for path in sorted(out.iterdir())]


def edit(path: Path, n: int) -> None:
    """A few lines in, a few out, in three places."""
    lines = path.read_bytes().splitlines(keepends=True)
    for part in (1, 2, 3):
        at = len(lines) * part // 4
        lines[at : at + 2] = [b"/* edit %d.%d */\n" % (n, part)] * 3
    path.write_bytes(b"".join(lines))


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of wall-clock and of CPU, children included."""

    wall_s: float
    cpu_s: float


class Stopwatch:
    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), _cpu_s()

    def stop(self) -> Cost:
        return Cost(time.perf_counter() - self._wall, _cpu_s() - self._cpu)


def _cpu_s() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def by_git_am(worktree: Path, base: str, mails: Path) -> tuple[Cost, str]:
    """What `git am` took, and the tree that it made. Going back to the base is not timed."""
    watch = Stopwatch()
    git(worktree, "am", "-q", *(str(path) for path in sorted(mails.iterdir())))
    cost = watch.stop()
    tree = git(worktree, "rev-parse", "HEAD^{tree}")
    git(worktree, "checkout", "-q", "-f", "--detach", base)
    return cost, tree


def in_memory(tree: Path, base: str, messages: Sequence[bytes]) -> tuple[Cost, Cost, str]:
    """What reading the mails took, and applying (repository opened anew); and the tree."""
    watch = Stopwatch()
    series = parse_series(tuple(messages))
    reading = watch.stop()
    watch = Stopwatch()
    repo = GitRepo(tree)
    applied = repo.apply(series, base=base)
    applying = watch.stop()
    if applied.tip is None:
        sys.exit(f"error: the series did not apply: {applied.patches}")
    return reading, applying, repo.tree(applied.tip)


def compare(tree: Path, base: str, count: int, *, rounds: int, scratch: Path) -> str:
    paths = chosen_paths(tree, base, max(count, 5))
    worktree, out = scratch / f"am-{count}", scratch / f"mails-{count}"
    sparse_worktree(tree, base, worktree, paths)
    messages = make_series(worktree, paths, count, out)
    store = scratch / f"store-{count}.git"
    costs: list[tuple[Cost, Cost, Cost]] = []
    our_tree = ""
    for _ in range(rounds + 1):
        # A fresh store each time: objects that are there already would not be written again.
        shutil.rmtree(store, ignore_errors=True)
        git(Path("/"), "clone", "-q", "--bare", "--shared", str(tree), str(store))
        reading, applying, our_tree = in_memory(store, base, messages)
        am, am_tree = by_git_am(worktree, base, out)
        if our_tree != am_tree:
            sys.exit(f"error: {count} patches: tree {our_tree}, git am made {am_tree}")
        costs.append((am, applying, reading))
    return row(count, costs[1:], our_tree)  # the first round warmed both sides' caches


def row(count: int, costs: Sequence[tuple[Cost, Cost, Cost]], tree: str) -> str:
    am, ours, reading = zip(*costs, strict=True)
    cells = [f"{count:>7}"]
    for name in ("wall_s", "cpu_s"):
        theirs, own = (statistics.median(getattr(c, name) for c in side) for side in (am, ours))
        cells.append(f"{theirs * 1e3:>9.1f} {own * 1e3:>9.1f} {theirs / own:>6.1f}x")
    cells.append(f"{statistics.median(c.wall_s for c in reading) * 1e3:>12.1f}")
    return "  ".join(cells) + f"  {tree[:12]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--tree", type=Path, required=True, help="a kernel tree as a git repository"
    )
    parser.add_argument("--base", default="HEAD")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    tree = Path(git(asked.tree, "rev-parse", "--absolute-git-dir"))
    base = git(tree, "rev-parse", f"{asked.base}^{{commit}}")
    print(f"{'':7}  {'wall-clock, ms':^28}  {'CPU time, ms':^28}")
    side = f"{'git am':>9} {'in memory':>9} {'faster':>7}"
    print(f"patches  {side}  {side}  reading (ms)  same tree")
    with tempfile.TemporaryDirectory(prefix="vreview-bench-") as name:
        for count in (1, 10, 50):
            print(compare(tree, base, count, rounds=asked.rounds, scratch=Path(name)), flush=True)


if __name__ == "__main__":
    main()
