# SPDX-License-Identifier: GPL-2.0-or-later
"""Lint reports what the series introduces, on the patch and the hunk that introduce it."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from vreview.app.lint import LintResult, lint
from vreview.model.review import Applied, AppliedPatch, Base, BaseReason, Finding, How
from vreview.model.series import (
    Change,
    FileDiff,
    Mail,
    MessageId,
    Oid,
    Patch,
    Person,
    Series,
)
from vreview.parse.diff import parse_diff
from vreview.rulebook import load_rules

RULES = load_rules()
WHO = Person("A Tester", "tester@example.org")
WHEN = datetime(2024, 5, 6, tzinfo=UTC)
PATH = "drivers/demo/port.c"

Tree = Mapping[str, str]

GOOD = """\
static int port_set(struct port *port, int value)
{
	if (!port)
		return -ENODEV;
	if (value > port->max)
		return -EINVAL;
	port->value = value;
	return 0;
}
"""
BAD = GOOD.replace("-EINVAL", "EINVAL")
FILLER = "\n".join(f"#define PORT_REGISTER_{n} {n}" for n in range(60)) + "\n\n"
LATE = """\

static int port_get(struct port *port)
{
	if (!port->ready)
		return EIO;
	return port->value;
}
"""


@dataclass(frozen=True, slots=True)
class TreesOnly:
    """A Repo that knows the states' texts. ``trees`` by commit."""

    trees: Mapping[str, Tree]

    def read(self, revision: Oid, path: str) -> bytes | None:
        text = self.trees[revision].get(path)
        return None if text is None else text.encode()

    def resolve(self, revision: str) -> Oid:
        raise NotImplementedError

    def tree(self, commit: Oid) -> Oid:
        raise NotImplementedError

    def apply(self, series: Series, *, base: str | None) -> Applied:
        raise NotImplementedError


def _section(lines: Sequence[str], start: int) -> str:
    """What git writes behind @@: the last line above that begins a function."""
    opening = [line.rstrip() for line in lines[: max(start - 1, 0)] if line[:1].isalpha()]
    return opening[-1] if opening else ""


def _diff(old: Tree, new: Tree, renames: Mapping[str, str]) -> tuple[FileDiff, ...]:
    found: list[FileDiff] = []
    for path in sorted(set(old) | set(new)):
        if path in renames or old.get(path) == new.get(path):
            continue
        source = next((a for a, b in renames.items() if b == path), path)
        before = old.get(source, "").splitlines(keepends=True)
        after = new.get(path, "").splitlines(keepends=True)
        text = "".join(difflib.unified_diff(before, after, f"a/{path}", f"b/{path}"))
        hunks = parse_diff(text.encode())[0].hunks if text else ()
        hunks = tuple(replace(h, section=_section(before, h.old_start)) for h in hunks)
        if source != path:
            change = Change.RENAME
        else:
            change = {(True, True): Change.MODIFY, (False, True): Change.ADD}.get(
                (path in old, path in new), Change.DELETE
            )
        found.append(
            FileDiff(
                change,
                None if change is Change.ADD else source,
                None if change is Change.DELETE else path,
                hunks,
            )
        )
    return tuple(found)


def _series(states: Sequence[Tree], renames: Mapping[str, str]) -> Series:
    patches = []
    for n, (old, new) in enumerate(itertools.pairwise(states), start=1):
        here = {a: b for a, b in renames.items() if a in old and b in new and a not in new}
        mail = Mail(MessageId(f"{n}@example.org"), f"[PATCH {n}] demo", WHO, WHEN)
        patches.append(Patch(n, f"demo: {n}", WHO, WHEN, "", (), _diff(old, new, here), b"", mail))
    return Series("demo", 1, len(patches), tuple(patches))


def review(
    *states: Tree | str, renames: Mapping[str, str] | None = None, tree: bool = True, upto: int = 99
) -> LintResult:
    """Lints the series that leads through the states; a text stands for a tree of one file."""
    trees: list[Tree] = [{PATH: s} if isinstance(s, str) else s for s in states]
    sent = _series(trees, renames or {})
    if not tree:
        return lint(sent, repo=None, applied=None, rulebook=RULES)
    applied = Applied(
        Base(Oid("0"), "base", BaseReason.ASKED),
        tuple(
            AppliedPatch(
                p.n,
                p.mail.message_id,
                p.title,
                Oid(str(p.n)) if p.n <= upto else None,
                None,
                How.EXACT,
            )
            for p in sent.patches
        ),
    )
    repo = TreesOnly({str(n): state for n, state in enumerate(trees)})
    return lint(sent, repo=repo, applied=applied, rulebook=RULES)


