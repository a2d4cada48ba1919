# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of each patch of a series, as text or as JSON. The review's reports are next door."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.adapters.reporters.safe import safe, safe_line
from vreview.model.review import Applied, AppliedPatch, Base, How, HunkConflict
from vreview.model.series import Series

SCHEMA = 1
_CONFLICTS_SHOWN = 4


def apply_value(series: Series, applied: Applied) -> dict[str, object]:
    """The JSON value: every patch in the series' order, ``commit`` null where it has none."""
    return {
        "schema": SCHEMA,
        "version": series.version,
        "total": series.total,
        "missing": list(series.missing),
        "base": {"commit": applied.base.commit, "why": _base_why(applied.base)},
        "patches": [
            {
                "n": patch.n,
                "message_id": safe(patch.message_id),
                "subject": safe(patch.subject),
                "commit": patch.commit,
                "why": safe(_why(patch)),
            }
            for patch in applied.patches
        ],
    }


def apply_text(series: Series, applied: Applied) -> str:
    """A line for each patch, its commit or the reason, and the lines that stand against it."""
    lines = [f"base {_base_line(applied.base)}"]
    lines.extend(f"  not {_base_line(base)}: {safe_line(why)}" for base, why in applied.tried)
    if series.missing:
        lines.append("missing: patch " + ", ".join(map(str, series.missing)))
    total = max(series.total, len(applied.patches))
    for patch in applied.patches:
        commit = patch.commit[:12] if patch.commit else "-"
        lines.append(f"{patch.n:>3}/{total} {commit:<12} {safe_line(patch.subject)}")
        lines.extend(_details(patch))
    return "\n".join(lines) + "\n"


def _base_line(base: Base) -> str:
    commit = base.commit[:12] if base.commit else "-"
    subject = f' "{safe_line(base.subject)}"' if base.subject else ""
    return f"{commit}{subject} ({_base_why(base)})"


def _base_why(base: Base) -> str:
    return f"{base.reason.value}: {safe_line(base.detail)}" if base.detail else base.reason.value


def _why(patch: AppliedPatch) -> str:
    if patch.commit is not None:
        return "" if patch.how in (None, How.EXACT) else f"applied {patch.how.value}"
    return patch.why or (patch.refusal.value if patch.refusal else "")


def _details(patch: AppliedPatch) -> Iterator[str]:
    if why := _why(patch):
        yield f"      {safe_line(why)}"
    for conflict in patch.conflicts[:_CONFLICTS_SHOWN]:
        yield from _conflict(conflict)
    if len(patch.conflicts) > _CONFLICTS_SHOWN:
        yield f"      and {len(patch.conflicts) - _CONFLICTS_SHOWN} more files"


def _conflict(conflict: HunkConflict) -> Iterator[str]:
    place = f"near line {conflict.near_line}" if conflict.near_line else "nothing like it is there"
    yield f"      {safe_line(conflict.path)}: hunk {conflict.hunk} {safe(conflict.header)}, {place}"
    for mark, lines in (("expected", conflict.expected), ("found", conflict.found)):
        for line in lines or ("(no line)",):
            yield f"        {mark:>8} | {safe(line)}"
