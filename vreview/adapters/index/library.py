# SPDX-License-Identifier: GPL-2.0-or-later
"""``Library`` on the index: what a function of another file does, asked by its name.

A name that several files of the tree define is not answered, unless it is one per architecture
or a header's stand-in for what is compiled elsewhere: then x86's, and the compiled one.
"""

from __future__ import annotations

import json

from vreview.adapters.index.store import IndexFile, TreeKey
from vreview.analysis.packed import unpack
from vreview.analysis.summary import Callback, FunctionSummary


class IndexLibrary:
    """Implements ``analysis.summary.Library`` for one tree, and remembers what was asked."""

    def __init__(self, index: IndexFile, tree: TreeKey, *, hidden: frozenset[str]) -> None:
        """``hidden``: files whose functions are not told, since a series changes them."""
        self._index = index
        self._hidden = hidden
        self._trees = (tree, index.root_of(tree))
        self._gone = index.gone(tree)
        self._functions: dict[str, FunctionSummary | None] = {}
        self._callbacks: dict[str, tuple[Callback, ...]] = {}

    def function(self, name: str) -> FunctionSummary | None:
        """The function of that name, None where there is none or nobody can tell which."""
        if name not in self._functions:
            rows = self._rows("function", name)
            path = _chosen(tuple(path for path, _ in rows))
            self._functions[name] = next(
                (
                    unpack(FunctionSummary, json.loads(facts), name=name, path=path)
                    for where, facts in rows
                    if where == path
                ),
                None,
            )
        return self._functions[name]

    def callbacks(self, name: str) -> tuple[Callback, ...]:
        """Where the tree hands over the function of that name to be called by the kernel."""
        if name not in self._callbacks:
            self._callbacks[name] = tuple(
                unpack(Callback, json.loads(facts), function=name, path=path)
                for path, facts in self._rows("callback", name)
            )
        return self._callbacks[name]

    def _rows(self, table: str, name: str) -> list[tuple[str, str]]:
        tree, root = self._trees
        return [
            (path, facts)
            for where, path, facts in self._index.find(table, name, (tree, root))
            if path not in self._hidden and not (where != tree and path in self._gone)
        ]


def _chosen(paths: tuple[str, ...]) -> str:
    """The one file whose definition counts, '' where that is open."""
    compiled = [path for path in paths if path.endswith(".c")] or list(paths)
    common = [path for path in compiled if not path.startswith("arch/")]
    native = [path for path in compiled if path.startswith("arch/x86/")]
    for few in (common, native, compiled):
        if few:
            return few[0] if len(few) == 1 else ""
    return ""
