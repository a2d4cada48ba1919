#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Review the systems of examples/systems, right and faulty, and tell in a table what was caught.

    python3 benchmarks/systems.py --tree TREE [--only NAME,...] [-o FOLDER] [-- OPTION...]

Each series is made, applied, read, built, booted and tested by `vreview review`; OPTIONs are handed
to it. A right one is well when its review says that nothing is new. A faulty one is well when each
fault whose list names a rule is found by that rule, and when the run shows what the list says that
it shows. FOLDER keeps the mboxes and reports. Exits with 1 when one is not well.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SYSTEMS = ROOT / "examples" / "systems"
STAGES = "lint,build,boot,test"
SEEN = {"console": "splat", "test": "test"}
"""Findings that only a run has, by their origin."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``ran`` of the changed lines that were compiled, ``loud`` findings (no notes), ``found`` of
    ``known`` faults by rules, ``seen`` by the run; ``well`` as the module says."""

    name: str
    verdict: str
    seconds: float
    passed: int
    ran: str
    loud: int
    found: int
    known: int
    seen: tuple[str, ...]
    well: bool


def systems() -> list[str]:
    """All series, as `make_series.py` names them, without `systems/`."""
    return sorted(str(each.parent.relative_to(SYSTEMS)) for each in SYSTEMS.rglob("series.toml"))


def review(name: str, tree: Path, folder: Path, options: Sequence[str]) -> dict[str, Any]:
    """The report of one series. SystemExit where vreview has none."""
    mbox = folder / f"{name.replace('/', '-')}.mbox"
    kept, known = mbox.with_suffix(".json"), mbox.read_bytes() if mbox.exists() else b""
    script = ROOT / "examples" / "make_series.py"
    subprocess.run(
        [sys.executable, str(script), "--tree", str(tree), f"systems/{name}", "-o", str(mbox)],
        check=True,
    )
    if kept.exists() and mbox.read_bytes() == known:
        return loaded(kept.read_bytes())
    command = (sys.executable, "-m", "vreview", "review", "--only", STAGES, "--format", "json")
    done = subprocess.run(
        [*command, "--tree", str(tree), *options, str(mbox)], stdout=subprocess.PIPE, check=False
    )
    if done.returncode not in (0, 1, 4) or not done.stdout:
        raise SystemExit(f"systems: the review of {name} ended with {done.returncode}")
    kept.write_bytes(done.stdout)
    return loaded(done.stdout)


def loaded(report: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(report)
    return found


def read(name: str, report: dict[str, Any]) -> Outcome:
    """What the report says of the series, held against the list of its faults."""
    listed = SYSTEMS / name / "faults.toml"
    faults = tomllib.loads(listed.read_text("utf-8")) if listed.exists() else {}
    known = [fault for fault in faults.get("fault", ()) if "rule" in fault]
    found = sum(any(tells(each, fault) for each in report["findings"]) for fault in known)
    seen = tuple(sorted({SEEN[f["origin"]] for f in report["findings"] if f["origin"] in SEEN}))
    loud = sum(each["severity"] != "note" for each in report["findings"])
    return Outcome(
        name=name,
        verdict=report["verdict"],
        seconds=sum(stage["seconds"] for stage in report["stages"]),
        passed=sum(case["state"] == "passed" for case in cases(report)),
        ran=lines(report),
        loud=loud,
        found=found,
        known=len(known),
        seen=seen,
        well=found == len(known) and set(faults["seen"]) <= set(seen)
        if faults
        else report["verdict"] == "nothing new" and not loud,
    )


def tells(finding: dict[str, Any], fault: dict[str, Any]) -> bool:
    keys = ("rule", "file", "function", "patch")
    return all(finding[key] == fault[key] for key in keys)


def cases(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The tip's test cases, of all its kernels and runs."""
    for trial in report["trials"]["tip"]:
        for run in trial["runs"]:
            yield from run["cases"]


def lines(report: dict[str, Any]) -> str:
    """How many of the changed lines that were compiled ran: "41/45"; "-" where none was counted."""
    counted = report["coverage"] or ()
    ran, compiled = (sum(each[key] for each in counted) for key in ("ran_lines", "compiled_lines"))
    return f"{ran}/{compiled}" if compiled else "-"


def table(outcomes: Sequence[Outcome]) -> str:
    head = ("system", "verdict", "s", "passed", "lines", "loud", "by rules", "by the run", "")
    rows = [
        (
            each.name,
            each.verdict,
            f"{each.seconds:.0f}",
            str(each.passed),
            each.ran,
            str(each.loud),
            f"{each.found}/{each.known}" if each.known else "-",
            ", ".join(each.seen) or "-",
            "well" if each.well else "NOT AS IT SHOULD BE",
        )
        for each in outcomes
    ]
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    return "\n".join(
        "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    )


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--tree", type=Path, required=True, help="a git repository of a kernel")
    options.add_argument("--only", default="", help="these alone, with commas between")
    options.add_argument("-o", "--output", type=Path, help="where mboxes and reports are kept")
    options.add_argument("option", nargs="*", help="further options of vreview review, after --")
    chosen = options.parse_args()
    names = chosen.only.split(",") if chosen.only else systems()
    if unknown := set(names) - set(systems()):
        options.error(f"no such system: {', '.join(sorted(unknown))}; there are {systems()}")

    outcomes = []
    with tempfile.TemporaryDirectory(prefix="systems-") as scratch:
        folder = chosen.output or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            report = review(name, chosen.tree.resolve(), folder, chosen.option)
            outcomes.append(read(name, report))
            print(table(outcomes[-1:]), flush=True, file=sys.stderr)
    print(table(outcomes))
    return 0 if all(each.well for each in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
