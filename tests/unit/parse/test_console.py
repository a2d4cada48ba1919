# SPDX-License-Identifier: GPL-2.0-or-later
"""Golden consoles: each log's header says how its boot ended and which splats are in it.

A new case is a new log: no code. ``# ended:`` holds "started", "exit N" and "overdue", as far as
they are true; each ``# splat:`` gives kind, title, and the innermost functions; ``# frames:``,
where it is there, the first splat's first frames as they were printed, with "?" before a guess. A
log without a splat is one that only looks as if it had some.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vreview.model.trial import BootState, Frame
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
    frames: str


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
        frames=dict(pairs).get("frames", ""),
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


@pytest.mark.parametrize("path", [p for p in LOGS if golden(p).frames], ids=lambda p: p.stem)
def test_the_frames_are_those_that_were_printed(path: Path) -> None:
    case = golden(path)
    frames = parse_splats(case.text)[0].frames
    assert " ".join(map(_printed, frames)).startswith(case.frames)


def _printed(frame: Frame) -> str:
    guess = "?" if frame.guess else ""
    module = f" [{frame.module}]" if frame.module else ""
    return f"{guess}{frame.function}+{frame.offset:#x}/{frame.size:#x}{module}"


@pytest.mark.parametrize("kind", [row.kind for row in ROWS])
def test_each_row_has_a_log(kind: str) -> None:
    assert any(kind == seen for path in LOGS for seen, _, _ in golden(path).splats)


def test_kinds_are_unique() -> None:
    assert len({row.kind for row in ROWS}) == len(ROWS)


def test_what_two_cpus_print_at_once_reads_like_one_after_the_other() -> None:
    case = golden(next(p for p in LOGS if p.stem == "interleaved-two-cpus"))
    lines = case.text.splitlines()
    apart = sorted(lines, key=lambda line: "T78" in line)
    assert apart != lines
    one, other = parse_splats(case.text), parse_splats("\n".join(apart))
    assert [(s.title, s.functions, s.text) for s in one] == [
        (s.title, s.functions, s.text) for s in other
    ]


@pytest.mark.parametrize("path", [p for p in LOGS if golden(p).splats], ids=lambda p: p.stem)
def test_a_log_may_end_in_any_line(path: Path) -> None:
    lines = golden(path).text.splitlines()
    for end in range(0, len(lines), 1 + len(lines) // 40):
        for splat in parse_splats("\n".join(lines[:end])):
            assert splat.title.strip(": ")
            assert "{" not in splat.title
            assert not splat.title.endswith((" in", " "))


@given(st.text(max_size=400), st.booleans())
def test_no_text_is_too_strange(text: str, started: bool) -> None:
    parse_splats("BUG: " + text + "\nCall Trace:\n" + text)
    read_boot(text, started=started, exit_status=None, overdue=False)
