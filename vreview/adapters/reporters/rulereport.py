# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules for a person and for programs: the list, one rule's page, how its test went."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from vreview.adapters.reporters.words import plural
from vreview.model.observation import Severity
from vreview.parse.rulepage import PastFix
from vreview.rulebook import Rule

SCHEMA = 1
_SEVERITY = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def drawn(parts: Iterable[RenderableType], *, width: int, color: bool) -> str:
    """What rich makes of the parts, as text of a given width; colours add no word."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for part in parts:
        console.print(part)
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    return "\n".join(lines).strip("\n") + "\n"


def rules_value(rules: Sequence[Rule], *, off: Callable[[Rule], bool]) -> dict[str, object]:
    """The list as plain values."""
    return {"schema": SCHEMA, "rules": [rule_value(rule, off=off(rule)) for rule in rules]}


def rule_value(rule: Rule, *, off: bool) -> dict[str, object]:
    """One rule as plain values."""
    return {
        "id": rule.id,
        "title": rule.title,
        "category": rule.category.value,
        "severity": rule.severity.value,
        "confidence": rule.confidence.value,
        "check": rule.check,
        "message": rule.message,
        "question": rule.question,
        "links": list(rule.links),
        "history": [_fix_value(fix) for fix in rule.history],
        "off": off,
    }


def _fix_value(fix: PastFix) -> dict[str, object]:
    name = {"hash": fix.hash} if fix.hash else {"message_id": fix.message_id}
    return {**name, "subject": fix.subject, "why": fix.why}


def rules_table(rules: Sequence[Rule], *, off: Callable[[Rule], bool]) -> RenderableType:
    """One row a rule."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in ("rule", "category", "severity", "confidence"):
        table.add_column(name, no_wrap=True)
    table.add_column("title", overflow="fold")
    for rule in rules:
        severity = "off" if off(rule) else rule.severity.value
        table.add_row(
            rule.id,
            rule.category.value,
            severity,
            rule.confidence.value,
            rule.title,
            style="dim" if off(rule) else "",
        )
    return table


def rule_page(
    rule: Rule, page: str, *, rests_on: Sequence[str], off: bool, color: bool
) -> list[RenderableType]:
    """The rule's README and what its other files say. Without colour the README stands as it is
    written: markdown is meant to be read that way, too."""
    facts = Table.grid(padding=(0, 2))
    facts.add_column(no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row("title", rule.title)
    facts.add_row("category", rule.category.value)
    facts.add_row("severity", "off" if off else rule.severity.value)
    facts.add_row("confidence", rule.confidence.value)
    facts.add_row("says", rule.message)
    facts.add_row("asks", rule.question)
    if rests_on:
        facts.add_row("knowledge", ", ".join(f"rules/knowledge/{name}.toml" for name in rests_on))
    for link in rule.links:
        facts.add_row("see", link)
    parts: list[RenderableType] = [
        Markdown(page, code_theme="ansi_dark") if color else page.rstrip(),
        "",
        facts,
    ]
    if rule.history:
        count = plural(len(rule.history), "merged fix")
        parts.append(Text(f"\nIt would have reported what {count} repaired:", style="bold"))
        parts += [_fix(fix) for fix in rule.history]
    return parts


def _fix(fix: PastFix) -> RenderableType:
    line = Table.grid(padding=(0, 1))
    line.add_column(no_wrap=True)
    line.add_column(overflow="fold")
    line.add_row("-", f"{fix.name}: {fix.why}")
    return line
