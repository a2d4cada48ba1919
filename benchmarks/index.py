#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the index costs: to build, to update, to have during a lint.

    python3 benchmarks/index.py [--tree TREE] [--jobs 2] [--rounds 5] [--cache DIR]

Builds the whole tree's index in DIR (a fresh folder by default; a DIR that holds one already skips
that part), updates it for one changed file, for ten and for a thousand, and lints a one-patch
series, each in a process of its own, with the index and without. Seconds are of the wall unless
they say CPU; on a busy machine only the CPU's mean anything. The tree is not written to.
"""

from __future__ import annotations

import argparse
import difflib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pygit2

from vreview import wiring
from vreview.adapters.git.objects import GitRepo
from vreview.adapters.index.builder import TreeIndex
from vreview.adapters.reporters.progress import ProgressObserver, QuietObserver
from vreview.app.states import is_kernel_c
from vreview.model.series import Oid
from vreview.rulebook import load_rules

TOUCHED = "drivers/vhost/vhost.c"
MIB = 2**20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--tree", type=Path, default=wiring.tree_path(None, config=wiring.settings())
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cache = options.cache or Path(scratch) / "cache"
        clone = Path(scratch) / "tree.git"
        command = ("git", "clone", "-q", "--bare", "--shared", str(options.tree), str(clone))
        subprocess.run(command, check=True)
        index = opened(clone, cache)
        build(index, clone, options.jobs)
        for changed in (1, 10, 1000):
            update(index, clone, changed)
        patch = Path(scratch) / "one.patch"
        patch.write_text(one_patch(clone))
        for name, home in (("with", cache), ("without", Path(scratch) / "empty")):
            lint(name, patch, clone, home, options.rounds)
    return 0


def opened(clone: Path, cache: Path) -> TreeIndex:
    repo = GitRepo(clone)
    tables = load_rules().knowledge
    return TreeIndex(cache / "vreview" / "index", repo.git_folder, tables, wanted=is_kernel_c)


def build(index: TreeIndex, clone: Path, jobs: int) -> None:
    if index.path.is_file():
        print(f"build: skipped, {index.path} is there")
        return
    repo = GitRepo(clone)
    tree = repo.tree(repo.resolve("HEAD"))
    began = time.monotonic()
    with ProgressObserver() as observer:
        done = index.build(tree, jobs=jobs, observer=observer)
    wall = time.monotonic() - began
    ours = resource.getrusage(resource.RUSAGE_SELF)
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = ours.ru_utime + ours.ru_stime + theirs.ru_utime + theirs.ru_stime
    print(
        f"build: {done.read} files, {done.functions} functions, {wall:.0f} s with {jobs} processes,"
        f" {cpu:.0f} CPU s, {done.bytes / MIB:.0f} MiB on disk; at most"
        f" {theirs.ru_maxrss / 1024:.0f} MiB a process ({ours.ru_maxrss / 1024:.0f} the parent)"
    )


def update(index: TreeIndex, clone: Path, count: int) -> None:
    """The tree with ``count`` files changed, one line added to each."""
    repo = pygit2.Repository(str(clone))
    base = repo.revparse_single("HEAD").peel(pygit2.Tree)
    tree = changed(repo, base, count)
    began, cpu = time.monotonic(), time.process_time()
    done = index.build(tree, jobs=2, observer=QuietObserver())
    print(
        f"update: {done.read} of {done.files} files in {time.monotonic() - began:.3f} s"
        f" ({time.process_time() - cpu:.3f} CPU s of this process)"
    )


def changed(repo: pygit2.Repository, base: pygit2.Tree, count: int) -> Oid:
    """A tree in which the first files of drivers/net/ethernet, or vhost.c alone, are other."""
    names = [
        e.path
        for e in repo.revparse_single("HEAD").peel(pygit2.Tree).diff_to_tree().deltas
        for e in (e.old_file,)
        if e.path.startswith("drivers/net/") and e.path.endswith(".c")
    ]
    paths = [TOUCHED, *names][:count]
    index = pygit2.Index()
    index.read_tree(base)
    for path in paths:
        text = repo[index[path].id].data + f"\n/* {count} */\n".encode()
        index.add(pygit2.IndexEntry(path, repo.create_blob(text), index[path].mode))
    return Oid(str(index.write_tree(repo)))


def one_patch(clone: Path) -> str:
    """A diff that adds a test of a pointer."""
    repo = GitRepo(clone)
    text = repo.read(repo.resolve("HEAD"), TOUCHED)
    assert text is not None
    before = text.decode().splitlines(keepends=True)
    at = next(n for n, line in enumerate(before) if line.startswith("\tmutex_lock("))
    after = [*before[:at], "\tif (!vq)\n", "\t\treturn -EINVAL;\n", *before[at:]]
    diff = difflib.unified_diff(before, after, f"a/{TOUCHED}", f"b/{TOUCHED}")
    return f"diff --git a/{TOUCHED} b/{TOUCHED}\n" + "".join(diff)


def lint(name: str, patch: Path, clone: Path, cache: Path, rounds: int) -> None:
    walls, cpus, peak = [], [], 0
    for _ in range(rounds):
        began = time.monotonic()
        process = subprocess.Popen(
            (sys.executable, "-m", "vreview", "lint", str(patch), "--tree", str(clone)),
            stdout=subprocess.DEVNULL,
            env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        )
        _, _, used = os.wait4(process.pid, 0)
        walls.append(time.monotonic() - began)
        cpus.append(used.ru_utime + used.ru_stime)
        peak = max(peak, used.ru_maxrss)
    print(
        f"lint of one patch {name} index: {statistics.median(walls):.2f} s,"
        f" {statistics.median(cpus):.2f} CPU s (medians of {rounds}), {peak / 1024:.0f} MiB"
    )


if __name__ == "__main__":
    sys.exit(main())
