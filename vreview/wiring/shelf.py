# SPDX-License-Identifier: GPL-2.0-or-later
"""A folder of rules: those that a check finds, and those without Python, as one rule book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from vreview.errors import InputError
from vreview.resources import data_folder
from vreview.rulebook import HISTORY, Rule, RuleBook, history_of, load_rules, texts_of

if TYPE_CHECKING:
    from vreview.adapters.customrules import CustomRule
    from vreview.app.rules_tested import Eye, RuleTest

_EXAMPLES = ("README.md", "bad.c", "good.c")
_PATH = "drivers/demo/demo.c"


@dataclass(frozen=True, slots=True)
class Shelf:
    """``book`` holds every rule; ``checked`` those that a check finds; ``custom`` the others."""

    book: RuleBook
    checked: RuleBook
    custom: Mapping[str, CustomRule]
    folder: Path | None

    def place(self, rule: Rule) -> Path:
        """Where the rule's files lie."""
        return (self.folder or data_folder("rules")) / rule.id

    def texts(self, rule: Rule) -> Mapping[str, str]:
        """The rule's files by name; a file that a rule without Python does not have is empty."""
        custom = self.custom.get(rule.id)
        if custom is None:
            return texts_of(rule, self.folder)
        place = custom.file.parent
        words = ("rule.toml",) if (place / "rule.toml").is_file() else ()
        files = {name: place / name for name in (*_EXAMPLES, custom.file.name, *words)}
        return {
            name: file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
            for name, file in files.items()
        }

    def tables(self, rule: Rule) -> tuple[str, ...]:
        """The knowledge that the rule rests on."""
        from vreview.app.rules_tested import rests_on

        return () if rule.id in self.custom else rests_on(rule, self.checked, self.texts(rule))

    def tested(self, rule: Rule, eye: Eye, reader: Eye) -> RuleTest:
        """Holds the rule against its examples. ``eye`` and ``reader`` are those of ``checked``.

        Raises ToolMissing, CommandFailed and CommandTimeout for a semantic patch.
        """
        from vreview.app.rules_tested import held_to_examples

        custom = self.custom.get(rule.id)
        if custom is None:
            return held_to_examples(rule, self.texts(rule), eye, reader=reader)
        texts, checks = self.texts(rule), frozenset({rule.check})
        return held_to_examples(rule, texts, _eye_of(custom), checks=checks)


def shelf(folder: Path | None) -> Shelf:
    """The rules of ``folder``, or those that ship with vreview. Raises InputError for none."""
    if folder is None:
        book = load_rules()
        return Shelf(book, book, {}, None)
    if not folder.is_dir():
        raise InputError(
            f"there is no folder {folder}", hint="vreview rules new AREA/ID --rules DIR"
        )
    from vreview.adapters.customrules import is_custom, load_custom

    checked = load_rules(folder)
    found = sorted(path for path in folder.glob("*/*") if path.is_dir() and is_custom(path))
    custom = {rule.id: rule for rule in (load_custom(path, folder) for path in found)}
    rules = (*checked.rules, *map(_as_rule, custom.values()))
    if not rules:
        raise InputError(
            f"there is no rule in {folder}: they are folders AREA/ID below it",
            hint=f"vreview rules new AREA/ID --rules {folder}",
        )
    every = replace(checked, rules=tuple(sorted(rules, key=lambda rule: rule.id)))
    return Shelf(every, checked, custom, folder)


def _as_rule(custom: CustomRule) -> Rule:
    """Its script stands in for the check."""
    return Rule(
        id=custom.id,
        title=custom.title,
        category=custom.category,
        severity=custom.severity,
        confidence=custom.confidence,
        check=custom.file.name,
        message=custom.message or (custom.pattern.message if custom.pattern else "{text}"),
        question=custom.question,
        links=custom.links,
        history=history_of(custom.file.parent / HISTORY),
    )


def _eye_of(custom: CustomRule) -> Eye:
    from vreview.adapters.customrules import run_custom
    from vreview.app.rules_tested import Looked

    def look(text: bytes) -> Looked:
        seen = run_custom(custom, text, path=_PATH)
        return Looked(tuple((one.place.line, one.rule) for one in seen))

    return look
