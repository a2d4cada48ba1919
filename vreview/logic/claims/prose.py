# SPDX-License-Identifier: GPL-2.0-or-later
"""``from 120 us to 100 us (17% faster)``: a change in words beside the two figures it is made of.

Only where sentence and order leave no doubt about which figures are meant: a claim in brackets
behind its pair, a pair in brackets behind its claim, or one of each with nothing between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from vreview.logic.claims.figures import Span, change_of_old, changes, ratio, shown
from vreview.logic.claims.phrases import Change, Pair, changes_in, pairs_in
from vreview.logic.claims.said import Claim, Message, Passage, paragraphs, sentences

CHANGE = "claimed-change"
DIRECTION = "claimed-direction"

_CHANGES = re.compile(
    r"improv|fast|slow|gain|increas|decreas|reduc|drop|better|worse|speed|sav(?:e|ing)|less|more|"
    r"lower|higher|boost|overhead|regress|small|bigg|larg|\bcut|shr[iu]nk|gr[eo]w|change|degrad|"
    r"\bwin\b|\bup\b|\bdown\b|short|quick|declin|\bdiff|fell|fall|r[oi]se|perform|throughput|latency",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\s*(?:[A-Za-z/-]+\s+){0,3}[(\[,:;=]+\s*"
    r"(?:i\.?e\.?,?\s*|which is\s*|that is\s*|so\s*|an?\s*|or\s*|by\s*|is\s*|for\s*)*"
    r"(?:[a-z]+\s+){0,2}"
)
_BEFORE = re.compile(r"[^\d.;!?]{0,50}?[(\[:]\s*(?:[a-z]+\s*)?")
_BEFORE_FROM = re.compile(r"[^\d.;!?]{0,50}?")
_UP = re.compile(r"\b(?:increas|rais|r[io]se|grow|grew|gain|boost)\w*", re.IGNORECASE)
_DOWN = re.compile(r"\b(?:reduc|decreas|drop|lower|cut|shr[iu]nk|fell|fall)\w*", re.IGNORECASE)
_LAST_WORD = re.compile(rf".*(?:{_UP.pattern}|{_DOWN.pattern})", re.IGNORECASE)
_OTHER_VERB = re.compile(
    r"\b(?:went|goes|go|going|is|was|are|were|improv\w*|chang\w*|mov\w*|shift\w*)\b", re.IGNORECASE
)
_RATE = re.compile(r"pps|bps|/s(?:ec)?$|ops|iops|tps", re.IGNORECASE)


def check_prose(message: Message) -> Iterator[Claim]:
    """Contradicted changes and directions of one mail."""
    for passage in paragraphs(message):
        for offset, sentence in sentences(passage):
            pairs = list(pairs_in(sentence))
            if not pairs:
                continue
            for pair, change in _bound(sentence, pairs, list(changes_in(sentence))):
                wrong = _contradicted(pair, change)
                if wrong:
                    yield _claim(message, passage, offset, (pair, change), wrong)
            for pair in pairs:
                word = _against(sentence, pair)
                if word:
                    yield _turned(message, passage, offset + pair.start, (pair, word))


def _bound(text: str, pairs: list[Pair], claimed: list[Change]) -> Iterator[tuple[Pair, Change]]:
    """The claims that belong to a pair beyond doubt."""
    if not _CHANGES.search(text) and not any(c.text.startswith(("+", "-")) for c in claimed):
        return
    taken: set[Change] = set()
    free = [c for c in claimed if not any(p.start < c.end and c.start < p.end for p in pairs)]
    for number, pair in enumerate(pairs):
        limit = pairs[number + 1].start if number + 1 < len(pairs) else len(text)
        behind = next((c for c in free if pair.end <= c.start < limit), None)
        if behind is not None and _BEHIND.fullmatch(text, pair.end, behind.start):
            taken.add(behind)
            yield pair, behind
            continue
        floor = pairs[number - 1].end if number else 0
        ahead = [c for c in free if floor <= c.start and c.end <= pair.start and c not in taken]
        joined = _BEFORE_FROM if text.startswith("from", pair.start) else _BEFORE
        if ahead and joined.fullmatch(text, ahead[-1].end, pair.start):
            taken.add(ahead[-1])
            yield pair, ahead[-1]


def _contradicted(pair: Pair, change: Change) -> str:
    """The arithmetic, when no values that print so bear the claim out; else ''.

    A change several times as large or as small as the claimed one belongs to something else.
    """
    times = ratio(pair.before, pair.after)
    if times is None:
        return ""
    either = (times, Span(1 / times.high, 1 / times.low))
    if change.is_factor:
        spans = [*either, *(Span(t.low - 1, t.high - 1) for t in either)]
    else:
        spans = list(changes(pair.before, pair.after))
        if change.span.low >= 60 and not change.text.startswith(
            "+"
        ):  # "200 %" for twice as much, "to 80 %"
            spans += [Span(t.low * 100, t.high * 100) for t in either]
    if any(span.meets(change.span) for span in spans):
        return ""
    if not any(_near(span, change.span) for span in spans):
        return ""
    if change.is_factor:
        value = pair.after.value / pair.before.value
        value = value if value >= 1 else 1 / value
        return f"a factor of {value.quantize(Decimal('0.01'))}"
    return shown(change_of_old(pair.before, pair.after))


def _near(span: Span, claim: Span) -> bool:
    return span.high * 3 >= claim.low and span.low <= claim.high * 3


def _against(text: str, pair: Pair) -> str:
    """The word that says that the pair goes the other way than its figures; else ''."""
    if not pair.ordered or not text[pair.start :].startswith("from"):
        return ""
    clause = re.split(r"[,;(:]|\b(?:and|but|while|which|so)\b", text[: pair.start])[-1]
    if _OTHER_VERB.search(_LAST_WORD.sub("", clause)):
        return ""
    up: list[str] = _UP.findall(clause)
    down: list[str] = _DOWN.findall(clause)
    rises = pair.after.span.low > pair.before.span.high
    falls = pair.after.span.high < pair.before.span.low
    if re.search(r"\b(?:not?|never|without|n't|avoid\w*|prevent\w*)\b|n't", clause):
        return ""
    if up and not down and falls and pair.before.kind != "time":
        return up[-1]
    if down and not up and rises and not _RATE.search(pair.before.kind):
        return down[-1]
    if down and not up and rises and _RATE.search(pair.before.kind) and "latency" not in clause:
        return down[-1]
    return ""


def _claim(
    message: Message, passage: Passage, offset: int, bound: tuple[Pair, Change], real: str
) -> Claim:
    pair, change = bound
    line = passage.line_at(offset + change.start)
    return Claim(
        check=CHANGE,
        message=message,
        line=line,
        subject=f"{pair.text}: {change.text}",
        words=(("figures", pair.text), ("claim", change.text), ("real", real)),
        steps=(
            (passage.line_at(offset + pair.start), f"{pair.text} is {real}"),
            (line, f"the text says {change.text}"),
        ),
    )


def _turned(message: Message, passage: Passage, at: int, said: tuple[Pair, str]) -> Claim:
    pair, word = said
    line = passage.line_at(at)
    real = shown(change_of_old(pair.before, pair.after))
    return Claim(
        check=DIRECTION,
        message=message,
        line=line,
        subject=f"{word} {pair.text}",
        words=(("figures", pair.text), ("word", word.lower()), ("real", real)),
        steps=((line, f"{pair.text} is {real}, and the text says “{word.lower()}”"),),
    )
