# SPDX-License-Identifier: GPL-2.0-or-later
"""A change in words above two rows ``Before: …`` and ``After: …``: is it that of any column?

Only for a paragraph with a single claim, directly above rows with the same number of figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vreview.logic.claims.figures import NUMBER, Figure, change_of_old, changes, comparable, figure
from vreview.logic.claims.figures import shown as in_words
from vreview.logic.claims.phrases import Change, changes_in
from vreview.logic.claims.said import Claim, Message, Passage, paragraphs

_BEFORE = re.compile(
    r"\s*(?:before|without|base(?:line)?|old|vanilla|unpatched)\b[^\d:=|]*[:=|]", re.I
)
_AFTER = re.compile(r"\s*(?:after|with|patched|new)\b[^\d:=|]*[:=|]", re.I)
_FIGURE = re.compile(rf"(?<![\w.,-])({NUMBER})\s?([A-Za-zµμ%]+(?:/\w+)?)?")
_GAIN = re.compile(r"improv|gain|increas|decreas|reduc|faster|speed|boost|drop|slower", re.I)
UNTOLD = "untold-column"
_ABOVE = 4
"""Lines at most between the paragraph and the rows."""


def check_beside(message: Message, *, check: str) -> Iterator[Claim]:
    """The claim of a paragraph that no column of the rows below it bears out."""
    for line in range(1, len(message.lines)):
        pairs = _pairs(message.lines[line - 1], message.lines[line])
        if not pairs:
            continue
        said = _claim_above(message, line)
        if said is None:
            continue
        passage, change = said
        spans = [span for pair in pairs for span in changes(*pair)]
        near = any(s.high * 2 >= change.span.low and s.low <= change.span.high * 2 for s in spans)
        if near and not any(span.meets(change.span) for span in spans):
            yield _claim(message, (passage, change), pairs, check)


def check_untold(message: Message) -> Iterator[Claim]:
    """A column whose change no percentage of the message states, beside one that is stated."""
    for line in range(1, len(message.lines)):
        pairs = _pairs(message.lines[line - 1], message.lines[line])
        said = _claim_above(message, line) if len(pairs) > 1 else None
        if said is None:
            continue
        stated = [c.span for p in paragraphs(message) for c in changes_in(p.text)]
        told = [any(s.meets(c) for s in changes(*pair) for c in stated) for pair in pairs]
        if not any(told):
            continue
        for pair, known in zip(pairs, told, strict=True):
            if known or pair[0].value == pair[1].value:
                continue
            figures = f"{pair[0].text} -> {pair[1].text}"
            real = in_words(change_of_old(*pair))
            yield Claim(
                check=UNTOLD,
                message=message,
                line=line + 1,
                subject=figures,
                words=(("figures", figures), ("claim", said[1].text), ("real", real)),
                steps=((line + 1, f"{figures} is {real}"),),
            )


def _pairs(first: str, second: str) -> Sequence[tuple[Figure, Figure]]:
    """The columns of two rows, oldest figure first; none when the rows do not belong together."""
    old, new = _BEFORE.match(first), _AFTER.match(second)
    if old is None or new is None:
        return ()
    before, after = list(_figures(first[old.end() :])), list(_figures(second[new.end() :]))
    if not before or len(before) != len(after):
        return ()
    pairs = list(zip(before, after, strict=True))
    return pairs if all(comparable(a, b) and a.value and b.value for a, b in pairs) else ()


def _figures(text: str) -> Iterator[Figure]:
    for found in _FIGURE.finditer(text):
        value = figure(found[1], found[2] or "")
        if value is not None:
            yield value


def _claim_above(message: Message, line: int) -> tuple[Passage, Change] | None:
    near = [p for p in paragraphs(message) if line - _ABOVE <= p.last_line < line]
    above = [p for p in near if _GAIN.search(p.text)]
    if not above:
        return None
    claimed = [c for c in changes_in(above[-1].text) if not c.is_factor]
    return (above[-1], claimed[0]) if len(claimed) == 1 else None


def _claim(
    message: Message,
    said: tuple[Passage, Change],
    pairs: Sequence[tuple[Figure, Figure]],
    check: str,
) -> Claim:
    passage, change = said
    line = passage.line_at(change.start)
    columns = [(f"{a.text} -> {b.text}", in_words(change_of_old(a, b))) for a, b in pairs]
    figures = ", ".join(text for text, _ in columns)
    real = ", ".join(value for _, value in columns)
    return Claim(
        check=check,
        message=message,
        line=line,
        subject=f"{figures}: {change.text}",
        words=(("figures", figures), ("claim", change.text), ("real", real)),
        steps=((line, f"the text says {change.text}; {figures} is {real}"),),
    )
