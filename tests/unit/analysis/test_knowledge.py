# SPDX-License-Identifier: GPL-2.0-or-later
"""Knowledge is data, and bad data is named with its place."""

from __future__ import annotations

import pytest

from vreview.analysis import Knowledge, analyse, knowledge_from
from vreview.errors import ConfigError


def test_what_is_shipped_agrees_with_itself(knowledge: Knowledge) -> None:
    kinds = {slot.kind for slot in knowledge.slots.values()}
    kinds |= {entry.kind for known in knowledge.registrations.values() for entry in known}
    assert knowledge.runs_in.keys() <= kinds
    assert (
        not {name for name, how in knowledge.interrupts.items() if how.turns in ("save", "off")}
        & knowledge.drops.keys()
    )
    assert {waiter.kind for waiter in knowledge.waiters.values()} <= kinds
    assert not knowledge.takes.keys() & knowledge.drops.keys()
    for pair in knowledge.bulk_pairs:
        assert not (pair.bulk | pair.single) & pair.foreign


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"locks": {"family": [{"name": 3}]}}, "locks.toml, [[family]] 1: `name`"),
        ({"errno": {"names": "EPERM"}}, "`names` must be a list of names"),
        ({"waiters": {"waiter": [{"call": "x", "object": 99, "kind": "y"}]}}, "argument number"),
        ({"callbacks": {"slot": [{"struct": "s", "context": "odd", "kind": "k"}]}}, "context"),
    ],
)
def test_bad_data_is_named(tables: dict[str, dict[str, object]], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        knowledge_from(tables)
    assert words in str(caught.value)


def test_a_new_lock_family_needs_toml_only() -> None:
    family = {"name": "gate", "arg": 0, "take": ["gate_close"], "drop": ["gate_open"]}
    text = (
        b"int f(g *g)\n{\n\tgate_close(g);\n\tif (g->x)\n"
        b"\t\treturn -1;\n\tgate_open(g);\n\treturn 0;\n}\n"
    )
    assert not analyse(text, "a.c", knowledge=Knowledge()).hits
    (hit,) = analyse(text, "a.c", knowledge=knowledge_from({"locks": {"family": [family]}})).hits
    assert (hit.rule, hit.line) == ("missing-unlock", 5)
