#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the rules say about functions that nobody has just changed, drawn with a seed.

    python3 benchmarks/whole_tree.py --tree TREE [--functions 3000] [--seed 1] [--judge 60]

Files are drawn by chance, and at most three functions of each, until there are enough. All
findings of severity warning or error are counted by rule; ``--judge N`` draws N of them and prints
each with its path and the lines around it, for a person to judge.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from vreview.analysis import analyse, knowledge_from
from vreview.analysis.hit import FileAnalysis, FunctionSpan, Hit
from vreview.model.observation import Severity
from vreview.rulebook import load_rules

PER_FILE = 3
SKIPPED = ("tools/", "samples/", "scripts/", "Documentation/", "usr/")


def texts(tree: Path, paths: list[str], base: str) -> Iterator[tuple[str, bytes]]:
    command = ["git", "-C", str(tree), "cat-file", "--batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as cat:
        assert cat.stdin is not None
        assert cat.stdout is not None
        for path in paths:
            cat.stdin.write(f"{base}:{path}\n".encode())
            cat.stdin.flush()
            size = int(cat.stdout.readline().split()[2])
            yield path, cat.stdout.read(size)
            cat.stdout.read(1)
        cat.stdin.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tree", type=Path, required=True)
    parser.add_argument("--base", default="HEAD")
    parser.add_argument("--functions", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--judge", type=int, default=0)
    parser.add_argument("--rules", default="", help="only these checks, with commas")
    options = parser.parse_args()
    listed = subprocess.run(
        ["git", "-C", str(options.tree), "ls-tree", "-r", "--name-only", options.base],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    paths = [p for p in listed if p.endswith(".c") and not p.startswith(SKIPPED)]
    chance = random.Random(options.seed)
    chance.shuffle(paths)
    book = load_rules()
    knowledge = knowledge_from(book.knowledge)
    serious = {
        rule.check: rule for rule in book.rules
        if rule.severity in (Severity.WARNING, Severity.ERROR)
    }  # fmt: skip
    only = frozenset(options.rules.split(",")) if options.rules else frozenset(serious)
    drawn, began = 0, time.process_time()
    found: list[tuple[str, bytes, Hit]] = []
    for path, text in texts(options.tree, paths, options.base):
        names: set[str] = set()
        seen = chance.random()

        def wanted(span: FunctionSpan, names: set[str] = names, seen: float = seen) -> bool:
            if span.last - span.first > 3 and (len(names) < PER_FILE or span.name in names):
                lucky = random.Random(f"{seen}{span.name}").random() < 0.25
                names |= {span.name} if lucky else set()
            return span.name in names

        result: FileAnalysis = analyse(
            text, path, knowledge=knowledge, rules=only, wanted=wanted
        )  # fmt: skip
        drawn += len(names)
        found += [
            (path, text, hit)
            for hit in result.hits
            if hit.function in names
            and serious[hit.rule].severity_of(weak=hit.weak) is not Severity.NOTE
        ]
        if drawn >= options.functions:
            break
    spent = time.process_time() - began
    counts = Counter(hit.rule for _, _, hit in found)
    print(
        f"{drawn} functions, {len(found)} findings of severity warning or error, {spent:.0f} s CPU"
    )
    for rule, count in counts.most_common():
        print(f"{count:5}  {serious[rule].id}")
    for number, (path, text, hit) in enumerate(
        chance.sample(found, min(options.judge, len(found))), start=1
    ):
        rule = serious[hit.rule]
        words = {"function": hit.function, "subject": hit.subject, **dict(hit.words)}
        print(f"\n## {number}. {rule.id} {path}:{hit.line} {hit.function}()")
        print("   " + rule.worded(words)[0] + (" (weak)" if hit.weak else ""))
        lines = text.decode("utf-8", "replace").splitlines()
        for step in hit.steps:
            print(f"   {step.line:6} {step.text}")
        first = min([hit.line, *(s.line for s in hit.steps)])
        for n in range(max(1, first - 6, hit.line - 60), min(len(lines), hit.line + 6) + 1):
            print(f"   {n:6}{'>' if n == hit.line else ' '} {lines[n - 1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
