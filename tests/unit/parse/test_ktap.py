# SPDX-License-Identifier: GPL-2.0-or-later
"""Golden KTAP: each log beside its cases, one a line: state, name, detail, with tabs between.

A new dialect is a new log: no code. A newline of a detail is written "\\n".
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vreview.model.trial import CaseState
from vreview.parse.ktap import parse_ktap

LOGS = sorted((Path(__file__).parents[2] / "golden" / "ktap").glob("*.log"))


@pytest.mark.parametrize("path", LOGS, ids=lambda p: p.stem)
def test_the_cases_are_those_beside_the_log(path: Path) -> None:
    found = parse_ktap(path.read_text(), suite="demo")
    lines = ["\t".join((c.state.value, c.name, c.detail)).rstrip("\t") for c in found]
    lines = [line.replace("\n", "\\n") for line in lines]
    assert lines == path.with_suffix(".cases").read_text().splitlines()


@given(st.integers(1, 30), st.integers(0, 30))
def test_an_unfulfilled_plan_never_passes(planned: int, reported: int) -> None:
    text = f"KTAP version 1\n1..{planned}\n" + "".join(
        f"ok {n} case {n}\n" for n in range(1, reported + 1)
    )
    cases = parse_ktap(text, suite="demo")
    crashed = sum(c.state is CaseState.CRASHED for c in cases)
    assert crashed == max(0, planned - reported)
    assert len(cases) == max(planned, reported)


@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str) -> None:
    assert parse_ktap("KTAP version 1\n" + text, suite="demo")


def test_a_huge_plan_is_not_believed() -> None:
    assert len(parse_ktap("KTAP version 1\n1..999999\n", suite="demo")) <= 1000


@given(st.lists(st.booleans(), min_size=1, max_size=20), st.integers(1, 3))
def test_quoted_results_are_those_of_the_program(passed: list[bool], depth: int) -> None:
    results = [f"{'ok' if fine else 'not ok'} {n} case {n}" for n, fine in enumerate(passed, 1)]
    alone = ["TAP version 13", f"1..{len(passed)}", *results]
    lines = alone
    for _ in range(depth):
        ended = "ok" if all(passed) else "not ok"
        quoted = [f"# {line}" for line in lines]
        lines = ["TAP version 13", "1..1", *quoted, f"{ended} 1 outer"]
    inner = parse_ktap("\n".join(alone), suite="demo")
    outer = parse_ktap("\n".join(lines), suite="demo")
    prefix = "outer." * depth
    assert [(c.name, c.state) for c in outer] == [(prefix + c.name, c.state) for c in inner]


@given(st.text(alphabet="# \tok1.TAPversion\n", max_size=200))
def test_no_quoting_is_too_strange(text: str) -> None:
    assert parse_ktap("TAP version 13\n# TAP version 13\n" + text, suite="demo")
