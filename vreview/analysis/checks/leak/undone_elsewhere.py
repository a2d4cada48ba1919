# SPDX-License-Identifier: GPL-2.0-or-later
"""An error return leaves a step done that only the function's counterpart undoes.

``x_probe()`` fails after a step that ``x_remove()`` undoes: nobody calls ``x_remove()`` then.
Silent where a caller in the file calls the counterpart, and where a way out undoes the step itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.leak._words import hit, stays_alone
from vreview.analysis.exits import freed_at_scope_end
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep

RULE = "undone-elsewhere"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each error return and step."""
    for exit_, resource in function.exits.lost("error"):
        if resource.kind in ("iterator", "initialised") or exit_.given(resource):
            continue
        failed = exit_.failed
        if failed is not None and (failed.callee, failed.line) == (resource.call, resource.line):
            continue
        other = function.exits.elsewhere(resource)
        if other is None or function.exits.sibling(exit_, resource) is not None:
            continue
        if resource.key in freed_at_scope_end(function, file.lines):
            continue
        if not stays_alone(function, file, other.function):
            continue
        yield hit(
            RULE,
            function,
            exit_,
            resource,
            release=other.step.call,
            last=f"returns an error; {other.function}() is not called then",
            evidence=(HitStep(other.step.line, f"{other.function}() calls {other.step.call}()"),),
        )
