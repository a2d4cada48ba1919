# SPDX-License-Identifier: GPL-2.0-or-later
"""A callback that others wait for waits for a grace period itself, for as long as that takes.

Which callbacks and which calls is the knowledge's to say (``hurried`` in waiters.toml).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.summary import Fact, FunctionSummary

RULE = "grace-period-in-callback"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for a callback, where the nearest such call stands in ``function``."""
    slow = file.knowledge.slow_calls
    if not any(call.call in slow for call in function.summary.calls):
        return

    def waits(summary: FunctionSummary) -> Sequence[Fact]:
        return [call for call in summary.calls if call.call in slow]

    for callback in file.world.callbacks:
        if callback.kind not in file.knowledge.hurried or callback.context == "atomic":
            continue
        found = file.world.find(callback.function, waits)
        if found is None or found.chain[-1] is not function.summary:
            continue
        steps = [HitStep(callback.line, f"{callback.function}() becomes {callback.how}")]
        for caller, callee in zip(found.chain, found.chain[1:], strict=False):
            line = next((c.line for c in caller.calls if c.call == callee.name), caller.first)
            steps.append(HitStep(line, f"{caller.name}() calls {callee.name}()"))
        yield Hit(
            rule=RULE,
            function=function.name,
            line=found.fact.line,
            subject=f"{callback.function}: {found.fact.call}",
            words=(
                ("callback", callback.function),
                ("slot", callback.how),
                ("call", found.fact.call),
            ),
            steps=(*steps, HitStep(found.fact.line, f"{found.fact.call}() waits")),
        )
        return
