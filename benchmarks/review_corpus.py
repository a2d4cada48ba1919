#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Review real series with the whole command, and tell times and verdicts in a table.

    python3 benchmarks/review_corpus.py --tree TREE --corpus FOLDER [--only ID,…] [-o OUT.jsonl]

FOLDER holds series.json with its mboxes, and clean.jsonl: merged changes (`patch`), each with the
diff that takes it out of the tree (`pre_patch`). Taken are the series that applied with git am as a
whole, and the changes whose C files the test kernel of HEAD compiles. What is in OUT already is
not done again. Commits are made for the bases; no ref points to them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TOUCHED = re.compile(r"^\+\+\+ b/(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Job:
    """``base`` is "" where vreview is to find it."""

    name: str
    mbox: Path
    base: str


def git(tree: Path, *args: str, data: str = "", env: dict[str, str] | None = None) -> str:
    return subprocess.run(
        ["git", "-C", str(tree), *args],
        input=data,
        capture_output=True,
        text=True,
        check=True,
        errors="surrogateescape",
        env={**os.environ, **(env or {})},
    ).stdout.strip()


def commit_with(tree: Path, patch: str) -> str:
    """A commit of HEAD with a patch applied, made without a checkout."""
    with tempfile.TemporaryDirectory() as scratch:
        env = {"GIT_INDEX_FILE": f"{scratch}/index"}
        for role in ("AUTHOR", "COMMITTER"):
            env |= {f"GIT_{role}_NAME": "corpus", f"GIT_{role}_EMAIL": "corpus@localhost",
                    f"GIT_{role}_DATE": "2024-01-01T00:00:00Z"}  # fmt: skip
        git(tree, "read-tree", "HEAD", env=env)
        git(tree, "apply", "--cached", "--whitespace=nowarn", "-", data=patch, env=env)
        written = git(tree, "write-tree", env=env)
        return git(tree, "commit-tree", written, "-p", "HEAD", "-m", "corpus", env=env)


def series_jobs(corpus: Path) -> Iterator[Job]:
    for row in json.loads((corpus / "series.json").read_text()):
        if row["am_all_ok"] and not row["missing"]:
            yield Job(row["id"], corpus / row["mbox"], "")


def clean_jobs(corpus: Path, tree: Path, compiled: set[str], scratch: Path) -> Iterator[Job]:
    for line in (corpus / "clean.jsonl").read_text().splitlines():
        row = json.loads(line)
        sources = [p for p in _TOUCHED.findall(row["patch"]) if p.endswith(".c")]
        if not sources or not compiled.issuperset(sources):
            continue
        mbox = scratch / f"{row['id']}.eml"
        mbox.write_text(
            f"From: Corpus <corpus@localhost>\nDate: Mon, 1 Jan 2024 00:00:00 +0000\n"
            f"Subject: [PATCH] corpus change\nMessage-Id: <{row['id']}@localhost>\n\n---\n"
            f"{row['patch']}",
            errors="surrogateescape",
        )
        yield Job(row["id"], mbox, commit_with(tree, row["pre_patch"]))


def reviewed(job: Job, tree: Path) -> dict[str, Any]:
    """One review: its seconds, status and report in short."""
    begin = time.monotonic()
    base = ["--base", job.base] if job.base else []
    done = subprocess.run(
        [sys.executable, "-m", "vreview", "review", job.mbox, "--tree", tree, *base, "-q",
         "--format", "json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    row: dict[str, Any] = {
        "id": job.name,
        "status": done.returncode,
        "seconds": round(time.monotonic() - begin, 1),
    }
    if not done.stdout:
        return {**row, "error": done.stderr.strip()[-400:]}
    report = json.loads(done.stdout)
    return {
        **row,
        "verdict": report["verdict"],
        "findings": [f"{f['severity']} {f['rule']} {f['file']}:{f['function']}"
                     for f in report["findings"]],
        "stages": {s["stage"]: [s["state"], round(s["seconds"], 1), s["why"]]
                   for s in report["stages"]},
        "comparisons": {c["metric"]: [c["verdict"], c["shift"]] for c in report["comparisons"]},
        "not_compiled": sum(r.startswith("not compiled in") for r in report["remarks"]),
        "compiled": sorted({c for t in report["trials"]["tip"] if t["build"]
                            for c in t["build"]["compiled"]}),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tree", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--only", default="", help="ids, separated by commas")
    parser.add_argument("-o", "--out", type=Path, default=Path("review_corpus.jsonl"))
    given = parser.parse_args()
    image = subprocess.run(
        [sys.executable, "-m", "vreview", "build", "HEAD", "--tree", given.tree, "-q"],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()[0]  # fmt: skip
    compiled = set((Path(image).parent / "compiled.txt").read_text().split("\n"))
    done = {}
    if given.out.exists():
        done = {row["id"]: row for row in map(json.loads, given.out.read_text().splitlines())}
    with tempfile.TemporaryDirectory() as scratch:
        jobs = [*series_jobs(given.corpus),
                *clean_jobs(given.corpus, given.tree, compiled, Path(scratch))]  # fmt: skip
        for job in jobs:
            if given.only and job.name not in given.only.split(","):
                continue
            if job.name not in done:
                done[job.name] = reviewed(job, given.tree)
                with given.out.open("a") as out:
                    out.write(json.dumps(done[job.name]) + "\n")
            row = done[job.name]
            stages = " ".join(
                f"{name}:{seconds}s" if state == "done" else f"{name}:{state}"
                for name, (state, seconds, _) in row.get("stages", {}).items()
            )
            print(f"{row['id']}  {row['seconds']:6.1f} s  {row.get('verdict', row.get('error'))}"
                  f"  findings {len(row.get('findings', []))}  {stages}", flush=True)  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
