# SPDX-License-Identifier: GPL-2.0-or-later
"""Hunks without their file: what is visible is analysed, what is not is not guessed."""

from __future__ import annotations

import textwrap

from vreview.analysis import Chunk, Knowledge, analyse_excerpt, summarise_excerpt
from vreview.analysis.excerpt import stitch


def chunk(first: int, text: str, section: str = "") -> Chunk:
    lines = textwrap.dedent(text).strip("\n").replace("    ", "\t").split("\n")
    return Chunk(first, tuple(line.encode() for line in lines), section.encode())


def hits(knowledge: Knowledge, *chunks: Chunk) -> list[tuple[str, int]]:
    result = analyse_excerpt(chunks, "a.c", knowledge=knowledge)
    assert result.not_understood == ()
    return [(hit.rule, hit.line) for hit in result.hits]


def test_lines_keep_their_numbers() -> None:
    text = stitch([chunk(10, "int a;"), chunk(20, "int b;")])
    assert text.split(b"\n")[9] == b"int a;"
    assert text.split(b"\n")[19] == b"int b;"


def test_a_whole_function_is_analysed_like_any_other(knowledge: Knowledge) -> None:
    whole = """
int f(struct a *a)
{
    if (!a->b)
        return -ENOMEM;
    return EINVAL;
}
"""
    assert hits(knowledge, chunk(100, whole)) == [("positive-errno", 104)]


def test_a_function_that_began_before_is_opened_from_its_section(knowledge: Knowledge) -> None:
    lines = (
        b"\tmutex_lock(&a->lock);",
        b"\tif (!a->b)",
        b"\t\treturn -EINVAL;",
        b"\tmutex_unlock(&a->lock);",
        b"\treturn 0;",
        b"}",
    )
    found = hits(knowledge, Chunk(50, lines, b"int f(struct a *a)"))
    assert found == [("missing-unlock", 52)]


def test_nothing_is_said_across_a_hole(knowledge: Knowledge) -> None:
    start = Chunk(10, (b"int f(struct a *a)", b"{", b"\tmutex_lock(&a->lock);"))
    end = Chunk(
        40, (b"\tif (!a)", b"\t\treturn -EINVAL;", b"\treturn 0;", b"}"), b"int f(struct a *a)"
    )
    assert hits(knowledge, start, end) == []


def test_cut_statements_and_comments_at_the_edges_do_no_harm(knowledge: Knowledge) -> None:
    lines = (
        b"\t\t * the end of a comment",
        b"\t\t */",
        b"\t\tif (a->b)",
        b"\t\t\treturn -ENOMEM;",
        b"\t\treturn EFAULT;",
        b"\t}",
        b"\tcall(a,",
    )
    assert hits(knowledge, Chunk(70, lines, b"static int f(struct a *a, struct b *b,")) == [
        ("positive-errno", 74)
    ]


def test_a_callback_in_another_chunk_and_file_is_seen(knowledge: Knowledge) -> None:
    callback = Chunk(
        5,
        (
            b"static void inval(struct mmu_notifier *mn)",
            b"{",
            b"\tmutex_lock(&mn->lock);",
            b"\tmutex_unlock(&mn->lock);",
            b"}",
            b"static const struct mmu_notifier_ops ops = {",
            b"\t.release = inval,",
            b"};",
        ),
    )
    stop = Chunk(
        90,
        (
            b"void stop(struct a *a)",
            b"{",
            b"\tmutex_lock(&a->lock);",
            b"\tmmu_notifier_unregister(&a->mn, a->mm);",
            b"\tmutex_unlock(&a->lock);",
            b"}",
        ),
    )
    assert hits(knowledge, callback, stop) == [("waiter-under-callback-lock", 93)]
    other = summarise_excerpt([callback], "b.c", knowledge=knowledge)
    result = analyse_excerpt([stop], "a.c", knowledge=knowledge, context=[other])
    assert [(hit.rule, hit.line) for hit in result.hits] == [("waiter-under-callback-lock", 93)]


def test_the_inside_of_a_structure_is_no_function(knowledge: Knowledge) -> None:
    assert hits(knowledge, Chunk(9, (b"\tint a;", b"\tint b;"), b"struct foo {")) == []
