# SPDX-License-Identifier: GPL-2.0-or-later
"""A summary comes back from its plain form as it was, whatever fields it gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from vreview.analysis.packed import pack, shape, unpack
from vreview.analysis.summary import Callback, Fact, FunctionSummary

HELD = FunctionSummary(
    name="port_open",
    path="drivers/demo/port.c",
    first=12,
    parameters=("port", ""),
    calls=(Fact(13, "mutex_lock"), Fact(15, "port_up")),
    takes=(Fact(13, "mutex_lock", "mutex", "lock"),),
    errnos=frozenset({"EIO", "EBUSY"}),
    minus_one=True,
    keeps=frozenset({0}),
)


@dataclass(frozen=True)
class Older:
    one: str
    two: int = 0


@dataclass(frozen=True)
class Newer:
    one: str
    two: str = ""


@dataclass(frozen=True)
class Open:
    table: Mapping[str, int]


@pytest.mark.parametrize(
    "value",
    [
        HELD,
        FunctionSummary("f", "f.c", 1, ()),
        Callback("port_poll", "work", "sleepable", "poll", "INIT_WORK()", "f.c", 7),
    ],
)
def test_a_summary_survives_json(value: object) -> None:
    text = json.dumps(pack(value))
    assert unpack(type(value), json.loads(text)) == value


def test_what_is_left_out_is_given_on_the_way_back() -> None:
    packed = pack(HELD, without=frozenset({"name", "path"}))
    assert "port_open" not in json.dumps(packed)
    assert unpack(FunctionSummary, packed, name="port_open", path="drivers/demo/port.c") == HELD


def test_defaults_take_no_room() -> None:
    assert pack(FunctionSummary("f", "f.c", 1, ())) == [0, "f", 1, "f.c", 2, 1, 3, []]


def test_another_field_is_another_shape() -> None:
    assert shape(Older) != shape(Newer)
    assert shape(FunctionSummary) == shape(FunctionSummary)


def test_a_field_without_a_plain_form_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot be stored"):
        pack(Open({"a": 1}))
