# SPDX-License-Identifier: GPL-2.0-or-later
"""A change in words is reported when no values that print so give it, and only then."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vreview.logic.claims import Claim, Message, claims_of


def said(text: str, *, title: str = "port: batch") -> list[Claim]:
    return list(claims_of((Message(1, title, tuple(text.splitlines())),)))


def real(text: str) -> list[tuple[str, str]]:
    """Check and arithmetic of each claim about a change or its direction."""
    return [(c.check, dict(c.words)["real"]) for c in said(text) if "real" in dict(c.words)]


@pytest.mark.parametrize(
    ("text", "arithmetic"),
    [
        ("improves throughput by ~33% (1516 MB/sec -> 2046 MB/sec).", "+35.0 %"),
        ("It improves by 25%: 100 -> 120.", "+20.0 %"),
        ("Latency goes from 120 us to 100 us (25% faster).", "-16.7 %"),
        ("performance improves from 254k to\n517k IOPS (+203%).", "+103.5 %"),
        ("The time falls from 1.2 s to 900 ms, a 50% reduction.", "-25.0 %"),
        ("TX shows a 17.5%\nimprovement, from 4.75 Mpps to 5.35 Mpps.", "+12.6 %"),
        ("Throughput rises 3x (100 -> 200 Mbps).", "a factor of 2.00"),
        ("The reset is 4 times faster (900 ns -> 300 ns).", "a factor of 3.00"),
        ("CPU usage drops from 80% to 60% (40% less).", "-25.0 %"),
        ("Reads gain more than 30% (1,000 -> 1,200 IOPS).", "+20.0 %"),
    ],
)
def test_a_change_that_its_figures_contradict_is_reported_with_the_arithmetic(
    text: str, arithmetic: str
) -> None:
    assert real(text) == [("claimed-change", arithmetic)]


@pytest.mark.parametrize(
    "text",
    [
        # rounded, cut off, about, of the new value, as a ratio, in points
        "improves throughput by ~35% (1516 MB/sec -> 2046 MB/sec).",
        "improves throughput by 34% (1516 MB/sec -> 2046 MB/sec).",
        "improves by about 30% (100 -> 134).",
        "Latency goes from 120 us to 100 us (17% faster).",
        "Latency goes from 120 us to 100 us (20% faster).",
        "It is 200% faster (10 ms -> 5 ms), and 2x as fast.",
        "CPU usage from 80% to 60% (20% less).",
        "Readiness: +15% improvement (from 70% to 85% ready)",
        "The time is reduced by 91.7% (from 5 minutes to 25 seconds per note).",
        "reads: 190 -> 202 IOPS (+6%), writes: 48 -> 51 IOPS (+6%)",
        "We see 8-9 % more (120 Mpps -> 130 Mpps).",
        "The jobs grow by 6.9x (from 0.8M to 5.5M).",
        "Reads gain more than 10% (1,000 -> 1,200 IOPS).",
        "Writes lose less than 30% (1,000 -> 900 IOPS).",
        # another thing than a change
        "Pages grow from 4 KB to 64 KB; random writes are 20% slower then.",
        "Moving from v5.4 to v6.1 improves it by 20%.",
        "Improves the p99: 100 -> 120 (99%ile), with 100% CPU.",
        "It improves from 100 to 120 (± 3%).",
        "Half of them (50% of 100 -> 120) improve.",
        "An improvement: 4Kx3T = 12 -> 8Kx6T = 48 measurements (4x longer)",
        # not the author's words
        "> improves by 25%: 100 -> 120.",
    ],
)
def test_what_the_figures_can_mean_is_left_alone(text: str) -> None:
    assert real(text) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("This reduces the size of a port from 64 bytes to 72 bytes.", "reduces"),
        ("It increases the number of ports from 64 to 56.", "increases"),
        ("The throughput drops from 100 Mbps to 120 Mbps.", "drops"),
    ],
)
def test_a_word_against_its_figures_is_reported(text: str, word: str) -> None:
    (claim,) = said(text)
    assert (claim.check, dict(claim.words)["word"]) == ("claimed-direction", word)


@pytest.mark.parametrize(
    "text",
    [
        "This reduces the size from 72 bytes to 64 bytes.",
        "Performance increases, as a reset goes from 20 us to 10 us.",
        "It never drops from 1 to 2 users.",
        "It drops the lock and raises the limit from 10 to 20.",
        'The "one core drop" performance went from 65Kpps to 21Mpps.',
        "Reduce the noise, and move the level from 1 to 2.",
    ],
)
def test_a_word_with_its_figures_is_left_alone(text: str) -> None:
    assert [c.check for c in said(text)] == []


def test_the_line_is_that_of_the_claim_in_the_mails_body() -> None:
    text = (
        "Batching helps.\n\nWith it the throughput improves\n"
        "by 33% in all runs (1500 MB/s ->\n2040 MB/s)."
    )
    (claim,) = said(text)
    assert claim.line == 4
    assert claim.source == "by 33% in all runs (1500 MB/s ->"


numbers = st.integers(min_value=100, max_value=5000)


@given(numbers, numbers, st.sampled_from([0, 1, 2]), st.sampled_from([ROUND_HALF_UP, ROUND_DOWN]))
def test_a_percentage_that_was_computed_from_the_figures_is_never_reported(
    before: int, after: int, places: int, rounding: str
) -> None:
    change = abs(Decimal(after - before)) / before * 100
    printed = change.quantize(Decimal(1).scaleb(-places), rounding=rounding)
    word = "improves" if after >= before else "drops"
    assert real(f"Throughput {word} by {printed}% ({before} -> {after} Mbps).") == []


@given(st.text(alphabet="0123456789.,%x-> ()abfromtoimproves\n", max_size=300))
def test_no_text_is_too_odd(text: str) -> None:
    for claim in said(text):
        assert 1 <= claim.line <= len(text.splitlines())
