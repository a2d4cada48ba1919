# SPDX-License-Identifier: GPL-2.0-or-later
"""A rule's folder without Python: ``rule.cocci`` or ``rule.yml``, and what a rule.toml adds.

Everything else in the folder (README.md, bad.c, good.c) is for people and for tests. What the
script says of itself counts where there is no rule.toml, or where that is silent.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeVar

from vreview.errors import ConfigError
from vreview.model.observation import Category, Confidence, Severity
from vreview.parse.astgrep import Pattern, read_pattern
from vreview.parse.cocci import Semantic, first_sentence, read_semantic

SEMANTIC, PATTERN, WORDS = "rule.cocci", "rule.yml", "rule.toml"
_KEYS = frozenset(
    {"id", "title", "category", "severity", "confidence", "message", "question", "links"}
)


@dataclass(frozen=True, slots=True)
class CustomRule:
    """A rule and its script. ``message`` and ``question`` are templates: {function}, {text} (what
    a semantic patch printed) and a pattern's variables are filled in; "" leaves it to the script.
    Exactly one of ``semantic`` and ``pattern`` is there."""

    id: str
    title: str
    category: Category
    severity: Severity
    confidence: Confidence
    message: str
    question: str
    links: tuple[str, ...]
    file: Path
    semantic: Semantic | None = None
    pattern: Pattern | None = None


def is_custom(folder: Path) -> bool:
    """True for a folder that holds a rule without Python."""
    return any((folder / name).is_file() for name in (SEMANTIC, PATTERN))


def custom_rules(root: Path) -> tuple[CustomRule, ...]:
    """The rule in ``root`` itself, or those one or two levels below it, sorted by id.

    Raises ConfigError for a folder without any, and for a rule that is not as it must be.
    """
    if not root.is_dir():
        raise ConfigError(f"there is no rule folder {root}", hint="--rules DIR")
    if is_custom(root):
        return (load_custom(root, root.parent),)
    below = [path for glob in ("*", "*/*") for path in sorted(root.glob(glob))]
    found = [load_custom(path, root) for path in below if path.is_dir() and is_custom(path)]
    if not found:
        raise ConfigError(
            f"no folder in {root} holds a {SEMANTIC} or a {PATTERN}",
            hint="see examples/rules for one of each",
        )
    return tuple(sorted(found, key=lambda rule: rule.id))


def load_custom(folder: Path, root: Path) -> CustomRule:
    """One rule; its id is the folder's path below ``root``. Raises ConfigError."""
    scripts = [folder / name for name in (SEMANTIC, PATTERN) if (folder / name).is_file()]
    if len(scripts) != 1:
        raise ConfigError(f"{folder}: a rule has one script, {SEMANTIC} or {PATTERN}")
    file, words = scripts[0], _words(folder / WORDS)
    text = _read(file)
    title = _text(words, "title", folder)
    semantic = pattern = None
    said: Mapping[str, str]
    if file.name == SEMANTIC:
        semantic = read_semantic(text)
        title = title or first_sentence(semantic.description) or folder.name
        severity, question, said = Severity.WARNING, "", {}
        confidence = semantic.confidence
    else:
        pattern = read_pattern(text, where=str(file))
        title = title or pattern.message or folder.name
        severity, question, said = pattern.severity, pattern.note, pattern.metadata
        confidence = _member(Confidence, said, "confidence", file) or Confidence.MODERATE
    toml = folder / WORDS
    return CustomRule(
        id=folder.relative_to(root).as_posix(),
        title=title,
        category=_member(Category, words, "category", toml)
        or _member(Category, said, "category", file)
        or Category.OTHER,
        severity=_member(Severity, words, "severity", toml) or severity,
        confidence=_member(Confidence, words, "confidence", toml) or confidence,
        message=_text(words, "message", folder),
        question=_text(words, "question", folder) or question,
        links=_links(words, toml),
        file=file.resolve(),
        semantic=semantic,
        pattern=pattern,
    )


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise ConfigError(f"cannot read {file}: {err}") from err


def _words(file: Path) -> Mapping[str, object]:
    if not file.is_file():
        return {}
    try:
        table = tomllib.loads(_read(file))
    except tomllib.TOMLDecodeError as err:
        raise ConfigError(f"cannot read {file}: {err}") from err
    unknown = sorted(set(table) - _KEYS)
    if unknown:
        raise ConfigError(
            f"{file}: there is no key {unknown[0]!r} for a rule without Python",
            hint=f"known: {', '.join(sorted(_KEYS))}",
        )
    return table


def _text(words: Mapping[str, object], key: str, folder: Path) -> str:
    value = words.get(key, "")
    if not isinstance(value, str):
        raise ConfigError(f"{folder / WORDS}: {key} must be a text, not {value!r}")
    return " ".join(value.split())


def _links(words: Mapping[str, object], file: Path) -> tuple[str, ...]:
    value = words.get("links", [])
    if not isinstance(value, list) or not all(isinstance(link, str) for link in value):
        raise ConfigError(f"{file}: links must be a list of texts, not {value!r}")
    return tuple(value)


_E = TypeVar("_E", bound=Enum)


def _member(kind: type[_E], words: Mapping[str, object], key: str, file: Path) -> _E | None:
    if key not in words:
        return None
    for member in kind:
        if member.value == words[key]:
            return member
    known = ", ".join(str(member.value) for member in kind)
    raise ConfigError(f"{file}: {key} must be one of {known}, not {words[key]!r}")
