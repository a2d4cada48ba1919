# SPDX-License-Identifier: GPL-2.0-or-later
"""What checkpatch, sparse, coccinelle, smatch, kernel-doc and clang-tidy print, as observations.

Accepted lines (``PATH`` may start with ``prefix``, which is taken off):

    checkpatch   [PATH]:LINE: ERROR|WARNING|CHECK:TYPE: TEXT          (--terse --showfile)
    sparse       PATH:LINE:COL: warning|error: TEXT, then PATH:LINE:COL:    DETAIL
    coccinelle   PATH:LINE:COL-COL: [ERROR|WARNING: ]TEXT             (-D report)
    smatch       PATH:LINE FUNCTION() warn|error[: CHECK]: TEXT
    kernel-doc   PATH:LINE: warning|error: TEXT, or Warning|Error: PATH:LINE TEXT
    clang-tidy   PATH:LINE:COL: warning|error: TEXT [CHECK], then notes of the same form

Every other line is skipped. Which file a line may speak of is the caller's matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from vreview.model.observation import (
    Category,
    Confidence,
    Observation,
    Origin,
    Place,
    Severity,
    Step,
)

_MOST_EVIDENCE = 12

_CHECKPATCH = re.compile(
    r"^(?P<path>[^\s:]*):(?P<line>\d+): (?P<kind>ERROR|WARNING|CHECK):(?P<type>[A-Z0-9_]+): "
    r"(?P<text>.+)$"
)
_PLACED = re.compile(r"^(?P<path>[^\s:]+):(?P<line>\d+):\d+(?:-\d+)?:(?P<text> .+)$")
_KIND = re.compile(r"^ (?P<kind>warning|error|note|WARNING|ERROR): ?(?P<text>.+)$")
_SMATCH = re.compile(
    r"^(?P<path>[^\s:]+):(?P<line>\d+) (?P<function>\w+)\(\) (?P<kind>warn|error): (?P<text>.+)$"
)
_KERNEL_DOC = (
    re.compile(r"^(?P<path>[^\s:]+):(?P<line>\d+): (?P<kind>warning|error): (?P<text>.+)$"),
    re.compile(r"^(?P<kind>Warning|Error): (?P<path>[^\s:]+):(?P<line>\d+) (?P<text>.+)$"),
)
_DESCRIBED = re.compile(r"'(?P<what>[^']+)' (?:not described|description) in '(?P<whose>\w+)'")
_TIDY_CHECK = re.compile(r" \[(?P<check>[\w.,-]+)\]$")
# Of the whole commit, though checkpatch puts the last file's name and line before them.
_OF_THE_MESSAGE = re.compile(
    r"SIGN_OFF|COMMIT_LOG|COMMIT_MESSAGE|FIXES_TAG|GIT_COMMIT_ID|FILE_PATH_CHANGES|EMAIL"
    r"|CHANGE_ID|REPORTED_BY|NOT_UNIFIED_DIFF|DIFF_IN_COMMIT|CO_DEVELOPED"
)

# The first pattern that matches says what a remark is about; what matches none is OTHER.
_ABOUT: tuple[tuple[re.Pattern[str], Category], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), category)
    for pattern, category in (
        (r"context imbalance|double.?lock|mini_?lock|preceding lock|\block|unlock|sleeping in"
         r"|inconsistent returns|call_kern|GFP_", Category.LOCK),
        (r"missing error code|\berrno\b|error code", Category.ERRNO),
        (r"PTR_ERR|IS_ERR|error pointer|ERR_PTR", Category.ISERR),
        (r"use.?after|double.?free|freed memory|preceded by free|already freed|dangling"
         r"|after_iter", Category.UAF),
        (r"leak|missing (?:unwind|iounmap|clk_put|put_device|of_node_put|kfree)", Category.LEAK),
        (r"uninit|not initialized|garbage value", Category.UNINIT),
        (r"\bnull|NullDeref|deref_null|dereferenced|kmerr|\beno\b", Category.NULL),
    )
)  # fmt: skip
_SMALL = frozenset({"a", "an", "the", "in", "of", "to", "from", "for", "is", "was", "be", "with"})


@dataclass(frozen=True, slots=True)
class _Said:
    """One remark before it has its tool."""

    path: str
    line: int
    kind: str
    text: str


def about(words: str) -> Category:
    """Which family of bugs a remark, or the name of its check, speaks of."""
    return next((family for pattern, family in _ABOUT if pattern.search(words)), Category.OTHER)


def checkpatch_said(output: str) -> tuple[Observation, ...]:
    """checkpatch's remarks: notes all, for they are about form. What it says of the commit message
    has no place; other lines count in the file as the patch leaves it."""
    found = []
    for line in output.splitlines():
        match = _CHECKPATCH.match(line)
        if match is None:
            continue
        of_message = not match["path"] or _OF_THE_MESSAGE.search(match["type"])
        place = Place("") if of_message else Place(match["path"], int(match["line"]))
        found.append(
            _observed(
                "checkpatch",
                match["type"],
                place,
                match["text"],
                severity=Severity.NOTE,
                confidence=Confidence.HIGH if match["kind"] == "ERROR" else Confidence.MODERATE,
                category=Category.OTHER,
            )
        )
    return tuple(found)


def sparse_said(output: str, *, prefix: str) -> tuple[Observation, ...]:
    """sparse's warnings; "expected …" and "got …" below one are its evidence."""
    found: list[Observation] = []
    for said in _placed(output, prefix):
        if said.kind:
            found.append(
                _observed(
                    "sparse",
                    _slug(said.text),
                    Place(said.path, said.line),
                    said.text,
                    category=about(said.text),
                )
            )
        elif found:
            found[-1] = _with_step(found[-1], said)
    return tuple(found)


