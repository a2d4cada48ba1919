# SPDX-License-Identifier: GPL-2.0-or-later
"""Which patch a line belongs to, whether it ran, and what is an error path."""

from __future__ import annotations

import pytest

from vreview.logic.attribution import Edit
from vreview.logic.coverage import Changed, is_error_path, patch_coverage
from vreview.model.coverage import FileCounts, FunctionCount, Gap
from vreview.model.series import Hunk

TEXT = """\
int quux(int n)
{
	char *p = get(n);

	if (!p)
		return -ENOMEM;
	if (n > 9)
		goto err_free;
	use(p);
	put(p);
	return 0;
err_free:
	put(p);
	return n;
}
"""
LINES = tuple(TEXT.splitlines())
FUNCTION = (FunctionCount("quux", 1, 15, 1),)


def added(*spans: tuple[int, int]) -> tuple[Hunk, ...]:
    hunks, grown = [], 0
    for first, last in spans:
        lines = tuple(b"+" + LINES[n - 1].encode() + b"\n" for n in range(first, last + 1))
        hunks.append(Hunk(first - 1 - grown, 0, first, len(lines), lines))
        grown += len(lines)
    return tuple(hunks)


def file(*edits: Edit) -> Changed:
    return Changed("a.c", edits or (Edit(1, added((1, 15))),), LINES)


def counts(*ran: int, compiled: tuple[int, ...] = (1, 3, 5, 6, 7, 8, 9, 10, 11, 13, 14)):
    lines = tuple((number, int(number in ran)) for number in compiled)
    return {"quux": [FileCounts("a.c", lines, FUNCTION)]}


def test_only_compiled_lines_count() -> None:
    (patch,) = patch_coverage([file()], counts(1, 3, 5, 7, 9, 10, 11))
    assert (patch.patch, patch.ran, patch.compiled) == (1, 7, 11)
    assert patch.files[0].idle == (6, 8, 13, 14)


def test_lines_that_never_ran_stand_together_where_no_line_between_ran() -> None:
    (patch,) = patch_coverage([file()], counts(1, 3, 5, 7, 9, 10, 11))
    assert patch.gaps == (
        Gap("a.c", 6, 6, 1, "quux", error_path=True),
        Gap("a.c", 8, 8, 1, "quux", error_path=True),
        Gap("a.c", 13, 14, 2, "quux", error_path=True),
    )
    (patch,) = patch_coverage([file()], counts(1, 3, 5))
    assert [str(gap) for gap in patch.gaps] == ["a.c:6-14"]


def test_a_line_is_of_the_last_patch_that_wrote_it() -> None:
    two = file(Edit(1, added((1, 15))), Edit(2, ()))
    assert [p.patch for p in patch_coverage([two], counts(1))] == [1]
    second = Hunk(9, 1, 9, 1, (b"-\told(p);\n", b"+\tuse(p);\n"))
    both = patch_coverage([file(Edit(1, added((1, 15))), Edit(2, (second,)))], counts(1, 9))
    assert [(p.patch, p.ran, p.compiled) for p in both] == [(1, 1, 10), (2, 1, 1)]


def test_the_bases_lines_are_nobodys() -> None:
    (patch,) = patch_coverage([file(Edit(3, added((13, 14))))], counts(1, 3))
    assert (patch.patch, patch.ran, patch.compiled) == (3, 0, 2)


def test_suites_are_told_apart_and_add_up() -> None:
    boots = {"smoke": counts(1)["quux"], "quux": [*counts(1, 3)["quux"], *counts(5)["quux"]]}
    (patch,) = patch_coverage([file()], boots)
    assert patch.ran == 3
    assert dict(patch.suites) == {"smoke": 1, "quux": 3}


def test_what_ran_because_something_failed_is_told_apart() -> None:
    how = {("a.c", 13): "the 1st", ("a.c", 14): "the 1st", ("a.c", 1): "the 9th"}
    (patch,) = patch_coverage(
        [file()],
        counts(1, 3, 5, 7, 9, 10, 11),
        reached=lambda path, line: how.get((path, line), ""),
    )
    assert [(gap.first, gap.reached) for gap in patch.gaps] == [(6, ""), (8, ""), (13, "the 1st")]
    assert patch.ran == 7


def test_counts_beyond_the_file_are_no_lines_of_it() -> None:
    (patch,) = patch_coverage([file()], counts(1, 99, compiled=(1, 99)))
    assert patch.compiled == 1


def test_counts_of_other_files_say_nothing() -> None:
    assert patch_coverage([file()], {"quux": [FileCounts("b.c", ((1, 1),))]}) == ()


def path(text: str) -> bool:
    """Whether the lines after the one that is marked ">" are an error path."""
    lines = text.strip("\n").split("\n")
    first = next(n for n, line in enumerate(lines, 1) if line.startswith(">"))
    last = max(n for n, line in enumerate(lines, 1) if line.startswith(">"))
    return is_error_path([line.removeprefix(">") for line in lines], first, last)


@pytest.mark.parametrize(
    "text",
    [
        "\tif (x)\n>\t\treturn -EINVAL;\n",
        ">\t\tret = -ENOMEM;\n>\t\tgoto out;\n",
        "\tif (!p)\n>\t\treturn NULL;\n",
        "\tif (ret)\n>\t\tgoto out;\n",
        "\tif (err < 0)\n>\t\treturn err;\n",
        "\tif (IS_ERR(p))\n>\t\treturn PTR_ERR(p);\n",
        "\tif (unlikely(!p)) {\n>\t\tlog();\n>\t\tgoto done;\n",
        "\treturn 0;\n\nerr_put:\n>\tput(p);\n>\treturn ret;\n",
        "\treturn 0;\nout_unlock: /* not reached by success */\n>\tunlock();\n",
        "\treturn 0;\n\n>fail:\n>\tput(p);\n",
        "\tif (f(x) < 0)\n>\t\tgoto out;\n",
    ],
)
def test_an_error_path(text: str) -> None:
    assert path(text)


@pytest.mark.parametrize(
    "text",
    [
        "\tif (x > 3)\n>\t\tgoto again;\n",
        "\tif (x > 3)\n>\t\treturn x;\n",
        "\tuse(p);\n>\tput(p);\n>\treturn 0;\n",
        "\treturn x;\nagain:\n>\tuse(p);\n",
        "\tif (!p)\n>\t\tp = &fallback;\n",
        "\tcase 3:\n>\t\tuse(p);\n",
        "\tdefault:\n>\t\tuse(p);\n",
        "\tx = y;\n>\t/* return -EINVAL; */ use(p);\n",
    ],
)
def test_no_error_path(text: str) -> None:
    assert not path(text)
