# SPDX-License-Identifier: GPL-2.0-or-later
"""Any text is analysed: no exception, no hit outside it, the same answer twice."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from vreview.analysis import Chunk, Knowledge, analyse, analyse_excerpt, knowledge_from
from vreview.analysis.mask import mask
from vreview.resources import data_folder
from vreview.rulebook import load_rules

RULES = data_folder("rules")
SEEDS = [path.read_bytes() for path in sorted(RULES.glob("*/*/*.c"))]
KNOWLEDGE: Knowledge = knowledge_from(load_rules().knowledge)
PIECES = [
    *b"{ } ( ) ; : /* */ ' \" goto case do else while if __vreview_hole__(); return , = []".split(),
    b"#if 0\n",
    b"#else\n",
    b"\\\n",
    b"\0",
    b"\xff",
    b"\r\n",
]


def mutated(seed: int) -> bytes:
    """A rule's example with a few pieces cut out, doubled, or put in."""
    chance = random.Random(seed)
    text = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(text) + 1)
        match chance.randrange(3):
            case 0:
                del text[at : at + chance.randrange(1, 40)]
            case 1:
                text[at:at] = text[at : at + chance.randrange(1, 200)]
            case _:
                text[at:at] = chance.choice(PIECES)
    return bytes(text)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_mutated_c_is_survived(seed: int) -> None:
    text = mutated(seed)
    result = analyse(text, "a.c", knowledge=KNOWLEDGE)
    lines = text.count(b"\n") + 1
    assert all(1 <= hit.line <= lines for hit in result.hits)
    assert result == analyse(text, "a.c", knowledge=KNOWLEDGE)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.integers(0, 40), max_size=6))
def test_mutated_excerpts_are_survived(seed: int, cuts: list[int]) -> None:
    lines = mutated(seed).split(b"\n")
    chunks, first = [], 1
    for cut in [*cuts, len(lines)]:
        part = tuple(lines[first - 1 : first - 1 + cut])
        chunks.append(Chunk(first, part, lines[0]))
        first += cut + 1
    result = analyse_excerpt(chunks, "a.c", knowledge=KNOWLEDGE)
    assert all(1 <= hit.line <= first for hit in result.hits)


@given(st.binary(max_size=400))
def test_masking_moves_nothing(text: bytes) -> None:
    masked = mask(text).text
    assert len(masked) == len(text)
    assert [i for i, b in enumerate(masked) if b == 10] == [
        i for i, b in enumerate(text) if b == 10
    ]


def test_deep_nesting_is_given_up_not_crashed_on() -> None:
    text = b"int f(void)\n{\n" + b"if (x) {" * 3000 + b"}" * 3000 + b"\nreturn EINVAL;\n}\n"
    analyse(text, "a.c", knowledge=KNOWLEDGE)
    text = b"int f(void)\n{\nreturn " + b"(" * 5000 + b"1" + b")" * 5000 + b";\n}\n"
    assert analyse(text, "a.c", knowledge=KNOWLEDGE).not_understood == (("f", "nested too deep"),)
