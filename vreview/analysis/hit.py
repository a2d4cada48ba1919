# SPDX-License-Identifier: GPL-2.0-or-later
"""What a check says about one function of one file, before a rule gives it words.

A hit knows nothing of patches: whether the series introduced it is decided above.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HitStep:
    """One line of evidence. ``line`` counts from 1 in the analysed text."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One fact found by the check of the rule ``rule``.

    ``subject`` is what it is about (a variable, a lock, a callee): part of the identity, so never
    a line number. ``words`` fill the named places of the rule's message and question. ``steps`` are
    the path, in the order in which the machine would walk it; the last one is ``line`` or leads to
    it. ``weak`` lowers the rule's confidence by one for this hit.
    """

    rule: str
    function: str
    line: int
    subject: str
    words: tuple[tuple[str, str], ...] = ()
    steps: tuple[HitStep, ...] = ()
    weak: bool = False


@dataclass(frozen=True, slots=True)
class FunctionSpan:
    """A function's first and last line, from 1."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class FileAnalysis:
    """All hits of a file, sorted by line. ``not_understood`` pairs a function with the reason
    for which the checks stayed silent on it. ``judged``: the functions that were looked at."""

    hits: tuple[Hit, ...]
    functions: tuple[FunctionSpan, ...]
    judged: frozenset[str] = frozenset()
    not_understood: tuple[tuple[str, str], ...] = ()
