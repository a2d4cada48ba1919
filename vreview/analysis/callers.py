# SPDX-License-Identifier: GPL-2.0-or-later
"""How the functions of a file treat one another's results and arguments: flow-blind counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from vreview.analysis.assigned import results_in
from vreview.analysis.expr import K

if TYPE_CHECKING:
    from vreview.analysis.facts import FunctionFacts


def callers_test(functions: tuple[FunctionFacts, ...]) -> Mapping[str, tuple[int, int]]:
    """For each callee, how many results of it are tested in the file, and how many are not."""
    counts: dict[str, tuple[int, int]] = {}
    for facts in functions:
        for result in results_in(facts.graph):
            good = any(facts.tested.of(result.key))
            tested, trusted = counts.get(result.call.text, (0, 0))
            counts[result.call.text] = (tested + good, trusted + (not good))
    return counts


def reads_argument(functions: tuple[FunctionFacts, ...]) -> Mapping[str, tuple[int, ...]]:
    """For each function, the parameters that it goes through and never tests."""
    found: dict[str, tuple[int, ...]] = {}
    for facts in functions:
        through: set[str] = set()
        for expr in facts.expressions():
            if (expr.kind is K.MEMBER and expr.arrow) or expr.kind in (K.DEREF, K.INDEX):
                through.add(expr.kids[0].key if expr.kids else "")
        names = enumerate(facts.function.parameters)
        read = tuple(i for i, n in names if n in through and not any(facts.tested.of(n)))
        if read:
            found[facts.name] = read
    return found
