# SPDX-License-Identifier: GPL-2.0-or-later
"""Series made from the texts that they lead through, and lint on them."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

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


def series_through(states: Sequence[Tree], renames: Mapping[str, str]) -> Series:
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
    sent = series_through(trees, renames or {})
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
