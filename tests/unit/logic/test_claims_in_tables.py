# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables: what a column means is learnt from the rows that agree; sums are summed again."""

from __future__ import annotations

import pytest

from vreview.logic.claims import Claim, Message, claims_of

COLUMNS = """\
size       before    after     diff
64         1000      1200      +20%
256         800       880      +10%
1024        500       600      {}
4096        250       299      +19%
"""
MMTESTS = """\
Amean     user-2      100.00 (   0.00%)      120.00 * -20.00%*
Amean     syst-2       50.00 (   0.00%)       40.00 *  20.00%*
Amean     elsp-2       80.00 (   0.00%)       60.00 *  {}%*
Stddev    user-2        1.12 (   0.00%)        1.09 (   2.93%)
"""
LKP = """\
    100000 ±  2%     +33.4%     133400 ± 14%  thing.one
      3930            +7.8%       4235 ±  3%  thing.two
   7317310 ±  4%     {}%    6253797 ± 10%  thing.three
      1025 ± 38%    +135.0%       2409 ± 19%  thing.four
"""
PIPES = "| a | 100 | 120 | 20% |\n| b | 200 | 220 | 10% |\n| c | 300 | 330 | {} |\n"
TABS = "a\t1.00M\t1.20M\t20%\nb\t2.00M\t2.20M\t10%\nc\t900K\t1.80M\t{}\nd\t500K\t450K\t-10%\n"


def said(text: str) -> list[Claim]:
    return list(claims_of((Message(1, "port: batch", tuple(text.splitlines())),)))


@pytest.mark.parametrize(
    ("table", "good", "bad", "line"),
    [
        (COLUMNS, "+20%", "+10%", 4),
        (MMTESTS, "25.00", "35.00", 3),
        (LKP, "-14.5", "-41.5", 3),
        (PIPES, "10%", "15%", 3),
        (TABS, "100%", "70%", 3),
    ],
    ids=["columns", "mmtests", "lkp", "pipes", "tabs"],
)
def test_the_row_that_the_others_contradict_is_reported(
    table: str, good: str, bad: str, line: int
) -> None:
    assert said(table.format(good)) == []
    (claim,) = said(table.format(bad))
    assert (claim.check, claim.line) == ("claimed-column", line)


@pytest.mark.parametrize(
    "table",
    [
        "one    1200   900   10%\ntwo    2400  1000   12%\nthree  3600  1700   11%\n",
        "64   1000  1200  +20%\n256   800   880  +40%\n",
        "> a  100  120  20%\n> b  200  220  10%\n> c  300  330  15%\n",
        "a  1.0e+05  1.2e+05  20%\nb  200  220  10%\nc  300  330  15%\n",
    ],
    ids=["no reading", "two rows", "quoted", "exponents"],
)
def test_a_table_without_a_reading_is_left_alone(table: str) -> None:
    assert said(table) == []


BLOAT = """\
add/remove: 1/0 grow/shrink: 1/1 up/down: 50/-10 ({sum})
Function                                     old     new   delta
port_common                                    -      20     +20
port_reset                                   100     130     {delta}
port_start                                   200     190     -10
Total: Before=1000, After={after}, chg {change}%
"""
RIGHT = {"sum": "40", "delta": "+30", "after": "1040", "change": "+4.00"}


def bloat(**changed: str) -> list[tuple[int, str]]:
    return [(c.line, dict(c.words)["real"]) for c in said(BLOAT.format(**(RIGHT | changed)))]


def test_sizes_that_add_up_are_left_alone() -> None:
    assert bloat() == []


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"sum": "41"}, [(1, "40"), (1, "40"), (6, "40")]),
        ({"delta": "+20"}, [(1, "30"), (4, "+30")]),
        ({"after": "1050"}, [(6, "50")]),
        ({"change": "+5.00"}, [(6, "+4.00%")]),
    ],
)
def test_sizes_that_do_not_add_up_are_reported(
    changed: dict[str, str], found: list[tuple[int, str]]
) -> None:
    assert bloat(**changed) == found


def test_a_row_of_size_is_added_up() -> None:
    head = "   text    data     bss     dec     hex filename\n"
    assert said(head + "   1000     200      30    1230     4ce port.o\n") == []
    assert [c.line for c in said(head + "   1000     200      30    1240     4d8 port.o\n")] == [2]
    assert [c.line for c in said(head + "   1000     200      30    1230     4cf port.o\n")] == [2]


BESIDE = """\
Tests show about {}% improvement on TX with small packets:

        one queue | two queues
Before: 5.0Mpps   | 6.6Mpps
After:  6.1Mpps   | 7.4Mpps
"""


@pytest.mark.parametrize(("claim", "lines"), [("22", []), ("12", []), ("32", [1])])
def test_a_change_above_rows_before_and_after_is_that_of_a_column(
    claim: str, lines: list[int]
) -> None:
    claims = said(BESIDE.format(claim))
    assert [c.line for c in claims if c.check == "claimed-change"] == lines


@pytest.mark.parametrize(
    ("claim", "untold"),
    [("22", ["6.6Mpps -> 7.4Mpps"]), ("12", ["5.0Mpps -> 6.1Mpps"]), ("32", [])],
)
def test_the_column_that_the_text_leaves_out_is_told(claim: str, untold: list[str]) -> None:
    claims = said(BESIDE.format(claim))
    found = [c.subject.replace(" M", "M") for c in claims if c.check == "untold-column"]
    assert found == untold
