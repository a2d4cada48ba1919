# SPDX-License-Identifier: GPL-2.0-or-later
"""``ret = -EINVAL; goto out;``, and all that ``out:`` leads to is ``return 0``.

Other stores of an errno that nobody reads are those of ``lost_error``.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.unread import errno_of, into_success, unread_stores

RULE = "error-becomes-success"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each variable: the first store that becomes a success."""
    del file
    if not function.returns_number():
        return
    seen: set[str] = set()
    for store in unread_stores(function.graph):
        errno = errno_of(store.value, function.knowledge.errnos)
        if not errno or store.name in seen:
            continue
        leaves, returns = into_success(function.graph, store)
        if leaves and returns:
            seen.add(store.name)
            yield Hit(
                rule=RULE,
                function=function.name,
                line=store.line,
                subject=store.name,
                words=(("variable", store.name), ("errno", errno), ("function", function.name)),
                steps=(
                    HitStep(store.line, f"`{store.name} = {errno}`"),
                    HitStep(leaves, "this leaves with it"),
                    HitStep(returns, f"0 is returned, and `{store.name}` was not read"),
                ),
            )
