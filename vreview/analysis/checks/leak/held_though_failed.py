# SPDX-License-Identifier: GPL-2.0-or-later
"""A call that takes a reference or a count even when it fails has failed, and nothing drops it.

Silent where a caller in the file drops it.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.leak._words import hit, usual_release
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit

RULE = "held-though-failed"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each error return after the failure."""
    for exit_, resource in function.exits.lost("error"):
        failed = exit_.failed
        if resource.failure != "never" or resource.kind not in ("count", "initialised"):
            continue
        if failed is None or failed.callee != resource.call or failed.line != resource.line:
            continue
        if any(h.line > resource.line for h in exit_.given(resource)):
            continue
        if resource.kind == "initialised" and _for_good(function, resource.key):
            continue
        if _caller_drops(function, file, function.exits.custody.undoing(resource)):
            continue
        yield hit(
            RULE,
            function,
            exit_,
            resource,
            release=usual_release(function, resource),
            last=f"{resource.call}() has failed, and what it took stays",
        )


def _for_good(function: FunctionFacts, key: str) -> bool:
    """An object that stands in the file: nothing frees it, whatever its count says."""
    return key.isidentifier() and key not in (
        function.graph.locals | frozenset(function.function.parameters)
    )


def _caller_drops(function: FunctionFacts, file: FileFacts, releases: frozenset[str]) -> bool:
    name = function.name
    return any(
        any(call.call == name for call in other.summary.calls)
        and not releases.isdisjoint(call.call for call in other.summary.calls)
        for other in file.functions
    )
