# SPDX-License-Identifier: GPL-2.0-or-later
"""What a semantic patch says of itself, in the comments that coccicheck's scripts carry.

Accepted lines:

    /// TEXT                              what it looks for
    //# TEXT                              known false positives
    // Confidence: High|Moderate|Low
    // Options: --no-includes …           only words that begin with two dashes are taken
    virtual patch, report, …

Does not understand the patch itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vreview.model.observation import Confidence

_CONFIDENCE = re.compile(r"^//\s*Confidence:\s*(?P<word>\w+)", re.IGNORECASE | re.MULTILINE)
_OPTIONS = re.compile(r"^//\s*Options:\s*(?P<words>.*)$", re.IGNORECASE | re.MULTILINE)
_VIRTUAL = re.compile(r"^\s*virtual\s+(?P<names>[\w, \t]+);?\s*$", re.MULTILINE)
_LANGUAGE = re.compile(
    r"^@\s*\w*\s*(?:script|initialize|finalize)\s*:\s*(?P<name>\w+)", re.MULTILINE
)
_HUNK = re.compile(r"^@@ -(?P<line>\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")
# What a reader of one file may ask for; none of them names a file or runs anything.
_HARMLESS = re.compile(
    r"--(?:no-includes|include-headers|all-includes|local-includes|recursive-includes|no-loops"
    r"|disable-worth-trying-opt|force-diff)"
)


@dataclass(frozen=True, slots=True)
class Semantic:
    """A script's header. ``modes`` are its virtual rules; ``languages`` those of its scripts."""

    description: str
    comments: str
    confidence: Confidence
    options: tuple[str, ...]
    modes: frozenset[str]
    languages: frozenset[str]


def read_semantic(text: str) -> Semantic:
    """The header of a script; what is not said is Moderate, or empty."""
    word = _CONFIDENCE.search(text)
    known = {member.value: member for member in Confidence}
    options = [word for match in _OPTIONS.finditer(text) for word in match["words"].split()]
    modes = [name for match in _VIRTUAL.finditer(text) for name in match["names"].split(",")]
    return Semantic(
        description=_comment(text, "///"),
        comments=_comment(text, "//#"),
        confidence=known.get(word["word"].lower() if word else "", Confidence.MODERATE),
        options=tuple(dict.fromkeys(option for option in options if _HARMLESS.fullmatch(option))),
        modes=frozenset(name.strip() for name in modes),
        languages=frozenset(match["name"] for match in _LANGUAGE.finditer(text)),
    )


def _comment(text: str, mark: str) -> str:
    lines = [line for line in text.splitlines() if line.startswith(mark)]
    return " ".join(" ".join(line[len(mark) :].strip("/# \t") for line in lines).split())


def matched_lines(diff: str) -> tuple[int, ...]:
    """The lines of the old file at which a diff of spatch begins to differ: what a script with
    stars, or with minus and plus lines, has matched."""
    found: list[int] = []
    line, inside, before = 0, False, " "
    for text in diff.splitlines():
        if hunk := _HUNK.match(text):
            line, inside, before = int(hunk["line"]), True, " "
            continue
        marker = text[:1] or " "
        if not inside or marker not in " +-" or text.startswith(("--- ", "diff ")):
            inside = False
            continue
        if marker != " " and before == " ":
            found.append(max(line, 1))
        line += marker != "+"
        before = marker
    return tuple(dict.fromkeys(found))


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence."""
    return re.split(r"(?<=[a-z)])\.\s", text, maxsplit=1)[0].rstrip(".")
