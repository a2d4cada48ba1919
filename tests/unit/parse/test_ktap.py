# SPDX-License-Identifier: GPL-2.0-or-later
"""Golden KTAP: each log beside its cases, one a line: state, name, detail, with tabs between."""

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
