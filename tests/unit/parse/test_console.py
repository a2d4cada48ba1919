# SPDX-License-Identifier: GPL-2.0-or-later
"""Golden consoles: each log's header says how its boot ended and which splats are in it.

A new case is a new log: no code. ``# ended:`` holds "started", "exit N" and "overdue", as far as
they are true; each ``# splat:`` gives kind, title, and the innermost functions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vreview.model.trial import BootState
from vreview.parse.console import parse_splats, read_boot, splat_observation
from vreview.parse.splats import ROWS

LOGS = sorted((Path(__file__).parents[2] / "golden" / "console").glob("*.log"))


@dataclass(frozen=True)
class Golden:
    text: str
    started: bool
    exit_status: int | None
    overdue: bool
    state: str
    splats: list[tuple[str, str, tuple[str, ...]]]


def golden(path: Path) -> Golden:
    header, _, text = path.read_bytes().decode().partition("\n\n")
    fields = [re.match(r"# (\w+): ?(.*)", line) for line in header.splitlines()]
    pairs = [(m[1], m[2]) for m in fields if m]
    ended = dict(pairs)["ended"]
    status = re.search(r"exit (\d+)", ended)
    splats = [value.split("|") for key, value in pairs if key == "splat"]
    return Golden(
        text=text,
        started="started" in ended,
        exit_status=int(status[1]) if status else None,
        overdue="overdue" in ended,
        state=dict(pairs)["state"],
        splats=[(k.strip(), t.strip(), tuple(f.split())) for k, t, f in splats],
    )


@pytest.mark.parametrize("path", LOGS, ids=lambda p: p.stem)
def test_the_splats_are_those_of_the_header(path: Path) -> None:
    case = golden(path)
    found = [(s.kind, s.title, s.functions) for s in parse_splats(case.text)]
    assert [(kind, title) for kind, title, _ in found] == [(k, t) for k, t, _ in case.splats]
    for (_, _, functions), (_, _, wanted) in zip(found, case.splats, strict=True):
        assert functions[: len(wanted)] == wanted


@pytest.mark.parametrize("path", LOGS, ids=lambda p: p.stem)
def test_the_boot_ended_as_the_header_says(path: Path) -> None:
    case = golden(path)
    state = read_boot(
        case.text, started=case.started, exit_status=case.exit_status, overdue=case.overdue
    )
    assert state.name.lower().replace("_", " ") == case.state


def test_logs_for_every_state() -> None:
    states = {golden(path).state.replace(" ", "_").upper() for path in LOGS}
    assert states == {state.name for state in BootState}


@pytest.mark.parametrize("path", [p for p in LOGS if golden(p).splats], ids=lambda p: p.stem)
def test_a_splat_is_the_same_at_another_place_and_time(path: Path) -> None:
    case = golden(path)
    moved = re.sub(r"\[ *\d+\.\d+\]", "[  999.123456]", case.text)
    moved = re.sub(r"\b(ffff[0-9a-f]{12})\b", "ffff888000000bad", moved)
    moved = re.sub(r"\+0x[0-9a-f]+/0x[0-9a-f]+", "+0x7/0x77", moved)
    prints = [splat_observation(s).fingerprint for s in parse_splats(case.text)]
    again = [splat_observation(s).fingerprint for s in parse_splats("boot\n" * 9 + moved)]
    assert again == prints


def test_the_evidence_is_the_consoles_own_line() -> None:
    case = golden(next(p for p in LOGS if p.stem == "store-null"))
    (splat,) = parse_splats(case.text)
    assert "NULL pointer dereference" in case.text.splitlines()[splat.line - 1]
    assert splat.text.splitlines()[0] in case.text.splitlines()[splat.line - 1]


def test_kinds_are_unique() -> None:
    assert len({row.kind for row in ROWS}) == len(ROWS)


@given(st.text(max_size=400), st.booleans())
def test_no_text_is_too_strange(text: str, started: bool) -> None:
    parse_splats("BUG: " + text + "\nCall Trace:\n" + text)
    read_boot(text, started=started, exit_status=None, overdue=False)
