# SPDX-License-Identifier: GPL-2.0-or-later
"""A result that is kept so that a finding can be named later: its path, and the lines around it.

Turns findings into plain values and back; where they are kept is the store's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any

from vreview.errors import InputError
from vreview.logic.excerpt import excerpts
from vreview.logic.history import histories
from vreview.model.kept import KeptFinding, Line
from vreview.model.observation import Observation
from vreview.model.review import Applied, Finding, Settled
from vreview.model.series import Oid, Series

if TYPE_CHECKING:
    from cattrs.preconf.json import JsonConverter

    from vreview.ports import Repo

SCHEMA = 1
AROUND = 2
"""Lines kept on each side of a line that a finding is about."""

SHORTEST = 4
"""Digits of an id that are enough to look for it."""

_MOST_LINES = 400


def keepable(
    findings: Iterable[Finding],
    series: Series,
    *,
    repo: Repo | None,
    applied: Applied | None,
    named: Sequence[str],
) -> tuple[KeptFinding, ...]:
    """The findings with what explains them, read where the review read it."""
    total = max(series.total, len(series.patches))
    texts = _Texts(series, repo, applied)
    return tuple(
        KeptFinding(one, series.title, tuple(named), total, tuple(_around(one, texts)))
        for one in findings
    )


def as_told(kept: Sequence[KeptFinding], told: Settled) -> tuple[KeptFinding, ...]:
    """The same with what became known of the findings since: notes, the version before."""
    findings = (*told.findings, *(one.finding for one in told.dismissed))
    known = {id(finding.observation): finding for finding in findings}
    return tuple(
        replace(one, finding=known.get(id(one.finding.observation), one.finding)) for one in kept
    )


def plain(kept: Sequence[KeptFinding]) -> Mapping[str, object]:
    """As JSON-able values."""
    return {"schema": SCHEMA, "findings": [_as_plain(one) for one in kept]}


def named(prefix: str, results: Iterable[Mapping[str, object] | None]) -> tuple[KeptFinding, ...]:
    """The findings whose id begins with ``prefix``, of the first result that has any.

    ``results`` are plain values, newest first; what another version wrote is passed over. Several
    findings of one id are the same fact at several lines. Raises InputError when nothing has it,
    or more than one id begins so.
    """
    if len(prefix) < SHORTEST or prefix.strip("0123456789abcdef"):
        raise InputError(
            f"{prefix!r} is no finding's id",
            hint=f"the reports print them: {SHORTEST} or more of its hex digits, in lower case",
        )
    for result in results:
        found = tuple(k for k in _read(result) if _id(k).startswith(prefix))
        if found:
            ids = sorted({_id(k) for k in found})
            if len(ids) > 1:
                raise InputError(
                    f"{prefix} is the beginning of {len(ids)} ids", hint=f"one of {', '.join(ids)}"
                )
            return found
    raise InputError(
        f"no finding {prefix} in the results that are kept",
        hint="vreview lint SERIES prints the ids and keeps the result",
    )


def _as_plain(value: Any) -> Any:
    """As ``_converter`` unstructures it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [_as_plain(one) for one in value]
    if is_dataclass(value):
        return {one.name: _as_plain(getattr(value, one.name)) for one in fields(value)}
    return value


@cache
def _converter() -> JsonConverter:
    """Made when something is looked for; its import takes longer than to keep a result."""
    from cattrs.preconf.json import make_converter

    return make_converter()


def _id(kept: KeptFinding) -> str:
    return kept.finding.observation.fingerprint


def _read(result: Mapping[str, object] | None) -> tuple[KeptFinding, ...]:
    if result is None or result.get("schema") != SCHEMA:
        return ()
    from cattrs.errors import BaseValidationError

    try:
        return _converter().structure(result["findings"], tuple[KeptFinding, ...])
    except (BaseValidationError, KeyError, ValueError, TypeError):
        return ()


@dataclass(slots=True)
class _Texts:
    series: Series
    repo: Repo | None
    applied: Applied | None

    def of(self, finding: Finding) -> Mapping[int, str]:
        """The lines of the finding's file by number, as the patch or the series leaves it."""
        path = finding.observation.place.file
        commit = self._commit(finding.patch if finding.repaired_by else None)
        if self.repo is not None and commit is not None:
            data = self.repo.read(commit, path)
            return dict(enumerate(_lines(data or b""), start=1))
        shown: dict[int, str] = {}
        for history in histories(self.series.patches):
            if history.path == path and not history.deleted:
                state = (
                    history.state_after(finding.patch)
                    if finding.repaired_by and finding.patch
                    else len(history.steps)
                )
                for part in excerpts([step.diff.hunks for step in history.steps])[state]:
                    texts = (line.decode(errors="replace") for line in part.lines)
                    shown.update(enumerate(texts, start=part.first_line))
        return shown

    def _commit(self, patch: int | None) -> Oid | None:
        rows = [row for row in self.applied.patches if row.commit] if self.applied else []
        if patch is not None:
            rows = [row for row in rows if row.n == patch]
        return rows[-1].commit if rows else None


def _lines(data: bytes) -> list[str]:
    return [line.rstrip(b"\r").decode(errors="replace") for line in data.split(b"\n")]


def _around(finding: Finding, texts: _Texts) -> Iterator[Line]:
    seen = finding.observation
    if not seen.place.file:
        return
    wanted = sorted(
        {near for line in _about(seen) for near in range(line - AROUND, line + AROUND + 1)}
    )
    known = texts.of(finding) if wanted else {}
    for number in wanted[:_MOST_LINES]:
        if number in known:
            yield Line(number, known[number])


def _about(seen: Observation) -> Iterator[int]:
    """The lines of its file that it names."""
    places = [seen.place, *(step.place for step in seen.evidence)]
    for place in places:
        if place is not None and place.file == seen.place.file and place.line:
            yield place.line
