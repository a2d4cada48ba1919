# SPDX-License-Identifier: GPL-2.0-or-later
"""Which nodes the path has put into a list that outlives it, and which it has taken out of one.

Pure steps from state to state. A callee that may take a node out ends what is known of it.
"""

from __future__ import annotations

import re

from vreview.analysis.altered import replace
from vreview.analysis.expr import Expr, K, root_name
from vreview.analysis.graph import Graph, Op
from vreview.analysis.held import object_of
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.state import Link, State, below, variables_of
from vreview.analysis.summary import World

_TAKES_OUT = re.compile(
    r"(^|_)(del|delete|remove|unlink|unregister|unhash|free|put|release|destroy|cleanup|exit|fini"
    r"|detach|dequeue|drop|deinit|uninit|teardown|erase|pop|unlist|splice|kill|abort|flush)(_|$)"
)


def own_heads(graph: Graph) -> frozenset[str]:
    """The function's variables that are no pointers, and the lists that it declares."""
    found = {n.name for n in graph.nodes if n.op is Op.DECLARE and "*" not in n.type}
    for node in graph.nodes:
        expr = node.expr
        if expr is not None and expr.kind is K.CALL and expr.text in ("LIST_HEAD", "HLIST_HEAD"):
            found |= {kid.text for kid in expr.kids if kid.kind is K.NAME}
    return frozenset(found)


def linked(
    call: Expr, knowledge: Knowledge, world: World, own: frozenset[str], state: State
) -> State:
    """The state after the call. ``own``: variables that are objects of the function itself."""
    name = call.text
    if name in knowledge.links or name in knowledge.unlinks or name in knowledge.halfway:
        return _moved(call, knowledge, own, state)
    if name in knowledge.deferred and len(call.kids) > 1 and call.kids[0].kind is K.NAME:
        node = f"{call.kids[0].key}->{call.kids[1].text}"
        return replace(state, linked={**state.linked, node: Link(name, call.line)})
    if not state.linked:
        return state
    known = call.text in world.functions
    below_it = world.calls_below(call.text)
    if known and below_it.isdisjoint(knowledge.unlinks):
        return state
    if not known and (call.text in knowledge.frees or not _TAKES_OUT.search(call.text)):
        return state
    reached = {key for kid in call.kids if (key := object_of(kid))}
    kept = {
        node: link
        for node, link in state.linked.items()
        if not any(below(node, key) or below(link.head, key) or key == _holder(node)
                   for key in reached)
    }  # fmt: skip
    if known and not call.kids:
        kept = {}
    return state if len(kept) == len(state.linked) else replace(state, linked=kept)


def _moved(call: Expr, knowledge: Knowledge, own: frozenset[str], state: State) -> State:
    node = object_of(call.kids[0]) if call.kids else ""
    if "->" not in node or "[" in node or node.startswith("*"):
        return state
    if call.text not in knowledge.links:
        link = Link(call.text, call.line)
    elif len(call.kids) < 2 or not _outlives(call.kids[1], node, own, state):
        rest = {key: link for key, link in state.linked.items() if key != node}
        return replace(state, linked=rest) if len(rest) < len(state.linked) else state
    else:
        link = Link(call.text, call.line, object_of(call.kids[1]))
        state = state.said(call.line, f"`{call.text}()` puts `{node}` into `{link.head}`")
    return replace(state, linked={**state.linked, node: link})


def _outlives(head: Expr, node: str, own: frozenset[str], state: State) -> bool:
    """The list is neither on the stack nor in something that the function has just made."""
    key, root = object_of(head), root_name(head)
    if not key or (root in own and head.kind is K.ADDRESS and "->" not in key.split("[")[0]):
        return False
    if below(key, _holder(node)):
        return False
    return not any(below(key, name) for r in state.held.values() for name in (r.key, *r.also))


def _holder(node: str) -> str:
    """``p`` of ``p->list``."""
    return node.split("->", 1)[0]


def forgotten(state: State, key: str) -> State:
    """``key`` has another value."""
    if not state.linked:
        return state
    plain = key.isidentifier()
    kept = {
        node: link
        for node, link in state.linked.items()
        if not (below(node, key) or (plain and key in variables_of(node)))
    }
    return state if len(kept) == len(state.linked) else replace(state, linked=kept)
