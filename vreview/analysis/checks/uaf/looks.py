# SPDX-License-Identifier: GPL-2.0-or-later
"""What the checks of this package share: who is handed something that is gone, and for what."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.analysis.evaluate import Moment, Seen
from vreview.analysis.expr import K
from vreview.analysis.facts import FileFacts, FunctionFacts, whole_objects
from vreview.analysis.freed import ended
from vreview.analysis.state import Freed

_ONLY_THE_ADDRESS = re.compile(
    r"^(?:\w*pr_\w+|\w*printk\w*|dev_\w+|netdev_\w+|trace_\w+|\w*_(?:dbg|err|info|warn|debug|trace)"
    r"|WARN\w*|BUG_ON|IS_ERR\w*|PTR_ERR\w*|ERR_\w+|hash_ptr|READ_ONCE|xa_erase|radix_tree_delete"
    r"|list_empty|rcu_assign_pointer|RCU_INIT_POINTER|cmpxchg|xchg|kasan_\w+|kmemleak_\w+"
    r"|virt_to_\w+|offset_in_page|ARRAY_SIZE|is_vmalloc_addr|unlikely|likely|swap|DBG\w*)$",
    re.IGNORECASE,
)


def given_again(moment: Moment, file: FileFacts) -> Iterator[tuple[str, Freed, Freed]]:
    """What a call gives back though it was given back before: the key, first how, now how."""
    call = moment.expr
    if moment.kind is not Seen.CALL or call is None or not moment.state.freed:
        return
    for key, now in ended(call, file.knowledge, file.world):
        before = moment.state.freed.get(key)
        if before is not None and _positive(moment, key):
            yield key, before, now


def looked_at(moment: Moment, file: FileFacts) -> Iterator[tuple[str, Freed, str]]:
    """What is gone and yet looked at: the key, how it went, and the words for the look."""
    gone = moment.state.freed
    expr = moment.expr
    if not gone or expr is None:
        return
    if moment.kind in (Seen.DEREF, Seen.STEP):
        how = gone.get(expr.key)
        if how is not None and _positive(moment, expr.key):
            yield expr.key, how, f"`{expr.key}` is followed"
    elif moment.kind is Seen.CALL and not _ONLY_THE_ADDRESS.search(expr.text):
        again = {key for key, _ in ended(expr, file.knowledge, file.world)}
        typed = expr.text in file.knowledge.type_macros
        for kid in expr.kids[:1] if typed else expr.kids:
            for key in whole_objects(kid):
                if key in gone and key not in again and _positive(moment, key):
                    yield key, gone[key], f"{expr.text}() is given `{key}`"
    elif moment.kind is Seen.RETURN and expr.kind is K.NAME:
        how = gone.get(expr.key)
        if how is not None and _positive(moment, expr.key):
            yield expr.key, how, f"`{expr.key}` is returned"


def _positive(moment: Moment, key: str) -> bool:
    """It was not found to be NULL or an error since."""
    return key not in moment.state.values or moment.state.values[key].kind.name not in (
        "ZERO",
        "ERR_PTR",
    )


def words_for(key: str, how: Freed, function: FunctionFacts) -> tuple[tuple[str, str], ...]:
    """The places of the messages."""
    via = f"{how.call}() (by {how.via}())" if how.via else f"{how.call}()"
    return ("object", key), ("free", via), ("function", function.name)
