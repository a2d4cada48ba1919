# SPDX-License-Identifier: GPL-2.0-or-later
"""Given a file that was read, when single functions are asked for, then only those are built, and
they are what the whole file's summary says of them."""

from __future__ import annotations

import pytest

from vreview.analysis import knowledge_from, reading
from vreview.analysis.reading import Reading, read_file
from vreview.analysis.summary import FileSummary, World
from vreview.rulebook import load_rules

KNOWLEDGE = knowledge_from(load_rules().knowledge)
TEXT = b"""
static void tick(struct work_struct *work)
{
	msleep(1);
}

static int twice(void)
{
	return ((((%s))));
}

static int twice(void)
{
	return -EIO;
}

static int broken(void)
{
	return = ;
}

static int open_it(struct port *port)
{
	INIT_WORK(&port->work, tick);
	return twice();
}

static int stored(void)
{
	return 0;
}

static const struct port_operations port_ops = {
	.open = stored,
};
"""


def reading_of(text: bytes = TEXT % b"0") -> Reading:
    return read_file(text, "d/x.c", KNOWLEDGE)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    build = reading.build

    def noted(function, iterators, knowledge):  # type: ignore[no-untyped-def]
        names.append(function.name)
        return build(function, iterators, knowledge)

    monkeypatch.setattr(reading, "build", noted)
    return names


def test_what_nobody_asks_for_is_not_built(built: list[str]) -> None:
    world = World(FileSummary("d/own.c"), (reading_of(),))
    assert [callback.function for callback in world.callbacks] == ["tick"]
    assert built == ["open_it"]  # it names a call that registers
    summary = world.functions.get("twice")
    assert summary is not None
    assert summary.first == 7
    assert built == ["open_it", "twice"]


def test_single_functions_are_those_of_the_summary() -> None:
    whole = reading_of().summary
    single = reading_of()
    assert [single.function(function.name) for function in whole.functions] == [*whole.functions]
    assert single.callbacks == whole.callbacks
    assert single.function("nowhere") is None
    assert set(single.names()) == {"tick", "twice", "broken", "open_it", "stored"}


def test_of_two_with_one_name_the_first_that_is_understood_counts() -> None:
    deep = reading_of(TEXT % (b"(" * 400 + b"1" + b")" * 400))
    summary = deep.function("twice")
    assert summary is not None
    assert summary.errnos == {"EIO"}
    assert dict(deep.not_understood).keys() == {"twice", "broken"}


def test_the_own_file_comes_before_the_others() -> None:
    first = read_file(b"int same(void)\n{\n\treturn -EIO;\n}\n", "d/a.c", KNOWLEDGE)
    second = read_file(b"int same(void)\n{\n\treturn 0;\n}\n", "d/b.c", KNOWLEDGE)
    for own, others, path in (
        (first.summary, (second,), "d/a.c"),
        (FileSummary("d/c.c"), (second, first), "d/b.c"),
    ):
        functions = World(own, others).functions
        assert "same" in functions
        assert functions["same"].path == path
        assert [function.path for function in functions.values()] == [path]
        assert "other" not in functions
