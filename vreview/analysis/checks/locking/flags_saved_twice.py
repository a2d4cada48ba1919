# SPDX-License-Identifier: GPL-2.0-or-later
"""A second spin_lock_irqsave() overwrites the flags that the first one saved: they are lost."""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.interrupts import flags_of

RULE = "flags-saved-twice"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each line that saves again."""
    known = file.knowledge.interrupts
    saves = [c for c in function.summary.calls if c.call in known and known[c.call].turns == "save"]
    told: set[int] = set()
    for moment in function.flow.calls() if len(saves) > 1 else ():
        call, how = moment.expr, known.get(moment.expr.text if moment.expr is not None else "")
        if call is None or how is None or how.turns != "save" or moment.line in told:
            continue
        flags = flags_of(call, how)
        for quiet in moment.state.quiet:
            if quiet.flags == flags and quiet.what == how.what and quiet.line != moment.line:
                told.add(moment.line)
                yield Hit(
                    rule=RULE,
                    function=function.name,
                    line=moment.line,
                    subject=f"{flags}: {call.text}",
                    words=(("flags", flags), ("call", call.text), ("first", quiet.call)),
                    steps=(
                        HitStep(quiet.line, f"{quiet.call}() saves {flags}"),
                        *moment.state.steps(8),
                        HitStep(moment.line, f"{call.text}() saves into it again"),
                    ),
                )
                break
