# SPDX-License-Identifier: GPL-2.0-or-later
"""ast-grep over kernel C: the pattern is matched on the masked text, and what a variable holds is
quoted from the original. Both have the same length, so offsets and lines agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from vreview.analysis.mask import mask
from vreview.errors import ConfigError
from vreview.parse.astgrep import Pattern

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_VARIABLE = re.compile(r"\$(?:\$\$)?([A-Z][A-Z0-9_]*)")
_MOST_BYTES = 8_000_000


def matches(
    pattern: Pattern, text: bytes, *, where: str
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The first line of each match, from 1, and what its variables hold.

    Raises ConfigError that names ``where`` when ast-grep refuses the rule.
    """
    from ast_grep_py import SgRoot

    text = text[:_MOST_BYTES]
    names = sorted(set(_VARIABLE.findall(repr(pattern.matcher))))
    # One character a byte, so that a character's index is the byte's.
    root = SgRoot(bytes(mask(text).text).decode("latin-1"), "c").root()
    try:
        found = root.find_all(dict(pattern.matcher))  # type: ignore[call-overload]
    # It raises Exception itself for a key that it does not know, RuntimeError for the rest.
    except Exception as err:
        why = [line.strip() for line in str(err).split("Stack backtrace")[0].splitlines()]
        said = " ".join(line for line in why if line and line != "Caused by:")
        raise ConfigError(f"{where}: ast-grep refuses the rule: {said}") from err
    for node in found:
        yield node.range().start.line + 1, _held(node, names, text)


def _held(node: SgNode, names: list[str], text: bytes) -> dict[str, str]:
    held = {}
    for name in names:
        one = node.get_match(name)
        nodes = [one] if one is not None else node.get_multiple_matches(name)
        if nodes:
            first, last = nodes[0].range().start.index, nodes[-1].range().end.index
            held[name] = " ".join(text[first:last].decode(errors="replace").split())
    return held
