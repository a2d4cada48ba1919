#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a review finds ten faults that show when they run, and whose patch it names.

    python3 benchmarks/planted.py --tree TREE [--base REV] [--only NAME,...] [--out DIR]

The faults are examples/planted.toml. Each series is reviewed (lint, build, boot, test) as a user
would; those that need a failing allocation once more with --no-inject, where they must not show.
Prints a line for each. Exit status 1 when one was not found, or blamed on another patch.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "examples"))

from make_series import make  # noqa: E402


def reviewed(mbox: Path, tree: Path, base: str, out: Path, *more: str) -> dict[str, Any]:
    argv = (
        *(sys.executable, "-m", "vreview", "review", str(mbox), "--tree", str(tree)),
        *("--base", base, "--only", "lint,build,boot,test", "--format", "json", *more),
    )
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    out.with_suffix(".json").write_text(done.stdout)
    out.with_suffix(".err").write_text(done.stderr)
    if done.returncode not in (0, 1, 4):
        raise SystemExit(f"{' '.join(argv)}: status {done.returncode}\n{done.stderr[-2000:]}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def shown(report: dict[str, Any], truth: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """The finding that a run showed, and the kind as which it did."""
    for finding in report["findings"]:
        kinds = [finding["rule"], *(one["rule"] for one in finding.get("shown", ()))]
        kind = next((kind for kind in kinds if kind in truth["kinds"]), "")
        told = json.dumps(finding)
        if kind and any(name in told for name in truth["functions"]):
            return finding, kind
    return None, ""


def line(truth: dict[str, Any], report: dict[str, Any], without: dict[str, Any] | None) -> str:
    """The row of the table; it begins with "ok" when all is as it should be."""
    finding, kind = shown(report, truth)
    found = finding is not None
    patch = finding["patch"] if finding else None
    joined = bool(finding and finding.get("shown"))
    quiet = without is None or shown(without, truth)[0] is None
    good = found and patch == truth["patch"] and quiet and (joined or not truth["rule"])
    columns = (
        "ok " if good else "NO ",
        f"{truth['name']:18}",
        f"{kind or '-':18}",
        f"patch {patch} (is {truth['patch']})",
        f"joined with {finding['rule']}" if joined and finding else "not joined",
        "" if without is None else f"without injection: {'quiet' if quiet else 'shown'}",
    )
    return "  ".join(columns).rstrip()


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--tree", type=Path, required=True)
    options.add_argument("--base", default="HEAD")
    options.add_argument("--only", default="", help="names, separated by commas")
    options.add_argument("--out", type=Path, default=Path("planted.out"))
    options.add_argument("more", nargs="*", help="further arguments of the reviews, after --")
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    table = tomllib.loads((ROOT / "examples/planted.toml").read_text("utf-8"))["planted"]
    wanted = [t for t in table if not chosen.only or t["name"] in chosen.only.split(",")]
    bad = 0
    for truth in wanted:
        mbox = chosen.out / f"{truth['name']}.mbox"
        mbox.write_text(make(chosen.tree, chosen.base, ROOT / "examples/planted" / truth["name"]))
        place = chosen.out / truth["name"]
        report = reviewed(mbox, chosen.tree, chosen.base, place, *chosen.more)
        without = None
        if truth["injected"]:
            place = chosen.out / f"{truth['name']}-quiet"
            without = reviewed(mbox, chosen.tree, chosen.base, place, *chosen.more, "--no-inject")
        told = line(truth, report, without)
        bad += not told.startswith("ok")
        print(told, flush=True)
    print(f"{len(wanted) - bad} of {len(wanted)} as they should be")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
