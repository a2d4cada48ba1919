#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""history.toml of each rule, from what a corpus scorer has written: the fixes that it would have
caught, with the finding for a reason.

    python3 benchmarks/rule_history.py --corpus FOLDER --results OUT.json [--write RULES] [RULE...]

FOLDER and OUT.json are those of accuracy.py. Prints the files, or writes each into the rule's
folder below RULES where there is none yet. Of several bugs those are taken whose category is the
rule's, the newest first; read what it wrote, then run tests/rules/test_rule_history.py.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from accuracy import Row, finds

HEAD = """\
# SPDX-License-Identifier: GPL-2.0-or-later
# Merged fixes whose bugs the rule reports on the code before, and not on the code after.
"""


def caught(bugs: Sequence[Row], results: dict[str, Row]) -> Mapping[str, list[tuple[Row, Row]]]:
    """Bug and finding by rule, each fix once, where both are of one category."""
    found: defaultdict[str, dict[str, tuple[Row, Row]]] = defaultdict(dict)
    for bug in sorted(bugs, key=lambda row: row["date"], reverse=True):
        for finding in finds(bug, results):
            # A rule is not credited for what it says elsewhere.
            there = finding["function"] in bug["functions"]
            if finding["category"] == bug["category"] and there:
                found[finding["rule"]].setdefault(bug["message_id"], (bug, finding))
    return {rule: list(pairs.values()) for rule, pairs in sorted(found.items())}


def reason(finding: Row) -> str:
    """The message, with the function that it is about."""
    name = f"{finding['function']}()"
    message = str(finding["message"])
    return message if name in message else f"{name}: {message}"


def tables(pairs: Sequence[tuple[Row, Row]]) -> Iterator[str]:
    yield f"{HEAD}\n"
    for bug, finding in pairs:
        subject = re.sub(r"^(\s*\[[^]]*(PATCH|RFC)[^]]*\])+\s*", "", bug["subject"])
        subject = re.sub(r"^\[[a-z-]+\]\s*(\[PATCH[^]]*\])?\s*", "", subject)
        for key, text in (
            ("message_id", bug["message_id"]),
            ("subject", subject),
            ("why", reason(finding)),
        ):
            opening = "[[fix]]\n" if key == "message_id" else ""
            yield f"{opening}{key} = {json.dumps(text, ensure_ascii=False)}\n"
        yield "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--write", type=Path, metavar="RULES")
    parser.add_argument("--most", type=int, default=10)
    parser.add_argument("rules", nargs="*", metavar="RULE")
    options = parser.parse_args()
    results = json.loads(options.results.read_text())["results"]
    lines = (options.corpus / "bugs.jsonl").read_text().splitlines()
    bugs = [row for row in map(json.loads, lines) if row["id"] in results]
    for rule, pairs in caught(bugs, results).items():
        if options.rules and rule not in options.rules:
            continue
        text = "".join(tables(pairs[: options.most])).rstrip("\n") + "\n"
        if options.write is None:
            print(f"# {rule}: {len(pairs)} fixes\n{text}")
            continue
        file = options.write / rule / "history.toml"
        if file.exists() or not file.parent.is_dir():
            print(f"{file}: left alone", file=sys.stderr)
        else:
            file.write_text(text)
            print(f"{file}: {min(len(pairs), options.most)} of {len(pairs)} fixes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