def coccinelle_said(
    output: str, *, prefix: str, rule: str, confidence: Confidence = Confidence.MODERATE
) -> tuple[Observation, ...]:
    """What a semantic patch printed in its report mode. ``rule`` is the script's own name."""
    return tuple(
        _observed(
            "coccinelle",
            rule,
            Place(said.path, said.line),
            said.text,
            confidence=confidence,
            category=about(rule if about(rule) is not Category.OTHER else said.text),
        )
        for said in _placed(output, prefix)
    )


def smatch_said(output: str, *, prefix: str) -> tuple[Observation, ...]:
    """smatch's warnings and errors."""
    found = []
    for line in output.splitlines():
        match = _SMATCH.match(line.removeprefix(prefix))
        if match is not None:
            place = Place(match["path"], int(match["line"]), match["function"])
            found.append(
                _observed(
                    "smatch",
                    _slug(match["text"]),
                    place,
                    match["text"],
                    category=about(match["text"]),
                )
            )
    return tuple(found)


def clang_tidy_said(output: str, *, prefix: str) -> tuple[Observation, ...]:
    """clang-tidy's warnings with the notes that lead to them. An error is none of the series: it
    says that clang cannot read what gcc can."""
    found: list[Observation] = []
    for said in _placed(output, prefix):
        check = _TIDY_CHECK.search(said.text)
        if said.kind == "warning" and check is not None:
            text, name = said.text[: check.start()], check["check"]
            found.append(
                _observed(
                    "clang-tidy", name, Place(said.path, said.line), text, category=about(name)
                )
            )
        elif said.kind == "note" and found:
            found[-1] = _with_step(found[-1], said)
    return tuple(found)


def kernel_doc_said(output: str) -> tuple[Observation, ...]:
    """What kernel-doc finds wrong in comments: notes all, for they are about comments."""
    found = []
    for line in output.splitlines():
        match = next((m for form in _KERNEL_DOC if (m := form.match(line))), None)
        if match is None:
            continue
        described = _DESCRIBED.search(match["text"])
        place = Place(match["path"], int(match["line"]), described["whose"] if described else "")
        found.append(
            _observed(
                "kernel-doc",
                _slug(match["text"]),
                place,
                match["text"].strip(),
                severity=Severity.NOTE,
                confidence=Confidence.HIGH,
                category=Category.OTHER,
            )
        )
    return tuple(found)


def _placed(output: str, prefix: str) -> Iterator[_Said]:
    for line in output.splitlines():
        match = _PLACED.match(line.removeprefix(prefix))
        if match is None:
            continue
        kind = _KIND.match(match["text"])
        text = kind["text"] if kind else match["text"]
        yield _Said(
            match["path"], int(match["line"]), kind["kind"].lower() if kind else "", text.strip()
        )


def _with_step(seen: Observation, said: _Said) -> Observation:
    step = Step(said.text, Place(said.path, said.line))
    return replace(seen, evidence=(*seen.evidence, step)[:_MOST_EVIDENCE])


def _slug(text: str) -> str:
    """A name for a kind of remark of a tool that gives none: its first words, no names in it."""
    plain = re.sub(r"'[^']*'|\"[^\"]*\"|\([^)]*\)|\b\w*\d\w*\b", " ", text.lower())
    words = [word for word in re.findall(r"[a-z]+", plain) if word not in _SMALL]
    return "-".join(words[:3]) or "remark"


def _observed(
    tool: str,
    rule: str,
    place: Place,
    message: str,
    *,
    severity: Severity = Severity.WARNING,
    confidence: Confidence = Confidence.MODERATE,
    category: Category,
) -> Observation:
    return Observation(
        origin=Origin.TOOL,
        tool=tool,
        rule=f"{tool}/{rule}",
        severity=severity,
        confidence=confidence,
        category=category,
        place=place,
        message=message,
    )
