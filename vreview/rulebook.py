# SPDX-License-Identifier: GPL-2.0-or-later
"""The rule book: one folder a rule, its words and its weight, read and checked as a whole.

Says how a finding is worded and how sure one may be of it. Does not look at C: ``check`` only
names the check of the C reviewer that a rule puts into words.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from typing import TypeVar

from vreview.errors import ConfigError
from vreview.model.observation import Category, Confidence, Severity
from vreview.parse.rulepage import PastFix, past_fixes
from vreview.resources import data_folder

COMPLETE = ("rule.toml", "README.md", "bad.c", "good.c")
"""What a rule's folder holds; one that lacks any of them is refused."""

OF_MESSAGES = ("rule.toml", "README.md", "bad.txt", "good.txt")
"""The same for a rule on what mails say: its examples are mails, without their headers."""

SCRIPTS = ("rule.cocci", "rule.yml")
"""What a rule without Python holds instead of the name of a check."""

HISTORY = "history.toml"
"""What it may hold besides: merged fixes whose bugs the rule would have reported."""

_KEYS = frozenset(
    {
        "id", "title", "category", "severity", "weak_severity", "confidence", "check", "message",
        "question", "links",
    }
)  # fmt: skip
TableReader = Callable[[Path], dict[str, object]]
"""Gives a TOML file as a table. Raises ConfigError for one that cannot be read."""

