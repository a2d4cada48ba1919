# SPDX-License-Identifier: GPL-2.0-or-later
"""A kept finding is found by the beginning of its id, with the source as it was read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from cattrs.preconf.json import make_converter
from series_of_states import BAD, FILLER, GOOD, PATH, RULES, TreesOnly, series_through

from vreview.app.kept import keepable, named, plain
from vreview.app.lint import lint
from vreview.errors import InputError
from vreview.model.kept import KeptFinding
from vreview.model.review import Applied, AppliedPatch, Base, BaseReason, Finding
from vreview.model.series import MessageId, Oid


def kept(*, tree: bool = True, text: str = FILLER + BAD) -> tuple[KeptFinding, ...]:
    states = {PATH: FILLER + GOOD}, {PATH: text}
    series = series_through(states, {})
    repo = TreesOnly({str(n): state for n, state in enumerate(states)}) if tree else None
    patch = AppliedPatch(1, MessageId("1@example.org"), "demo", Oid("1"), None)
    applied = Applied(Base(Oid("0"), "base", BaseReason.ASKED), (patch,)) if tree else None
    found = lint(series, repo=repo, applied=applied, rulebook=RULES).findings
    return keepable(found, series, repo=repo, applied=applied, named=["demo.mbox"])


def stored(*findings: KeptFinding) -> Mapping[str, Any]:
    """As it comes back from a file."""
    value: Mapping[str, Any] = json.loads(json.dumps(plain(findings)))
    return value


@pytest.mark.parametrize("tree", [True, False], ids=["tree", "no tree"])
def test_the_lines_around_the_path_are_kept(*, tree: bool) -> None:
    (one,) = kept(tree=tree)
    assert (one.series, one.named, one.total) == ("demo", ("demo.mbox",), 1)
    texts = (FILLER + BAD).splitlines()
    assert {line.number: line.text for line in one.lines} == {
        number: texts[number - 1] for number in range(65, 70)
    }


def test_what_is_kept_is_what_cattrs_makes_of_it() -> None:
    found = kept()
    assert plain(found) == {"schema": 1, "findings": make_converter().unstructure(list(found))}


def test_what_is_kept_comes_back_equal() -> None:
    (one,) = kept()
    ident = one.finding.observation.fingerprint
    for length in (4, 10, 20):
        assert named(ident[:length], [None, {}, stored(one)]) == (one,)


def test_the_newest_result_that_has_it_counts() -> None:
    (one,) = kept()
    newer = replace(one, named=("v2.mbox",))
    ident = one.finding.observation.short_id
    assert named(ident, [stored(), stored(newer), stored(one)]) == (newer,)


def test_what_another_version_wrote_is_passed_over() -> None:
    (one,) = kept()
    ident = one.finding.observation.short_id
    other = {**stored(one), "schema": 999}
    broken = {"schema": 1, "findings": [{"finding": 3}]}
    assert named(ident, [other, broken, stored(one)]) == (one,)


def test_the_same_fact_at_two_lines_has_one_id() -> None:
    (one,) = kept()
    again = replace(one, finding=Finding(one.finding.observation, 2))
    assert named(one.finding.observation.short_id, [stored(one, again)]) == (one, again)


@pytest.mark.parametrize("ident", ["", "abc", "ABCD", "xyz1", "0123456789abcdef01234 "])
def test_what_is_no_id_is_refused(ident: str) -> None:
    with pytest.raises(InputError, match="is no finding's id"):
        named(ident, [])


def test_an_unknown_id_says_where_ids_come_from() -> None:
    with pytest.raises(InputError, match="no finding 0123") as refused:
        named("0123", [stored(*kept())])
    assert "vreview lint SERIES" in refused.value.hint


def test_two_ids_that_begin_alike_are_both_named() -> None:
    (one,) = kept()
    ids: dict[str, KeptFinding] = {}
    for number in range(70_000):  # some two of these begin with the same four digits
        observation = replace(one.finding.observation, subject=f"s{number}")
        other = replace(one, finding=Finding(observation))
        rival = ids.setdefault(observation.fingerprint[:4], other)
        if rival is not other:
            break
    with pytest.raises(InputError, match="is the beginning of 2 ids") as refused:
        named(observation.fingerprint[:4], [stored(rival, other)])
    assert observation.fingerprint in refused.value.hint
