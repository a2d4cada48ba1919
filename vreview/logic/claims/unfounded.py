# SPDX-License-Identifier: GPL-2.0-or-later
"""A gain or a loss in speed in per cent, and no figure that it was computed from; or an
optimisation by its title, and no figure at all.

At most one remark of each kind a series; silent when the mails have figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vreview.logic.claims.figures import NUMBER
from vreview.logic.claims.phrases import changes_in, pairs_in
from vreview.logic.claims.said import Claim, Message, Passage, paragraphs, sentences

UNFOUNDED = "gain-without-figures"
UNMEASURED = "optimisation-without-figures"

_OPTIMISES = re.compile(
    r"\boptimi[sz](?:ed?|es|ing|ation)\b|speed(?:ing)?[ -]?up|\bfaster\b|"
    r"(?:improv|boost|increas)\w*\s.*(?:perform|throughput|latency|speed)|perform\w*\simprov|"
    r"(?:reduc|lower|cut)\w*\s.*(?:latency|overhead|contention|cpu usage)",
    re.IGNORECASE,
)
_SIZE = re.compile(r"\b(?:size|memory|footprint|stack|code|build|compil\w*|boot)\b", re.IGNORECASE)
_TIME = re.compile(r"\btime\b|slow|fast|latenc|expensive|overhead|perform|\bcost", re.IGNORECASE)

_SPEED = re.compile(
    r"perform|throughput|latenc|fast|slow|speed|\bpps\b|\biops\b|\bops/s|cpu time|cycles|"
    r"bandwidth|overhead|exits|packets per second|boot time|runtime|run time|netperf|iperf|fio\b",
    re.IGNORECASE,
)
_MOVES = re.compile(
    r"improv|gain|increas|decreas|reduc|drop|faster|slower|speed-?up|regress|degrad|better|worse|"
    r"boost|\bcosts?\b|sav(?:es?|ing)|\bwin\b|lower|higher",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    rf"{NUMBER}\s?(?:[kKMG]?pps|[kKMG]?bps|[kKMG]i?[bB](?:it|yte)?s?(?:/s|ps)?|[nuµm]s(?:ec)?s?|secs?|"
    r"seconds|cycles|k?iops|ops|req|reqs|transactions|pkts|packets)\b(?!\s+(?:messages|packets|pages))",
    re.IGNORECASE,
)
_NO_TABLE = re.compile(r"[{};@]|\d:\d\d|\(-\)")
_COUNTED = re.compile(
    r"(?:per (?:second|sec|minute)|latency|throughput|average|\bavg|\bmean|median|cycles|before|"
    r"after)\b.*?(?<![\w.])(?:\d{4,}|\d+\.\d+)(?!\w|\.\d|\s?%)",
    re.IGNORECASE,
)
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


def check_unmeasured(messages: Sequence[Message]) -> Iterator[Claim]:
    """The first patch whose title promises speed, when no mail of the series has a figure."""
    if any(_has_figures(m) or _numbered(m) for m in messages):
        return
    for message in messages:
        if not message.lines or not _OPTIMISES.search(message.title) or _SIZE.search(message.title):
            continue
        lines = enumerate(message.lines, start=1)
        line = next((number for number, text in lines if _TIME.search(text)), 1)
        yield Claim(
            check=UNMEASURED,
            message=message,
            line=line,
            subject=message.title,
            words=(("title", message.title),),
            steps=((line, "no mail of the series has a figure"),),
        )
        return


def _numbered(message: Message) -> bool:
    """A percentage, a factor or a measured figure, anywhere."""
    return any(
        _MEASURED.search(line) or any(True for _ in changes_in(line)) for line in message.lines
    )


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
    measured = sum(
        max(len(_MEASURED.findall(line)), bool(_COUNTED.search(line))) for line in message.lines
    )
    rows = [line for line in message.lines if _ROW.match(line) and not _NO_TABLE.search(line)]
    return measured >= 2 or len(rows) >= 2
