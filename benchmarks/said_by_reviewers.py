#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""For how many remarks of human reviewers does ``vreview lint`` say the same at the same place?

    python3 benchmarks/said_by_reviewers.py --comments FILE.jsonl [--list] [-o OUT.json]

FILE.jsonl holds one remark a line: ``category``, ``comment``, ``file``, ``quoted`` (the lines under
which it stands), ``patch_mail`` (the raw mail). No tree is used: the hunks are all there is.
A finding is at the same place if it, or a step of its evidence, is on a line that was quoted or at
most three lines from the last of them; it says the same if its category fits.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from vreview.adapters.mail.folders import messages_at
from vreview.errors import VreviewError
from vreview.parse.mail import parse_series

FITS = {
    "errno": {"errno", "uninit", "iserr"},
    "leak": {"leak", "uaf"},
    "lock": {"lock"},
    "iserr": {"iserr", "null", "errno"},
    "uaf": {"uaf", "leak"},
    "uninit": {"uninit", "errno"},
    "null": {"null", "iserr"},
}
NEAR = 3


def quoted_lines(row: dict[str, Any], mbox: Path) -> tuple[int, int]:
    """First and last line of the new file that the remark quotes as added or kept; 0 if none.

    The quote is laid on the patch where the longest run of lines before its end agrees: the last
    line alone, often a "return ret;", stands in many places.
    """
    stripped = [line.lstrip("> ").strip() for line in row["quoted"]]
    quoted = [t[1:].strip() if t[:1] == "+" else t for t in stripped if t[:1] not in ("-", "@")]
    while quoted and len(quoted[-1]) < 2:
        quoted.pop()
    new: list[tuple[int, str]] = []
    for patch in parse_series(messages_at(mbox)).patches:
        for diff in patch.files:
            for hunk in diff.hunks if diff.path == row["file"] else ():
                number = hunk.new_start
                for line in hunk.lines:
                    if line[:1] in (b"+", b" "):
                        new.append((number, line[1:].decode("utf-8", "replace").strip()))
                        number += 1
    length, end = 0, 0
    for last in range(len(new)):
        run = 0
        while run <= last and run < len(quoted) and new[last - run][1] == quoted[-1 - run]:
            run += 1
        if run > length:
            length, end = run, last
    if not length:
        return 0, 0
    return max(new[end - length + 1][0], new[end][0] - 40), new[end][0]


def places(finding: dict[str, Any]) -> list[int]:
    steps = [e["line"] for e in finding["evidence"] if e["file"] == finding["file"]]
    return [finding["line"], *steps]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--comments", type=Path, required=True)
    parser.add_argument("--list", action="store_true", help="show remark and finding")
    parser.add_argument("-o", "--out", type=Path)
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.comments.read_text().splitlines()]
    total, found, near = Counter[str](), Counter[str](), Counter[str]()
    record = []
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for number, row in enumerate(rows):
            mbox = Path(folder) / f"{number}.mbox"
            mail = row["patch_mail"]
            mbox.write_text(
                mail if mail.startswith("From ") else f"From x Thu Jan  1 00:00:00 2024\n{mail}",
                encoding="utf-8", errors="surrogateescape",
            )  # fmt: skip
            files[str(mbox)] = row
        command = [sys.executable, "-m", "vreview", "lint", "--no-tree", "--format", "jsonl"]
        done = subprocess.run(
            [*command, "--each", *files], capture_output=True, text=True, check=False
        )
        said = {r["series"]: r["findings"] for r in map(json.loads, done.stdout.splitlines())}
        for name, row in files.items():
            category = row["category"]
            total[category] += 1
            try:
                first, last = quoted_lines(row, Path(name))
            except VreviewError:
                first = last = 0
            place = [
                f for f in said.get(name, [])
                if f["file"] == row["file"] and first
                and any(first <= line <= last + NEAR for line in places(f))
            ]  # fmt: skip
            same = [f for f in place if f["category"] in FITS.get(category, set())]
            near[category] += bool(place)
            found[category] += bool(same)
            record.append({"id": row["id"], "category": category, "comment": row["comment"],
                           "quoted": [first, last], "same": same, "place": place,
                           "all": said.get(name, [])})  # fmt: skip
            if options.list:
                mark = "SAME" if same else "NEAR" if place else "MISS"
                print(f"{mark} {row['id']} {category} {row['file']}:{first}-{last}")
                print("     ", " ".join(row["comment"].split())[:300])
                for finding in same or place or said.get(name, [])[:3]:
                    print("   ->", finding["rule"], finding["line"], finding["message"])
    for category in sorted(total):
        print(f"{category:8} {found[category]:3} of {total[category]:3}"
              f"   any remark at the place: {near[category]}")  # fmt: skip
    print(f"{'all':8} {sum(found.values()):3} of {sum(total.values()):3}")
    if options.out:
        options.out.write_text(json.dumps(record, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
