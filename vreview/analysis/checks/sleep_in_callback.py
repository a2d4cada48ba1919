# SPDX-License-Identifier: GPL-2.0-or-later
"""A callback that runs where sleeping is forbidden takes a mutex, or sleeps in another way.

The sleeping call may stand functions below the callback, in any file in view.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.summary import Callback, Found

RULE = "sleep-in-callback"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for a callback, where the nearest sleeping call stands in ``function``."""
    for callback in file.world.callbacks:
        if callback.context != "atomic":
            continue
        found = file.world.find(callback.function, file.sleeps_in)
        if found is None or found.chain[-1] is not function.summary:
            continue
        yield Hit(
            rule=RULE,
            function=function.name,
            line=found.fact.line,
            subject=f"{callback.function}: {found.fact.call}",
            words=(
                ("callback", callback.function),
                ("kind", callback.kind),
                ("call", found.fact.call),
                ("slot", callback.how),
            ),
            steps=tuple(_steps(callback, found, file)),
        )


def _steps(callback: Callback, found: Found, file: FileFacts) -> Iterator[HitStep]:
    if callback.path == file.path:
        yield HitStep(callback.line, f"{callback.function}() becomes {callback.how}: atomic")
    for caller, callee in zip(found.chain, found.chain[1:], strict=False):
        if caller.path == file.path:
            line = next((c.line for c in caller.calls if c.call == callee.name), caller.first)
            yield HitStep(line, f"{caller.name}() calls {callee.name}()")
    yield HitStep(found.fact.line, f"{found.fact.call}() may sleep")
