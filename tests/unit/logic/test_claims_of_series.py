# SPDX-License-Identifier: GPL-2.0-or-later
"""What is claimed for a patch or a series as a whole: its diffstat, its speed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from vreview.logic.claims import Message, claims_in, claims_of
from vreview.model.series import Cover, FileDiff, Mail, MessageId, Patch, Person, Series
from vreview.parse.diff import parse_diff

WHO = Person("A Tester", "tester@example.org")
WHEN = datetime(2024, 5, 6, tzinfo=UTC)


def diff_of(path: str, added: int = 2, taken: int = 1) -> str:
    lines = ["-old\n"] * taken + ["+new\n"] * added
    head = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n"
    return head + f"@@ -1,{taken + 1} +1,{added + 1} @@\n context\n" + "".join(lines)


def files_of(*diffs: str) -> tuple[FileDiff, ...]:
    return tuple(parse_diff("".join(diffs).encode()))


def message(text: str, *diffs: str, patch: int | None = 1, title: str = "port: x") -> Message:
    return Message(patch, title, tuple(text.splitlines()), files_of(*diffs))


def checks(*said: Message, whole: bool = True) -> list[tuple[str, int | None, int]]:
    return [(c.check, c.message.patch, c.line) for c in claims_of(said, whole=whole)]


@pytest.mark.parametrize(
    ("summary", "found"),
    [
        (" 1 file changed, 2 insertions(+), 1 deletion(-)", []),
        (" 1 file changed, 3 insertions(+), 1 deletion(-)", [("claimed-diffstat", 1, 2)]),
        (" 2 files changed, 2 insertions(+), 1 deletion(-)", [("claimed-diffstat", 1, 2)]),
        (" an older one: 2 files changed", []),
    ],
)
def test_a_patchs_diffstat_is_counted(summary: str, found: list[tuple[str, int, int]]) -> None:
    assert checks(message(f"---\n{summary}", diff_of("a.c"))) == found


def test_a_patch_without_a_readable_diff_is_not_counted() -> None:
    assert checks(message("---\n 1 file changed, 3 insertions(+)")) == []


COVER = " 2 files changed, {} insertions(+), {} deletions(-)"


@pytest.mark.parametrize(
    ("added", "taken", "wrong"), [(6, 3, False), (5, 2, False), (6, 2, True), (7, 3, True)]
)
def test_a_covers_diffstat_is_held_against_what_does_not_depend_on_order(
    added: int, taken: int, *, wrong: bool
) -> None:
    """Two patches on one file may undo each other's lines: then both numbers shrink alike."""
    cover = message(COVER.format(added, taken), patch=None)
    one = message("x", diff_of("a.c"), diff_of("b.c"))
    two = message("y", diff_of("b.c"), patch=2)
    assert checks(cover, one, two) == ([("claimed-diffstat", None, 1)] if wrong else [])


def test_a_cover_of_a_series_with_a_hole_is_not_counted() -> None:
    cover = message(COVER.format(60, 2), patch=None)
    assert checks(cover, message("x", diff_of("a.c")), whole=False) == []


def test_a_loss_without_figures_is_asked_about_once_a_series() -> None:
    one = message("Note that this costs about 3% of performance.")
    two = message("Throughput improves by 5%.", patch=2)
    assert checks(one, two) == [("gain-without-figures", 1, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "It improves throughput by 5%: 2.10 Mpps before, 2.21 Mpps after.",
        "About 0.6% PPS improvement.\nBefore, packets per second were 234026.\nAfter: 235537.",
        "At most 50% of the slots are used, and 10% more memory is needed.",
        "Performance improves by 5%.\n\nbase   100  101  102\nnow    105  106  107\n",
    ],
)
def test_a_gain_with_figures_or_of_something_else_is_left_alone(text: str) -> None:
    assert checks(message(text)) == []


def test_figures_in_the_cover_letter_count_for_all_patches() -> None:
    cover = message("before: 2.10 Mpps\nafter:  2.21 Mpps", patch=None)
    assert checks(cover, message("Throughput improves by 5%.")) == []


@pytest.mark.parametrize(
    ("title", "text", "found"),
    [
        ("port: speed up the reset", "It can take a long time.", True),
        ("port: optimise the reset", "All at once.", True),
        ("port: speed up the reset", "It takes 1.2 ms instead of 40 ms.", False),
        ("port: speed up the reset", "It is 30% faster.", False),
        ("port: optimize the code size", "Less of it.", False),
        ("port: reset all at once", "It can take a long time.", False),
    ],
)
def test_an_optimisation_without_a_figure_is_asked_about(
    title: str, text: str, *, found: bool
) -> None:
    names = [name for name, _, _ in checks(message(text, title=title))]
    assert ("optimisation-without-figures" in names) is found


def patch(n: int, body: str) -> Patch:
    mail = Mail(MessageId(f"{n}@example.org"), f"[PATCH {n}] port: x", WHO, WHEN)
    return Patch(n, "port: x", WHO, WHEN, "", (), (), b"", mail, body=body)


def test_the_mails_of_a_series_are_read_down_to_the_diff_and_the_signature() -> None:
    lie = "It improves by 25%: 100 -> 120."
    bodies = [f"x\n\n{lie}\n---\ndiff --git a/a.c b/a.c\n{lie}\n", f"y\n-- \n{lie}\n"]
    patches = tuple(patch(n, body) for n, body in enumerate(bodies, start=1))
    cover = Cover("port", f"{lie}\n", Mail(MessageId("0@example.org"), "[PATCH 0/2]", WHO, WHEN))
    found = claims_in(Series("port", 1, 2, patches, cover))
    assert [(c.message.patch, c.line) for c in found] == [(None, 1), (1, 3)]


def test_what_no_person_wrote_takes_no_time() -> None:
    odd = ["1,234 -> " * 20_000, "from 1 to 2 (" * 9, " " * 250] * 3000
    assert claims_in(Series("port", 1, 1, (patch(1, "\n".join(odd)),))) == ()
