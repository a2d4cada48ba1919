# SPDX-License-Identifier: GPL-2.0-or-later
"""Kconfig's expressions: ``A && (B || !C) && D=y``, with macros that are never run.

Comparisons other than with y, m and n, strings, and ``$(…)`` are Unclear.
"""

from __future__ import annotations

import re
from functools import cache

from vreview.model.condition import (
    ALWAYS,
    NEVER,
    Condition,
    Module,
    Off,
    On,
    Unclear,
    every,
    negated,
    some,
)

_TOKEN = re.compile(
    r"""\s*(?:(?P<mark>\(|\)|&&|\|\||!=|<=|>=|!|<|>|=)|(?P<quoted>"[^"]*"|'[^']*')"""
    r"""|(?P<macro>\$\()|(?P<word>[\w./+-]+)|(?P<odd>\S))"""
)
_COMPARED = frozenset({"=", "!=", "<", ">", "<=", ">="})
_LITERALS: dict[str, Condition] = {"y": ALWAYS, "n": NEVER, "m": Module()}
_DEEPEST = 60


@cache
def parse_condition(text: str) -> Condition:
    """The expression; Unclear as a whole when it is none."""
    try:
        reader = _Reader(_tokens(text))
        found = reader.disjunction(0)
        return found if reader.at == len(reader.tokens) else Unclear(text.strip())
    except (ValueError, IndexError):
        return Unclear(text.strip())


def _tokens(text: str) -> tuple[str, ...]:
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match["odd"]:
            raise ValueError(text)
        at = match.end()
        if match["macro"]:
            end = closing(text, at)
            found.append(f"$({text[at : end - 1]})")
            at = end
        else:
            found.append(match[0].strip())
    return tuple(found)


def closing(text: str, at: int) -> int:
    """The place after the parenthesis that closes the one before ``at``. Raises ValueError."""
    depth = 1
    for place in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place + 1
    raise ValueError(text)


class _Reader:
    """Recursive descent over the tokens. Raises ValueError, IndexError."""

    def __init__(self, tokens: tuple[str, ...]) -> None:
        self.tokens = tokens
        self.at = 0

    def disjunction(self, depth: int) -> Condition:
        if depth > _DEEPEST:
            raise ValueError
        parts = [self.conjunction(depth)]
        while self._next_is("||"):
            parts.append(self.conjunction(depth))
        return some(parts)

    def conjunction(self, depth: int) -> Condition:
        parts = [self.single(depth)]
        while self._next_is("&&"):
            parts.append(self.single(depth))
        return every(parts)

    def single(self, depth: int) -> Condition:
        if depth > _DEEPEST:
            raise ValueError
        if self._next_is("!"):
            return negated(self.single(depth + 1))
        if self._next_is("("):
            inner = self.disjunction(depth + 1)
            if not self._next_is(")"):
                raise ValueError
            return inner
        left = self._operand()
        if self.at < len(self.tokens) and self.tokens[self.at] in _COMPARED:
            mark = self.tokens[self.at]
            self.at += 1
            return _comparison(left, mark, self._operand())
        return _plain(left)

    def _operand(self) -> str:
        token = self.tokens[self.at]
        if token in _COMPARED or token in ("(", ")", "&&", "||", "!"):
            raise ValueError
        self.at += 1
        return token

    def _next_is(self, token: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at] == token:
            self.at += 1
            return True
        return False


def _plain(word: str) -> Condition:
    bare = word.strip("\"'")
    if bare in ("y", "n", "m"):
        return _LITERALS[bare]
    return On(word) if re.fullmatch(r"\w+", word) else Unclear(word)


def _comparison(left: str, mark: str, right: str) -> Condition:
    if left.strip("\"'") in ("y", "n", "m"):
        left, right = right, left
    value = right.strip("\"'")
    known: dict[tuple[str, str], Condition] = {
        ("=", "y"): On(left), ("!=", "n"): On(left), ("=", "n"): Off(left), ("!=", "y"): Off(left),
        ("!=", "m"): ALWAYS, ("=", "m"): Module(),
    }  # fmt: skip
    if re.fullmatch(r"[A-Za-z_]\w*", left) and (mark, value) in known:
        return known[mark, value]
    return Unclear(f"{left}{mark}{right}")
