# SPDX-License-Identifier: GPL-2.0-or-later
"""A loop that holds a reference to its variable is left early, and the reference stays.

Silent where the variable is stored, returned, or put after the loop.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.checks.leak._words import hit
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit

RULE = "left-iterator"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each return."""
    for exit_, resource in function.exits.lost("error", "success", "end", "unknown", "call"):
        if resource.kind != "iterator" or resource.gone or not resource.local:
            continue
        yield hit(
            RULE,
            function,
            exit_,
            resource,
            release=file.knowledge.iterators[resource.call].release,
            last=f"returns from inside the loop with the reference to `{resource.key}`",
        )
