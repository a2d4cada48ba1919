#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of found and flagged, from what a corpus scorer has written.

    python3 benchmarks/accuracy.py --corpus FOLDER --results OUT.json > TABLES.md

FOLDER holds bugs.jsonl (``id``, ``category``, ``subcategory``, ``scope``, ``files``, ``functions``,
``expected_ranges``) and clean.jsonl; OUT.json maps each id, and each id with ``-fixed``, to the
findings of ``vreview lint --format jsonl``. A bug is found if its buggy form has a warning or error
of a category that fits, in a function that the fix changed or within three lines, and the fixed
form has none of the same rule and function.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]
LEVELS = ("high", "moderate", "low")
FITS = {
    "errno": {"errno", "uninit", "iserr"},
    "leak": {"leak"},
    "lock": {"lock"},
    "iserr": {"iserr", "null"},
    "uaf": {"uaf", "leak"},
    "uninit": {"uninit", "errno"},
    "null": {"null", "iserr"},
}


def loud(result: Row, levels: Sequence[str] = LEVELS) -> list[Row]:
    return [
        f for f in result.get("findings", ())
        if f["severity"] in ("error", "warning") and f["confidence"] in levels
    ]  # fmt: skip


def finds(bug: Row, results: dict[str, Row], levels: Sequence[str] = LEVELS) -> list[Row]:
    """The findings that hit the bug."""
    fixed = {
        (f["rule"], f["function"]) for f in loud(results.get(bug["id"] + "-fixed", {}), levels)
    }
    found = []
    for f in loud(results.get(bug["id"], {}), levels):
        near = any(
            f["file"] == r["file"] and r["start"] - 3 <= (f["line"] or -99) <= r["end"] + 3
            for r in bug["expected_ranges"]
        )
        if (
            f["category"] in FITS[bug["category"]]
            and f["file"] in bug.get("files", [bug["file"]])
            and (f["function"] in bug["functions"] or near)
            and (f["rule"], f["function"]) not in fixed
        ):
            found.append(f)
    return found


def rules(findings: Sequence[Row]) -> set[str]:
    return {finding["rule"] for finding in findings}


def share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "-"


def table(title: str, head: str, rows: Iterable[Sequence[object]]) -> None:
    print(f"\n### {title}\n\n| {head} |\n|{'---|' * (head.count('|') + 1)}")
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")


def grouped(bugs: Sequence[Row], hit: set[str], key: Callable[[Row], str]) -> list[tuple[str, str]]:
    total = Counter(map(key, bugs))
    found = Counter(key(bug) for bug in bugs if bug["id"] in hit)
    return [(name, share(found[name], total[name])) for name, _ in total.most_common()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    options = parser.parse_args()
    results = json.loads(options.results.read_text())["results"]
    bugs, clean = (
        [row for row in map(json.loads, (options.corpus / name).read_text().splitlines())
         if row["id"] in results]
        for name in ("bugs.jsonl", "clean.jsonl")
    )  # fmt: skip
    hits = {bug["id"]: found for bug in bugs if (found := finds(bug, results))}
    fixed = [bug for bug in bugs if loud(results.get(bug["id"] + "-fixed", {}))]
    flagged = [row for row in clean if loud(results[row["id"]])]
    print(
        f"Found {share(len(hits), len(bugs))}; fixed forms flagged {share(len(fixed), len(bugs))};"
    )
    print(f"clean patches flagged {share(len(flagged), len(clean))}.")
    table("By category", "category | found", grouped(bugs, set(hits), lambda b: b["category"]))
    table(
        "By scope", "category, scope | found",
        grouped(bugs, set(hits), lambda b: f"{b['category']}, {b['scope']}"),
    )  # fmt: skip
    table(
        "By what the fix did", "category, subcategory | found",
        grouped(bugs, set(hits), lambda b: f"{b['category']}, {b['subcategory']}"),
    )  # fmt: skip
    aside = [bug for bug in bugs if zlib.crc32(bug["id"].encode()) % 3 == 0]
    table(
        "Kept aside: the third whose texts nobody looked at while the rules were written",
        "category | found",
        [*grouped(aside, set(hits), lambda b: b["category"]),
         ("all", share(sum(b["id"] in hits for b in aside), len(aside)))],
    )  # fmt: skip
    good = Counter(rule for found in hits.values() for rule in rules(found))
    in_fixed = Counter(r for bug in fixed for r in rules(loud(results[bug["id"] + "-fixed"])))
    in_clean = Counter(r for row in flagged for r in rules(loud(results[row["id"]])))
    table(
        "By rule",
        "rule | bugs found | fixed forms flagged | clean patches flagged",
        [
            (rule, good[rule], in_fixed[rule], in_clean[rule])
            for rule, _ in (good + in_fixed + in_clean).most_common()
        ],
    )
    curve = []
    for levels in (LEVELS[:1], LEVELS[:2], LEVELS):
        found = sum(bool(finds(bug, results, levels)) for bug in bugs)
        forms = sum(bool(loud(results.get(f"{bug['id']}-fixed", {}), levels)) for bug in bugs)
        patches = sum(bool(loud(results[row["id"]], levels)) for row in clean)
        counts = (share(found, len(bugs)), share(forms, len(bugs)), share(patches, len(clean)))
        curve.append((" and ".join(levels), *counts))
    head = "shown | found | fixed forms flagged | clean patches flagged"
    table("By confidence", head, curve)
    return 0


if __name__ == "__main__":
    sys.exit(main())
