# SPDX-License-Identifier: GPL-2.0-or-later
"""One way out undoes a step that another error return leaves done.

The step and its undoing are a pair of the knowledge, or of names in the function itself. Silent
where it was handed on since, and where the path goes around a release under a condition.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.leak._words import hit
from vreview.analysis.exits import freed_at_scope_end
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep

RULE = "unwinding-differs"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each error return and step."""
    for exit_, resource in function.exits.lost("error"):
        if resource.kind in ("iterator", "initialised"):
            continue
        failed = exit_.failed
        if failed is not None and (failed.callee, failed.line) == (resource.call, resource.line):
            continue
        undone = function.exits.sibling(exit_, resource)
        if undone is None or undone.line == exit_.line:
            continue
        if resource.key in freed_at_scope_end(function, file.lines):
            continue
        yield hit(
            RULE,
            function,
            exit_,
            resource,
            release=undone.call,
            last=f"returns an error without {undone.call}()",
            evidence=(HitStep(undone.line, f"another way out calls {undone.call}()"),),
        )
