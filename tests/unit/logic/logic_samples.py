# SPDX-License-Identifier: GPL-2.0-or-later
"""Small observations and diffs for the tests of the logic."""

from __future__ import annotations

import difflib
from datetime import UTC, datetime

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from vreview.model.observation import (
    Category,
    Confidence,
    Observation,
    Origin,
    Place,
    Severity,
    Step,
)
from vreview.model.series import (
    Change,
    FileDiff,
    Hunk,
    Mail,
    MessageId,
    Patch,
    Person,
    Series,
)

RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""

WHEN = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
WHO = Person("A Tester", "tester@example.org")


def seen(
    subject: str = "lock",
    *,
    file: str = "drivers/demo/core.c",
    function: str = "demo_probe",
    line: int = 10,
    sources: tuple[str, ...] = (),
    rule: str = "locking/missing-unlock",
) -> Observation:
    return Observation(
        origin=Origin.RULE,
        tool="vreview",
        rule=rule,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        category=Category.LOCK,
        place=Place(file, line, function),
        message="it is held",
        subject=subject,
        evidence=tuple(Step("here", Place(file, line, function), text) for text in sources),
    )


def hunks(old: list[str], new: list[str], *, context: int = 3) -> tuple[Hunk, ...]:
    """The hunks of a unified diff between two files given as lines."""
    found: list[Hunk] = []
    body: list[bytes] = []
    numbers: tuple[int, int, int, int] | None = None

    def flush() -> None:
        if numbers is not None:
            found.append(Hunk(*numbers, lines=tuple(body)))

    for line in difflib.unified_diff(old, new, n=context, lineterm=""):
        if line.startswith(("---", "+++")) and numbers is None:
            continue
        if line.startswith("@@"):
            flush()
            body = []
            sides = [part[1:].split(",") for part in line.split()[1:3]]
            (a, b), (c, d) = [(int(s[0]), int(s[1]) if len(s) > 1 else 1) for s in sides]
            numbers = (a, b, c, d)
        else:
            body.append(line.encode() + b"\n")
    flush()
    return tuple(found)


def modified(path: str, old: list[str], new: list[str]) -> FileDiff:
    return FileDiff(Change.MODIFY, path, path, hunks(old, new))


def patch(n: int, *files: FileDiff) -> Patch:
    mail = Mail(MessageId(f"{n}@example.org"), f"[PATCH {n}] demo", WHO, WHEN)
    return Patch(n, f"demo: step {n}", WHO, WHEN, "", (), files, b"", mail)


def series(*patches: Patch) -> Series:
    return Series("demo", 1, len(patches), patches)


BASE_LINES = [f"base line {n}" for n in range(1, 31)]


@st.composite
def file_states(draw: st.DrawFn) -> list[list[str]]:
    """A file and what a few patches make of it, every line unique."""
    states = [list(BASE_LINES)]
    for n in range(1, draw(st.integers(1, 4)) + 1):
        lines = list(states[-1])
        for edit in range(draw(st.integers(1, 3))):
            at = draw(st.integers(0, len(lines)))
            if draw(st.booleans()) and lines:
                del lines[at : at + draw(st.integers(1, 3))]
            else:
                count = draw(st.integers(1, 3))
                lines[at:at] = [f"patch {n} edit {edit} line {k}" for k in range(count)]
        states.append(lines)
    return states