_KNOWLEDGE = "knowledge"
_LOWER = {
    Confidence.HIGH: Confidence.MODERATE,
    Confidence.MODERATE: Confidence.LOW,
    Confidence.LOW: Confidence.LOW,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as its folder says it. ``message`` and ``question`` are templates with places.

    ``weak_severity``: of hits that rest on a guess, where that is not the rule's severity.
    """

    id: str
    title: str
    category: Category
    severity: Severity
    confidence: Confidence
    check: str
    message: str
    question: str
    links: tuple[str, ...] = ()
    history: tuple[PastFix, ...] = ()
    weak_severity: Severity | None = None

    def worded(self, words: Mapping[str, str]) -> tuple[str, str]:
        """Message and question with their places filled. Raises ConfigError for a missing word."""
        try:
            return self.message.format_map(words), self.question.format_map(words)
        except KeyError as err:
            raise ConfigError(
                f"rule {self.id}: the check {self.check} gives no word for {{{err.args[0]}}}",
                hint=f"words it gives: {', '.join(sorted(words))}",
            ) from err

    def severity_of(self, *, weak: bool) -> Severity:
        """How grave a hit is: what rests on a guess may be less grave than the rule."""
        return self.weak_severity or self.severity if weak else self.severity

    def confidence_of(self, *, weak: bool) -> Confidence:
        """How sure a hit may be: a weak one is one step less sure than the rule."""
        return _LOWER[self.confidence] if weak else self.confidence


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules, sorted by id, and the knowledge tables (parsed TOML, by file stem)."""

    rules: tuple[Rule, ...]
    knowledge: Mapping[str, Mapping[str, object]]

    @property
    def checks(self) -> frozenset[str]:
        """The checks to run."""
        return frozenset(rule.check for rule in self.rules)

    def by_check(self, check: str) -> Rule | None:
        """The rule that words this check's hits, None when it is off."""
        return next((rule for rule in self.rules if rule.check == check), None)

    def rule(self, name: str) -> Rule:
        """The rule with this id, or the only one whose last part this is. Raises ConfigError."""
        found = [r for r in self.rules if name in (r.id, r.id.rpartition("/")[2])]
        if len(found) == 1:
            return found[0]
        near = [r.id for r in found] or get_close_matches(name, [r.id for r in self.rules], n=3)
        raise ConfigError(
            f"there is no rule {name!r}" if not found else f"{name!r} is more than one rule",
            hint=f"perhaps {', '.join(near)}" if near else "vreview rules list",
        )

    def without(self, ids: Iterable[str]) -> RuleBook:
        """The book with these rules off. Raises ConfigError for an id that no rule has."""
        off = set(ids)
        unknown = off - {rule.id for rule in self.rules}
        if unknown:
            raise ConfigError(
                f"cannot turn off {', '.join(sorted(unknown))}: there is no such rule",
                hint=f"rules: {', '.join(rule.id for rule in self.rules)}",
            )
        return replace(self, rules=tuple(r for r in self.rules if r.id not in off))


def read_table(file: Path) -> dict[str, object]:
    """A TOML file as a table. Raises ConfigError for one that cannot be read."""
    try:
        return parse_table(file.read_bytes(), file)
    except OSError as err:
        raise ConfigError(f"cannot read {file}: {err}") from err


def parse_table(data: bytes, file: Path) -> dict[str, object]:
    """The table that ``file`` holds. Raises ConfigError for what is no TOML."""
    try:
        return tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as err:
        raise ConfigError(f"cannot read {file}: {err}") from err


def load_rules(folder: Path | None = None, *, read: TableReader = read_table) -> RuleBook:
    """Reads ``folder`` (default: the rules that ship with vreview), checks every part of it.

    A knowledge table that another folder does not have is the one that ships with vreview.
    ``read`` parses the files, or knows what they hold. Raises ConfigError with the file and the
    key that is not as it must be.
    """
    shipped = data_folder("rules")
    root = folder or shipped
    if not root.is_dir():
        raise ConfigError(f"there is no rule folder {root}", hint="reinstall vreview")
    rules = tuple(load_rule(path, root, read=read) for path in rule_folders(root))
    checks = [rule.check for rule in rules]
    doubled = sorted({check for check in checks if checks.count(check) > 1})
    if doubled:
        raise ConfigError(f"{root}: two rules for the check {', '.join(doubled)}")
    tables = {
        path.stem: read(path)
        for place in dict.fromkeys((shipped, root))
        for path in sorted((place / _KNOWLEDGE).glob("*.toml"))
    }
    return RuleBook(rules, tables)


def rule_folders(root: Path) -> tuple[Path, ...]:
    """Every folder two levels below ``root``, sorted; not the knowledge's, and none that holds a
    script: those rules are read elsewhere."""
    areas = sorted(p for p in root.iterdir() if p.is_dir() and p.name != _KNOWLEDGE)
    return tuple(
        rule
        for area in areas
        for rule in sorted(area.iterdir())
        if rule.is_dir() and not any((rule / name).is_file() for name in SCRIPTS)
    )


def files_of(folder: Path) -> tuple[str, ...]:
    """The files that a rule's folder must hold, by the kind of its examples."""
    return OF_MESSAGES if (folder / "bad.txt").is_file() else COMPLETE


def load_rule(folder: Path, root: Path, *, read: TableReader = read_table) -> Rule:
    """One rule's folder, checked. Raises ConfigError."""
    missing = [name for name in files_of(folder) if not (folder / name).is_file()]
    if missing:
        raise ConfigError(f"{folder}: a rule's folder is complete or absent; no {missing[0]}")
    file = folder / "rule.toml"
    table = read(file)
    unknown = sorted(set(table) - _KEYS)
    if unknown:
        raise ConfigError(
            f"{file}: there is no key {unknown[0]!r}", hint=f"known: {', '.join(sorted(_KEYS))}"
        )
    rule = Rule(
        id=_text(table, "id", file),
        title=_text(table, "title", file),
        category=_one_of(Category, table, "category", file),
        severity=_one_of(Severity, table, "severity", file),
        confidence=_one_of(Confidence, table, "confidence", file),
        check=_text(table, "check", file),
        message=_template(table, "message", file),
        question=_template(table, "question", file),
        links=_links(table, file),
        history=history_of(folder / HISTORY, read=read),
        weak_severity=(
            _one_of(Severity, table, "weak_severity", file) if "weak_severity" in table else None
        ),
    )
    place = folder.relative_to(root).as_posix()
    if rule.id != place:
        raise ConfigError(f"{file}: id is {rule.id!r}, but the folder is {place!r}")
    return rule


def folder_of(rule: Rule, folder: Path | None = None) -> Path:
    """Where the rule's files lie; ``folder`` as for ``load_rules``."""
    return (folder or data_folder("rules")) / rule.id


def texts_of(rule: Rule, folder: Path | None = None) -> Mapping[str, str]:
    """The rule's files by name, whole. Raises ConfigError for one that cannot be read."""
    place = folder_of(rule, folder)
    try:
        return {name: (place / name).read_text(encoding="utf-8") for name in files_of(place)}
    except (OSError, UnicodeDecodeError) as err:
        raise ConfigError(f"cannot read the rule {rule.id} in {place}: {err}") from err


def history_of(file: Path, *, read: TableReader = read_table) -> tuple[PastFix, ...]:
    """The fixes of a history.toml; none where there is no such file. Raises ConfigError."""
    return past_fixes(read(file), source=str(file)) if file.is_file() else ()


def _text(table: Mapping[str, object], key: str, file: Path) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"{file}: {key} must be a text, not {value!r}")
    return " ".join(value.split())


def _links(table: Mapping[str, object], file: Path) -> tuple[str, ...]:
    value = table.get("links", [])
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise ConfigError(f"{file}: links must be a list of texts, not {value!r}")
    return tuple(value)


_E = TypeVar("_E", bound=Enum)


def _one_of(kind: type[_E], table: Mapping[str, object], key: str, file: Path) -> _E:
    value = table.get(key)
    for member in kind:
        if member.value == value:
            return member
    known = ", ".join(str(member.value) for member in kind)
    raise ConfigError(f"{file}: {key} must be one of {known}, not {value!r}")


def _template(table: Mapping[str, object], key: str, file: Path) -> str:
    """A template may name words and nothing else: no attribute, index or conversion."""
    text = _text(table, key, file)
    try:
        places = [place for _, *place in string.Formatter().parse(text) if place[0] is not None]
    except ValueError as err:
        raise ConfigError(f"{file}: {key}: {err}") from err
    for name, spec, conversion in places:
        if not (name or "").isidentifier() or spec or conversion:
            raise ConfigError(f"{file}: {key} may only have places such as {{lock}}, not {name!r}")
    return text
