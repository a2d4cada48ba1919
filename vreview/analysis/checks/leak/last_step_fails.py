# SPDX-License-Identifier: GPL-2.0-or-later
"""The function returns what its last step gives: if that is an error, the earlier steps stay done.

Another way out, or the function's counterpart, undoes them. Silent where the last step is handed
what they acquired, and where it is the resume of the next layer: the device will be suspended all
the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.leak._words import hit, stays_alone
from vreview.analysis.exits import freed_at_scope_end
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.verbs import does, ends, words_of

RULE = "last-step-fails"
_NEVER_FAILS = frozenset({"stream_open", "nonseekable_open", "generic_file_open"})


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each step that stays done."""
    if not function.returns_number():
        return
    for exit_, resource in function.exits.lost("call"):
        last = exit_.moment.expr
        if (
            last is None
            or last.text in _NEVER_FAILS
            or ends(last.text)
            or not does(last.text)
            or resource.kind == "iterator"
        ):
            continue
        if resource.call == last.text and resource.line == exit_.line:
            continue
        if exit_.given(resource) or resource.key in freed_at_scope_end(function, file.lines):
            continue
        undone = function.exits.sibling(exit_, resource)
        other = function.exits.elsewhere(resource)
        if undone is not None:
            call, line, words = undone.call, undone.line, "another way out"
        elif (
            other is not None
            and not ("resume" in words_of(last.text) and "suspend" in words_of(other.function))
            and function.name not in file.ended_by_core
            and stays_alone(function, file, other.function)
        ):
            call, line, words = other.step.call, other.step.line, f"{other.function}()"
        else:
            continue
        yield hit(
            RULE,
            function,
            exit_,
            resource,
            release=call,
            last=f"if {last.text}() fails, nothing calls {call}()",
            evidence=(HitStep(line, f"{words} calls {call}()"),),
            more=(("last", last.text),),
        )
