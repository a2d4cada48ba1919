# SPDX-License-Identifier: GPL-2.0-or-later
"""Driver files that the default config leaves out: is that said, and do the chosen options help?

    python benchmarks/options.py --corpus DIR [--tree TREE] [--count 20] [--seed 4] [--no-compile]

Draws C files below drivers/ that the corpus' bugs and clean changes touch and that the test kernel
does not compile. For each: the reason as a report gives it, the options that are chosen, and
whether the object is compiled with them (make of that object alone, real Kconfig, real compiler).
With --no-compile: whether the .config that comes of them asks for the object.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from vreview import wiring
from vreview.adapters.git.objects import GitRepo
from vreview.adapters.kbuild.builder import KbuildBuilder
from vreview.adapters.kbuild.units import SlotTrees
from vreview.app.options import Asks, choose_options
from vreview.logic.recipes import TESTED
from vreview.logic.treeoptions import TreeOptions
from vreview.model.kernel import KernelConfig, Recipe
from vreview.model.series import Oid
from vreview.parse.kconfig import parse_config


def touched_files(corpus: Path) -> list[str]:
    """C files below drivers/ of both lists, sorted."""
    found = set()
    for name in ("bugs.jsonl", "clean.jsonl"):
        for line in (corpus / "dev" / name).read_text().splitlines():
            row = json.loads(line)
            files = [row["file"]] if "file" in row else row.get("files", [])
            found.update(f for f in files if f.startswith("drivers/") and f.endswith(".c"))
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--tree", type=Path)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--no-compile", action="store_true")
    asked = parser.parse_args()
    config = replace(wiring.settings(()), jobs=asked.jobs)
    repo = wiring.kernel_repo(asked.tree, config=config)
    commit = repo.resolve("HEAD")
    builder = wiring.builder(repo.git_folder, config=config)
    trees = SlotTrees(repo.git_folder, builder.cache, cc=config.cc, jobs=config.jobs)
    run(asked, repo=repo, commit=commit, builder=builder, trees=trees)


def run(
    asked: argparse.Namespace,
    *,
    repo: GitRepo,
    commit: Oid,
    builder: KbuildBuilder,
    trees: SlotTrees,
) -> None:
    def read(path: str) -> str | None:
        data = repo.read(commit, path)
        return None if data is None else data.decode(errors="replace")

    made: dict[Asks, KernelConfig | None] = {}

    def configure(asks: Asks) -> Mapping[str, str] | None:
        if asks not in made:
            made[asks] = builder.configured(commit, recipe=Recipe("test", TESTED, asks))
        got = made[asks]
        return None if got is None else parse_config(got.text)

    base = configure(())
    assert base is not None
    tree = TreeOptions(read)
    outside = [
        path
        for path in touched_files(asked.corpus)
        if read(path) is not None and not tree.compiles(path, base)
    ]
    drawn = random.Random(asked.seed).sample(outside, asked.count)
    print(f"{len(outside)} files outside the default config; {len(drawn)} drawn, seed {asked.seed}")
    said = compiled = 0
    for path in sorted(drawn):
        begun = time.monotonic()
        plain = choose_options([path], tree, configure, add=False)
        reason = dict(plain.blocked).get(path, "")
        said += bool(reason)
        chosen = choose_options([path], tree, configure)
        took = time.monotonic() - begun
        ok = False
        result = made.get(chosen.options) if chosen.options else None
        if result is not None and asked.no_compile:
            ok = tree.compiles(path, chosen.config)
        elif result is not None:
            with trees.opened(commit, config=result, files=[path]) as units:
                ok = path in units
        compiled += ok
        print(f"{path}\n  not compiled in: {reason}")
        if chosen.options:
            print(f"  added: {' '.join(f'CONFIG_{s}={v}' for s, v in chosen.options)}")
        for file, why in chosen.blocked:
            print(f"  blocked: {file} {why}")
        verdict = "compiled" if ok else "NOT COMPILED"
        print(
            f"  {verdict}; chosen in {took:.1f} s, all {time.monotonic() - begun:.1f} s", flush=True
        )
    print(f"said to be not compiled in: {said} of {len(drawn)}")
    print(f"compiled with the options chosen: {compiled} of {len(drawn)}")


if __name__ == "__main__":
    main()
