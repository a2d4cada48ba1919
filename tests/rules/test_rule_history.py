# SPDX-License-Identifier: GPL-2.0-or-later
"""What history.toml says was caught is caught: the bug is reported, and its fix is not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from vreview.adapters.git.objects import GitRepo
from vreview.analysis.analyse import analyse
from vreview.analysis.taught import knowledge_from
from vreview.logic.patching import Placed, place_hunks
from vreview.parse.diff import parse_diff
from vreview.parse.rulepage import PastFix
from vreview.rulebook import Rule, load_rules

pytestmark = [pytest.mark.kernel, pytest.mark.shared]

BOOK = load_rules()
CLAIMS = [
    pytest.param(rule, fix, id=f"{rule.id}-{number}")
    for rule in BOOK.rules
    for number, fix in enumerate(rule.history, start=1)
    if fix.message_id
]


@cache
def bugs(shared: Path) -> Mapping[str, list[dict[str, Any]]]:
    """The corpus' rows by the message-id of the fix."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for line in (shared / "corpus/dev/bugs.jsonl").read_text().splitlines():
        row = json.loads(line)
        rows.setdefault(row["message_id"], []).append(row)
    return rows


def flagged(text: bytes, path: str, rule: Rule) -> set[str]:
    """The functions that the rule flags."""
    knowledge = knowledge_from(BOOK.knowledge)
    seen = analyse(text, path, knowledge=knowledge, rules=frozenset({rule.check}))
    return {hit.function for hit in seen.hits}


def both_forms(row: dict[str, Any], repo: GitRepo) -> Iterator[tuple[bytes, bytes, str]]:
    """Each file of a row with the bug and without it."""
    head = repo.resolve("HEAD")
    for diff in parse_diff(row["bug_patch"].encode(errors="surrogateescape")):
        fixed = repo.read(head, diff.path)
        assert fixed is not None
        buggy = place_hunks(fixed, diff.hunks)
        assert isinstance(buggy, Placed)
        yield buggy.data, fixed, diff.path


@pytest.mark.parametrize(("rule", "fix"), CLAIMS)
def test_the_rule_reports_the_bug_and_not_the_fix(
    rule: Rule, fix: PastFix, kernel_tree: Path, shared: Path
) -> None:
    rows = bugs(shared).get(fix.message_id)
    if rows is None:
        pytest.skip("the corpus beside the checkout does not have this fix")
    repo = GitRepo(kernel_tree)
    caught = {
        function
        for row in rows
        for buggy, fixed, path in both_forms(row, repo)
        for function in flagged(buggy, path, rule) - flagged(fixed, path, rule)
        if function in row["functions"]
    }
    assert caught
    assert any(f"{function}()" in fix.why for function in caught)
