# SPDX-License-Identifier: GPL-2.0-or-later
"""An error number is stored in a variable, and on no path behind it does anybody read it.

Silent on ``ret = -EINVAL; goto out;`` where ``out:`` ends in ``return 0``: that is a finding of
``error_becomes_success``.
"""

from __future__ import annotations

from collections.abc import Iterator

from vreview.analysis.evaluate import Moment, Seen
from vreview.analysis.facts import FileFacts, FunctionFacts
from vreview.analysis.hit import Hit, HitStep
from vreview.analysis.unread import Store, errno_of, into_success, unread_stores

RULE = "lost-error"


def check(function: FunctionFacts, file: FileFacts) -> Iterator[Hit]:
    """One hit for each variable: the first store that is lost."""
    del file
    if function.function.result == "void" or not function.summary.name:
        return
    errnos = function.knowledge.errnos
    seen: set[str] = set()
    always = {m.line for m in function.flow.moments if m.kind is Seen.ASSIGN and _preset(m)}
    for store in unread_stores(function.graph):
        if store.line in always:
            continue
        errno = errno_of(store.value, errnos)
        told = function.returns_number() and all(into_success(function.graph, store))
        if errno and store.name not in seen and not told:
            seen.add(store.name)
            yield _hit(function, store, errno)


def _preset(moment: Moment) -> bool:
    """Nothing was tested on the way here: a value that is set in advance."""
    state = moment.state
    return state.turn is None and state.failed is None and not state.blind


def _hit(function: FunctionFacts, store: Store, errno: str) -> Hit:
    return Hit(
        rule=RULE,
        function=function.name,
        line=store.line,
        subject=store.name,
        words=(("variable", store.name), ("errno", errno), ("function", function.name)),
        steps=(HitStep(store.line, f"`{store.name} = {errno}`, which nothing reads afterwards"),),
    )
