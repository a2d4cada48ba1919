# SPDX-License-Identifier: GPL-2.0-or-later
"""An error return loses what only a local variable names.

Silent where it was stored, returned, or handed to a call that may keep it.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.leak._words import NOT_LOST, hit, usual_release
from vreview.analysis.exits import freed_at_scope_end
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit

RULE = "lost-on-error"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each error return and object."""
    for exit_, resource in function.exits.lost("error"):
        if not resource.local or resource.kind in NOT_LOST:
            continue
        if exit_.given(resource) or function.exits.sibling(exit_, resource) is not None:
            continue
        if resource.key in freed_at_scope_end(function, file.lines):
            continue
        yield hit(
            RULE,
            function,
            exit_,
            resource,
            release=usual_release(function, resource),
            last=f"returns an error; nothing names what `{resource.key}` held any more",
        )
