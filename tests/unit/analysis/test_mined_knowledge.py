# SPDX-License-Identifier: GPL-2.0-or-later
"""The accepted pairs and conventions are whole, agree with each other and say who keeps to them."""

from __future__ import annotations

import pytest

from vreview.analysis.taught import knowledge_from
from vreview.rulebook import load_rules

TABLES = load_rules().knowledge
PAIRS = TABLES["mined-pairs"]["pair"]
CONVENTIONS = TABLES["mined-conventions"]
KINDS = ("err_pointer", "null_pointer", "must_check")


def rows() -> list[dict[str, object]]:
    assert isinstance(PAIRS, list)
    return PAIRS


def names(kind: str) -> dict[str, list[int]]:
    table = CONVENTIONS[kind]
    assert isinstance(table, dict)
    return table


def test_each_row_of_pairs_has_the_form_that_rules_read() -> None:
    failures = {"null", "errptr", "nonzero", "negative", "never"}
    for row in rows():
        assert row["handle"] == "result" or row["handle"] in range(16), row
        assert row["release"], row
        assert row["release_arg"] in range(16), row
        assert row["failure"] in failures, row
        assert row["mined"] is True, row


def test_an_acquire_has_one_row() -> None:
    acquires = [row["acquire"] for row in rows()]
    assert len(acquires) == len(set(acquires))


def test_nothing_is_its_own_release() -> None:
    assert not [row for row in rows() if row["acquire"] in row["release"]]  # type: ignore[operator]


def test_every_proposal_that_was_accepted_is_kept_by_more_than_half() -> None:
    for row in rows():
        held, callers = row["held_by"], row["callers"]
        assert isinstance(held, int), row
        assert isinstance(callers, int), row
        assert callers / 2 < held <= callers, row


@pytest.mark.parametrize("kind", KINDS)
def test_counts_of_conventions_are_counts(kind: str) -> None:
    for name, (held, callers) in names(kind).items():
        assert 0 < held <= callers, name


def test_conventions_do_not_contradict_each_other_or_the_pairs() -> None:
    assert not set(names("err_pointer")) & set(names("null_pointer"))
    wrong = {"err_pointer": "null", "null_pointer": "errptr"}
    failures = {row["acquire"]: row["failure"] for row in rows() if row["handle"] == "result"}
    for kind, failure in wrong.items():
        assert not [name for name in names(kind) if failures.get(name) == failure], kind


def test_there_are_more_than_four_hundred() -> None:
    assert len(rows()) + sum(len(names(kind)) for kind in KINDS) > 400


def test_the_engine_takes_them() -> None:
    knowledge = knowledge_from(TABLES)
    assert set(names("err_pointer")) <= knowledge.err_pointer
    assert set(names("must_check")) <= knowledge.must_check
