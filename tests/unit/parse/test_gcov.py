# SPDX-License-Identifier: GPL-2.0-or-later
"""gcov's JSON, its own and a hostile guest's."""

from __future__ import annotations

import json

import pytest

from vreview.model.coverage import FileCounts, FunctionCount
from vreview.parse.gcov import MOST_LINES, merged, parse_gcov


def told(*lines: tuple[object, object], file: object = "a.c") -> str:
    rows = [{"line_number": number, "count": count} for number, count in lines]
    return json.dumps({"files": [{"file": file, "lines": rows, "functions": []}]})


def test_lines_and_functions_in_order() -> None:
    function = {"name": "f", "start_line": 3, "end_line": 9, "execution_count": 2}
    lines = [{"line_number": 5, "count": 0}, {"line_number": 3, "count": 2}]
    text = json.dumps({"files": [{"file": "a.c", "lines": lines, "functions": [function]}]})
    assert parse_gcov(text) == (
        FileCounts("a.c", ((3, 2), (5, 0)), (FunctionCount("f", 3, 9, 2),)),
    )


def test_a_line_of_several_pieces_of_code_has_their_sum() -> None:
    (counts,) = parse_gcov(told((3, 1), (3, 4), (3, 0)))
    assert counts.lines == ((3, 5),)


def test_one_file_of_several_objects_is_one() -> None:
    text = told((3, 1), file="a.h") + "\n" + told((3, 1), (4, 0), file="a.h")
    assert parse_gcov(text) == (FileCounts("a.h", ((3, 2), (4, 0))),)


def test_counts_of_two_boots_add_up_whichever_comes_first() -> None:
    one = FileCounts("a.c", ((1, 1), (2, 0)), (FunctionCount("f", 1, 2, 1),))
    other = FileCounts("a.c", ((2, 7), (3, 0)), (FunctionCount("f", 1, 2, 2),))
    assert merged(one, other).lines == ((1, 1), (2, 7), (3, 0))
    assert merged(one, other) == merged(other, one)
    assert merged(one, other).functions == (FunctionCount("f", 1, 2, 3),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[1, 2]",
        '{"files": 3}',
        '{"files": [3, null, "x"]}',
        '{"files": [{"file": 7, "lines": []}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_count_is_none(text: str) -> None:
    assert parse_gcov(text) == ()


@pytest.mark.parametrize(
    "line", [(0, 1), (-3, 1), (MOST_LINES + 1, 1), (True, 1), (3, -1), (3, "1"), (3, 1.5), ("3", 1)]
)
def test_a_line_that_cannot_be_is_left_out(line: tuple[object, object]) -> None:
    (counts,) = parse_gcov(told(line, (7, 1)))
    assert counts.lines == ((7, 1),)