def where(findings: Sequence[Finding]) -> list[tuple[str, str, int | None, int | None]]:
    return [(f.observation.rule, f.observation.place.function, f.patch, f.hunk) for f in findings]


both_ways = pytest.mark.parametrize("tree", [True, False], ids=["tree", "no tree"])


@both_ways
def test_a_new_fault_is_reported_with_patch_and_hunk(*, tree: bool) -> None:
    found = review(FILLER + GOOD, FILLER.replace("_3 3", "_3 4") + BAD, tree=tree).findings
    assert where(found) == [("errno/positive-errno", "port_set", 1, 2)]
    assert found[0].observation.place.line == 67
    assert found[0].line == 67


@both_ways
def test_a_fault_of_the_base_is_not_the_series(*, tree: bool) -> None:
    touched = BAD.replace("port->value = value", "port->value = value + 1")
    assert review(BAD, touched, tree=tree).findings == ()


@both_ways
def test_the_first_patch_that_has_it_is_to_blame(*, tree: bool) -> None:
    moved = "#include <linux/port.h>\n" + GOOD + LATE
    found = review(GOOD, GOOD + LATE, moved, tree=tree).findings
    assert where(found) == [("errno/positive-errno", "port_get", 1, 1)]
    assert (found[0].observation.place.line, found[0].line) == (15, 14)


@both_ways
def test_what_the_series_itself_repairs_is_not_reported(*, tree: bool) -> None:
    assert review(GOOD, BAD, GOOD + "\n", tree=tree).findings == ()


def test_moved_and_renamed_code_is_not_new() -> None:
    other = {PATH: FILLER + BAD, "drivers/demo/core.c": FILLER}
    moved = {PATH: FILLER, "drivers/demo/core.c": FILLER + BAD}
    assert review(other, moved).findings == ()
    assert review(BAD, BAD.replace("port_set", "port_put")).findings == ()


def test_a_renamed_file_keeps_its_old_faults_and_shows_its_new_ones() -> None:
    new = "drivers/demo/renamed.c"
    result = review({PATH: BAD}, {new: BAD + LATE}, renames={PATH: new})
    assert where(result.findings) == [("errno/positive-errno", "port_get", 1, 1)]


def test_the_same_fault_once_more_is_one_finding() -> None:
    twice = BAD.replace(
        "\tport->value", "\tif (value < port->min)\n\t\treturn EINVAL;\n\tport->value"
    )
    found = review(BAD, twice).findings
    assert [f.observation.place.line for f in found] == [8]


def test_hunks_that_went_in_elsewhere_are_found_there() -> None:
    """The tree has lines above that the sender's had not: the hunk's own numbers are off."""
    sent = _series([{PATH: GOOD}, {PATH: GOOD + LATE}], {})
    applied = Applied(
        Base(Oid("0"), "base", BaseReason.HEAD),
        (AppliedPatch(1, MessageId("1@example.org"), "demo", Oid("1"), None, How.OFFSET),),
    )
    trees = {"0": {PATH: FILLER + GOOD}, "1": {PATH: FILLER + GOOD + LATE}}
    found = lint(sent, repo=TreesOnly(trees), applied=applied, rulebook=RULES).findings
    assert where(found) == [("errno/positive-errno", "port_get", 1, 1)]


def test_patches_that_did_not_apply_are_named() -> None:
    result = review(GOOD, GOOD + LATE, BAD + LATE, upto=1)
    assert where(result.findings) == [("errno/positive-errno", "port_get", 1, 1)]
    assert not result.whole
    assert any(r.startswith("patch 2 does not apply, so it") for r in result.remarks)


def test_without_a_tree_the_result_says_so() -> None:
    assert review(GOOD, BAD, tree=False).remarks[0] == (
        "there was no tree: only the hunks' own text was read"
    )


def test_programs_for_user_space_are_left_alone_and_said_to_be() -> None:
    result = review({"tools/demo/main.c": GOOD}, {"tools/demo/main.c": BAD})
    assert result.findings == ()
    assert result.remarks == (
        "tools/demo/main.c is no code of the kernel itself: the rules were not applied to it",
    )
