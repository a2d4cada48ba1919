# SPDX-License-Identifier: GPL-2.0-or-later
"""A tree's Kconfig files: what each option is, what it depends on, and what it selects.

Follows ``source`` from the top file for one architecture. Runs nothing: macros stay as they are,
and a line that is not understood is passed over. Kconfig itself has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from vreview.model.condition import ALWAYS, Condition, every
from vreview.parse.kcondition import parse_condition

ReadText = Callable[[str], str | None]
"""A file of the tree by path; None when it is not there."""

_TYPES = frozenset({"bool", "tristate", "int", "hex", "string"})
_MOST_FILES = 6000
_PROMPT = re.compile(r"""^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*(?:if\s+(?P<cond>.*))?$""")
_SOURCE = re.compile(r"""^[ro]*source\s+["']?(?P<path>[^"'\s]+)["']?$""")


@dataclass(frozen=True, slots=True)
class Definition:
    """One ``config`` entry. A symbol may have several.

    ``prompt`` is when a user may set it, None when never; ``depends`` holds its own, and those of
    the menus and ``if`` blocks around; ``defaults`` and ``selects`` are (value or symbol, when).
    ``choice`` numbers the choice that it is part of, 0 for none.
    """

    symbol: str
    kind: str
    prompt: Condition | None
    depends: Condition
    defaults: tuple[tuple[str, Condition], ...] = ()
    selects: tuple[tuple[str, Condition], ...] = ()
    file: str = ""
    choice: int = 0


def parse_kconfig_tree(
    read: ReadText, *, architecture: str = "x86", top: str = "Kconfig"
) -> Mapping[str, tuple[Definition, ...]]:
    """All options that the architecture has, by symbol, in the order of the files."""
    return _parsed(_Reader(read, architecture), top)


def parse_kconfig_text(text: str) -> Mapping[str, tuple[Definition, ...]]:
    """The options of one file alone."""
    return _parsed(_Reader(lambda path: text if path == "Kconfig" else None, ""), "Kconfig")


def _parsed(reader: _Reader, top: str) -> Mapping[str, tuple[Definition, ...]]:
    reader.file(top)
    found: dict[str, list[Definition]] = {}
    for definition in reader.found:
        found.setdefault(definition.symbol, []).append(definition)
    return {symbol: tuple(those) for symbol, those in found.items()}


@dataclass(slots=True)
class _Block:
    """A menu, an if, or a choice: what it demands of all inside it."""

    word: str
    depends: list[Condition] = field(default_factory=list)
    visible: list[Condition] = field(default_factory=list)
    choice: int = 0


@dataclass(slots=True)
class _Entry:
    symbol: str
    file: str
    kind: str = ""
    prompt: Condition | None = None
    depends: list[Condition] = field(default_factory=list)
    defaults: list[tuple[str, Condition]] = field(default_factory=list)
    selects: list[tuple[str, Condition]] = field(default_factory=list)


class _Reader:
    def __init__(self, read: ReadText, architecture: str) -> None:
        self.read = read
        self.architecture = architecture
        self.found: list[Definition] = []
        self._blocks: list[_Block] = []
        self._entry: _Entry | _Block | None = None
        self._seen: set[str] = set()
        self._choices = 0

    def file(self, path: str) -> None:
        """Reads a file and all that it sources; each file once."""
        if path in self._seen or len(self._seen) > _MOST_FILES:
            return
        self._seen.add(path)
        text = self.read(path)
        for line in _lines(text or ""):
            self._line(line, path)
        self._close()

    def _line(self, line: str, path: str) -> None:
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        if word in ("config", "menuconfig"):
            self._close()
            self._entry = _Entry(rest, path)
        elif word == "source" or word in ("rsource", "osource"):
            self._close()
            if match := _SOURCE.match(line):
                self.file(_expanded(match["path"], self.architecture))
        elif word in ("menu", "choice", "if"):
            self._close()
            self._open(word, rest)
        elif word in ("endmenu", "endchoice", "endif"):
            self._close()
            if self._blocks:
                self._blocks.pop()
        elif word in ("comment", "mainmenu"):
            self._close()
        else:
            self._property(word, rest)

    def _open(self, word: str, rest: str) -> None:
        block = _Block(word)
        if word == "if":
            block.depends.append(parse_condition(rest))
        if word == "choice":
            self._choices += 1
            block.choice = self._choices
        self._blocks.append(block)
        self._entry = block if word != "if" else None

    def _property(self, word: str, rest: str) -> None:
        entry = self._entry
        if entry is None:
            return
        if word == "depends":
            entry.depends.append(parse_condition(rest.removeprefix("on").strip()))
        elif isinstance(entry, _Block):
            if word == "visible":
                entry.visible.append(parse_condition(rest.removeprefix("if").strip()))
        elif word in _TYPES or word == "prompt":
            entry.kind = word if word in _TYPES else entry.kind
            if match := _PROMPT.match(rest):
                entry.prompt = parse_condition(match["cond"]) if match["cond"] else ALWAYS
        elif word in ("default", "def_bool", "def_tristate"):
            entry.kind = word[4:] if word.startswith("def_") else entry.kind
            value, _, condition = rest.partition(" if ")
            when = parse_condition(condition) if condition else ALWAYS
            entry.defaults.append((value.strip(), when))
        elif word == "select":
            name, _, condition = rest.partition(" if ")
            when = parse_condition(condition) if condition else ALWAYS
            entry.selects.append((name.strip(), when))

    def _close(self) -> None:
        """The entry is whole: what stands around it is added."""
        entry, self._entry = self._entry, None
        if not isinstance(entry, _Entry):
            return
        around = [condition for block in self._blocks for condition in block.depends]
        visible = [condition for block in self._blocks for condition in block.visible]
        choice = next((b.choice for b in reversed(self._blocks) if b.choice), 0)
        prompt = None if entry.prompt is None else every((entry.prompt, *visible))
        self.found.append(
            Definition(
                symbol=entry.symbol,
                kind=entry.kind or ("bool" if choice else ""),
                prompt=prompt,
                depends=every((*around, *entry.depends)),
                defaults=tuple(entry.defaults),
                selects=tuple(entry.selects),
                file=entry.file,
                choice=choice,
            )
        )


def _expanded(path: str, architecture: str) -> str:
    for variable in ("$(SRCARCH)", "$SRCARCH", "$(ARCH)"):
        path = path.replace(variable, architecture)
    return path.removeprefix("$(srctree)/")


def _lines(text: str) -> Iterator[str]:
    """The file's lines with one space between words, without comments and help texts."""
    help_at: int | None = None
    waiting = False
    for raw in text.replace("\\\n", " ").split("\n"):
        line = raw.expandtabs(8)
        bare = line.strip()
        if not bare:
            continue
        indent = len(line) - len(line.lstrip())
        if waiting:
            waiting, help_at = False, indent if indent else None
        if help_at is not None:
            if indent >= help_at:
                continue
            help_at = None
        if bare in ("help", "---help---"):
            waiting = True
        elif not bare.startswith("#"):
            yield " ".join(_uncommented(bare).split())


def _uncommented(line: str) -> str:
    """Without a comment at the end; one inside quotes is none."""
    at = line.find(" #")
    return line if at < 0 or '"' in line or "'" in line else line[:at]
