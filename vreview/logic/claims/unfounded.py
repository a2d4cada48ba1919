# SPDX-License-Identifier: GPL-2.0-or-later
"""A gain or a loss in speed in per cent, and no figure that it was computed from.

At most one remark a series; silent when the same mail, or the cover letter, has figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vreview.logic.claims.figures import NUMBER
from vreview.logic.claims.phrases import changes_in, pairs_in
from vreview.logic.claims.said import Claim, Message, Passage, paragraphs, sentences

UNFOUNDED = "gain-without-figures"

_SPEED = re.compile(
    r"perform|throughput|latenc|fast|slow|speed|\bpps\b|\biops\b|\bops/s|cpu time|cycles|"
    r"bandwidth|overhead|exits|packets per second|boot time|runtime|run time|netperf|iperf|fio\b",
    re.IGNORECASE,
)
_MOVES = re.compile(
    r"improv|gain|increas|decreas|reduc|drop|faster|slower|speed-?up|regress|degrad|better|worse|"
    r"boost|sav(?:es?|ing)|\bwin\b|lower|higher",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    rf"{NUMBER}\s?(?:[kKMG]?pps|[kKMG]?bps|[kKMG]i?[bB](?:it|yte)?s?(?:/s|ps)?|[nuµm]s(?:ec)?s?|secs?|"
    r"seconds|cycles|k?iops|ops|req|reqs|transactions|pkts|packets)\b(?!\s+(?:messages|packets|pages))",
    re.IGNORECASE,
)
_NO_TABLE = re.compile(r"[{};@]|\d:\d\d|\(-\)")
_ROW = re.compile(rf"(?:.*?(?<![\w.]){NUMBER}){{3}}")


def check_unfounded(messages: Sequence[Message]) -> Iterator[Claim]:
    """The first such statement of the series, patches before the cover letter."""
    patches = [m for m in messages if m.patch is not None]
    cover = [m for m in messages if m.patch is None]
    if any(_has_figures(m) for m in cover):
        return
    for message in (*patches, *cover):
        if _has_figures(message):
            continue
        for passage in paragraphs(message):
            claim = _first(message, passage)
            if claim is not None:
                yield claim
                return


def _first(message: Message, passage: Passage) -> Claim | None:
    if any(True for _ in pairs_in(passage.text)) or _MEASURED.search(passage.text):
        return None
    for offset, sentence in sentences(passage):
        if not _SPEED.search(sentence) or not _MOVES.search(sentence):
            continue
        for change in changes_in(sentence):
            line = passage.line_at(offset + change.start)
            return Claim(
                check=UNFOUNDED,
                message=message,
                line=line,
                subject=change.text,
                words=(("claim", change.text),),
                steps=((line, f"{change.text}, of what and compared with what is not said"),),
            )
    return None


def _has_figures(message: Message) -> bool:
    """Two measured figures, or two lines with three numbers: what a change is computed from."""
    measured = sum(len(_MEASURED.findall(line)) for line in message.lines)
    rows = [line for line in message.lines if _ROW.match(line) and not _NO_TABLE.search(line)]
    return measured >= 2 or len(rows) >= 2
