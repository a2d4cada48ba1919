# SPDX-License-Identifier: GPL-2.0-or-later
"""What other files may know of a file: its functions that are not static, each with the facts of
the static ones below it.

So nobody outside needs a file's private functions, whose names mean something else elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from vreview.analysis.altered import replace
from vreview.analysis.summary import Callback, Fact, FileSummary, FunctionSummary

_LONGEST_HEAD = 12
"""Lines from a definition's first one to its name."""


def exported(file: FileSummary, text: bytes) -> FileSummary:
    """The part of ``file`` that is visible elsewhere. ``text`` is the file's; a header's static
    functions are visible, a ``.c`` file's are not."""
    if file.path.endswith(".h"):
        return file
    private = frozenset(_static(file, text))
    by_name = {function.name: function for function in file.functions}
    return FileSummary(
        file.path,
        tuple(_with_below(f, by_name, private) for f in file.functions if f.name not in private),
        tuple(c for c in file.callbacks if _visible(c, by_name, private)),
    )


def _visible(
    callback: Callback, by_name: dict[str, FunctionSummary], private: frozenset[str]
) -> bool:
    return callback.function in by_name and callback.function not in private


def _static(file: FileSummary, text: bytes) -> Iterator[str]:
    lines = text.split(b"\n")
    for function in file.functions:
        head = b" ".join(lines[function.first - 1 : function.first - 1 + _LONGEST_HEAD])
        before = head.split(function.name.encode(), 1)[0]
        if re.search(rb"\bstatic\b", before):
            yield function.name


def _with_below(
    function: FunctionSummary, by_name: dict[str, FunctionSummary], private: frozenset[str]
) -> FunctionSummary:
    """The function with the facts of the private functions that it reaches, each fact once."""
    reached = _reached(function, by_name, private)
    calls = _once(fact for one in reached for fact in one.calls)
    forwarding = [function]
    for one in forwarding:
        forwarding += [
            by_name[name]
            for name in sorted(one.forwards & private)
            if name in by_name and by_name[name] not in forwarding
        ]
    return replace(
        function,
        calls=tuple(fact for fact in calls if fact.call not in private),
        takes=tuple(_once(fact for one in reached for fact in one.takes)),
        drops=tuple(_once(fact for one in reached for fact in one.drops)),
        sleeps=tuple(_once(fact for one in reached for fact in one.sleeps)),
        waits=tuple(_once(fact for one in reached for fact in one.waits)),
        counts=tuple(_once(fact for one in reached for fact in one.counts)),
        errnos=frozenset[str]().union(*(one.errnos for one in forwarding)),
        gives=frozenset[str]().union(*(one.gives for one in forwarding)),
        minus_one=any(one.minus_one for one in forwarding),
        forwards=frozenset[str]().union(*(one.forwards for one in forwarding)) - private,
        asks_context=any(one.asks_context for one in reached),
    )


def _reached(
    function: FunctionSummary, by_name: dict[str, FunctionSummary], private: frozenset[str]
) -> list[FunctionSummary]:
    reached, seen = [function], {function.name}
    for one in reached:
        for fact in one.calls:
            if fact.call in private and fact.call not in seen and fact.call in by_name:
                seen.add(fact.call)
                reached.append(by_name[fact.call])
    return reached


def _once(facts: Iterable[Fact]) -> Iterator[Fact]:
    seen: set[tuple[str, str, str]] = set()
    for fact in facts:
        key = fact.call, fact.family, fact.field
        if key not in seen:
            seen.add(key)
            yield fact
