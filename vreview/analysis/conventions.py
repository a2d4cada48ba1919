# SPDX-License-Identifier: GPL-2.0-or-later
"""How a function that gives a pointer says that it failed: NULL, an error pointer, or either.

From the knowledge for the kernel's functions; for those of the file from every path's return, and
through what they forward. Where a forwarded callee is out of sight, the answer is unsure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vreview.analysis.knowledge import Knowledge
from vreview.analysis.state import V

if TYPE_CHECKING:
    from vreview.analysis.facts import FunctionFacts

_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Convention:
    """``null`` and ``error``: such a result is possible. ``unsure``: other results may be, too.
    ``own``: the function stands in the file, ``line`` is where it gives the first of them."""

    null: bool = False
    error: bool = False
    unsure: bool = False
    own: bool = False
    line: int = 0


UNKNOWN = Convention(unsure=True)


class Conventions:
    """Answers by the name of the callee; each function is looked at once."""

    __slots__ = ("_facts", "_knowledge", "_known")

    def __init__(self, functions: tuple[FunctionFacts, ...], knowledge: Knowledge) -> None:
        self._facts: Mapping[str, FunctionFacts] = {f.name: f for f in functions}
        self._knowledge = knowledge
        self._known: dict[str, Convention] = {}

    def of(self, callee: str, depth: int = 0) -> Convention:
        """What a call of ``callee`` may give."""
        known = self._known.get(callee)
        if known is None:
            facts = self._facts.get(callee)
            if facts is not None and "*" in facts.function.result and depth < _DEEPEST:
                self._known[callee] = UNKNOWN
                known = self._from_returns(facts, depth)
            elif facts is None:
                known = self._from_knowledge(callee)
            else:
                known = UNKNOWN
            self._known[callee] = known
        return known

    def _from_knowledge(self, callee: str) -> Convention:
        null, error = callee in self._knowledge.null_pointer, callee in self._knowledge.err_pointer
        return Convention(null, error) if null != error else UNKNOWN

    def _from_returns(self, facts: FunctionFacts, depth: int) -> Convention:
        null = error = False
        unsure = bool(facts.flow.gave_up)
        line = 0
        for moment in facts.flow.returns():
            value = moment.value
            if moment.expr is None or value is None:
                continue
            if value.kind in (V.ZERO, V.ERR_PTR):
                null |= value.kind is V.ZERO
                error |= value.kind is V.ERR_PTR
                line = line or moment.line
            elif value.kind is V.RESULT and value.name:
                given = self.of(value.name, depth + 1)
                null, error = null or given.null, error or given.error
                unsure = unsure or given.unsure
        return Convention(null, error, unsure, own=True, line=line)
