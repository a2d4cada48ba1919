# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel configurations as text: .config, fragments, and Kconfig's ``depends on`` lines.

Does not merge (``logic.fragments``), does not evaluate Kconfig expressions.
"""

from __future__ import annotations

import re

from vreview.errors import ConfigError
from vreview.model.kernel import Fragment

_SET = re.compile(r"^CONFIG_(?P<symbol>[A-Za-z0-9_]+)=(?P<value>.*)$")
_NOT_SET = re.compile(r"^# CONFIG_(?P<symbol>[A-Za-z0-9_]+) is not set$")
_ENTRY = re.compile(r"^\s*(?:menu)?config\s+(?P<symbol>[A-Za-z0-9_]+)\s*$")
_OTHER_ENTRY = re.compile(r"^(?:menu|endmenu|choice|endchoice|if|endif|source|comment|mainmenu)\b")
_DEPENDS = re.compile(r"^\s+depends on\s+(?P<what>.+?)\s*$")
_IF = re.compile(r"^if\s+(?P<what>.+?)\s*$")


def parse_config(text: str) -> dict[str, str]:
    """A .config as symbol → value. Accepts ``CONFIG_X=value`` and ``# CONFIG_X is not set`` (n).

    Everything else is a comment. Quotes stay: they tell the string "" from nothing.
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        if match := _SET.match(line):
            found[match["symbol"]] = match["value"]
        elif match := _NOT_SET.match(line):
            found[match["symbol"]] = "n"
    return found


def parse_fragment(name: str, text: str) -> Fragment:
    """A fragment: the lines of a .config, and ``#`` comments.

    Raises ConfigError with the line's number for anything else, and for a symbol asked for twice
    with two values: in a fragment that is a slip, not an override.
    """
    asks: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.rstrip()
        match = _SET.match(stripped) or _NOT_SET.match(stripped)
        if match is None:
            if stripped and not stripped.startswith("#"):
                raise ConfigError(
                    f"fragment {name}, line {number}: {stripped!r} is no option and no comment",
                    hint="write CONFIG_X=y, or # CONFIG_X is not set",
                )
            continue
        symbol, value = match["symbol"], match.groupdict().get("value", "n")
        if asks.setdefault(symbol, value) != value:
            raise ConfigError(
                f"fragment {name}, line {number}: CONFIG_{symbol} is asked for twice, "
                f"as {asks[symbol]} and as {value}"
            )
    return Fragment(name=name, asks=tuple(asks.items()))


def dependencies(kconfig: str, symbol: str) -> tuple[str, ...]:
    """What one Kconfig file says that ``symbol`` depends on, in the file's words.

    Both the entry's own ``depends on`` lines and the ``if`` blocks around it. Empty when the file
    does not define the symbol; of several definitions, the first.
    """
    around: list[str] = []
    lines = kconfig.replace("\\\n", " ").splitlines()
    for number, line in enumerate(lines):
        if match := _IF.match(line):
            around.append(match["what"])
        elif re.match(r"^endif\b", line) and around:
            around.pop()
        elif (match := _ENTRY.match(line)) and match["symbol"] == symbol:
            return (*around, *_own_dependencies(lines[number + 1 :]))
    return ()


def _own_dependencies(lines: list[str]) -> tuple[str, ...]:
    found = []
    for line in lines:
        if _ENTRY.match(line) or _OTHER_ENTRY.match(line) or line.strip() == "help":
            break
        if match := _DEPENDS.match(line):
            found.append(" ".join(match["what"].split()))
    return tuple(found)
