# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview lint``: the findings of the rules alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vreview import wiring
from vreview.adapters.mail.folders import bytes_at
from vreview.adapters.reporters.lintreport import lint_text, lint_value
from vreview.app.lint import LintResult, lint
from vreview.cli.boundary import Exit
from vreview.cli.options import SERIES, Base, Settings, Tree, Version
from vreview.errors import InputError, SeriesError
from vreview.model.observation import Severity
from vreview.model.review import Applied, Finding
from vreview.model.series import Series
from vreview.parse.lone import is_bare_diff, series_of_diff


class LintFormat(StrEnum):
    """How findings are told."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


def lint_command(
    series: Annotated[list[str], SERIES],
    tree: Tree = None,
    base: Base = None,
    take: Version = None,
    no_tree: Annotated[
        bool, typer.Option("--no-tree", help="Read the hunks' own text; no tree is needed.")
    ] = False,
    each: Annotated[
        bool,
        typer.Option("--each", help="Review every SERIES on its own; one that fails says why."),
    ] = False,
    form: Annotated[LintFormat, typer.Option("--format", help="How to tell it.")] = LintFormat.TEXT,
    settings: Settings = None,
) -> int:
    """Say what the rules find in a series, and only what the series introduces.

    Nothing is built or run.
    """
    config = wiring.settings(settings or ())
    rules = wiring.rule_book(config)
    repo = None if no_tree else wiring.open_repo(tree, config=config)

    def reviewed(names: Sequence[str]) -> tuple[Series, LintResult]:
        found = _lone(names) or wiring.read_series(names, config=config, take=take, tree=tree)
        applied = repo.apply(found, base=base) if repo else None
        if applied is not None and not (applied.complete or (_begun(applied) and not each)):
            raise SeriesError(_refusal(applied), hint="--no-tree reads the hunks' own text")
        return found, lint(found, repo=repo, applied=applied, rulebook=rules)

    if each:
        return _each(series, reviewed, form)
    found, result = reviewed(series)
    if form is LintFormat.TEXT:
        total = max(found.total, len(found.patches))
        sys.stdout.write(lint_text(result.findings, result.remarks, total=total))
    else:
        _print_json(_value(" ".join(series), result), form)
    status = _exit(result.findings)
    return status if status or result.whole else Exit.CANNOT_TELL


def _lone(names: Sequence[str]) -> Series | None:
    """A file that is a diff and no mail; None for everything else."""
    if len(names) != 1 or not Path(names[0]).is_file():
        return None
    text = bytes_at(Path(names[0]))
    return series_of_diff(text, Path(names[0]).name) if is_bare_diff(text) else None


def _each(
    names: Sequence[str],
    reviewed: Callable[[Sequence[str]], tuple[Series, LintResult]],
    form: LintFormat,
) -> int:
    findings: list[Finding] = []
    for name in names:
        try:
            found, result = reviewed([name])
        except (InputError, OSError) as err:
            if form is LintFormat.TEXT:
                print(f"{name}: not read: {err}")
            else:
                _print_json(lint_value(name, why=str(err)), form)
            continue
        findings.extend(result.findings)
        if form is LintFormat.TEXT:
            text = lint_text(result.findings, (), total=len(found.patches))
            sys.stdout.write(f"== {name}\n{text}")
        else:
            _print_json(_value(name, result), form)
    return _exit(findings)


def _value(name: str, result: LintResult) -> dict[str, object]:
    return lint_value(
        name, findings=result.findings, remarks=result.remarks, seconds=result.seconds
    )


def _print_json(value: dict[str, object], form: LintFormat) -> None:
    indent = 2 if form is LintFormat.JSON else None
    print(json.dumps(value, indent=indent, ensure_ascii=False), flush=True)


def _begun(applied: Applied) -> bool:
    """True when there are patches to read: lint says which ones it could not."""
    return bool(applied.patches) and applied.patches[0].commit is not None


def _refusal(applied: Applied) -> str:
    for row in applied.patches:
        if row.commit is None:
            reason = row.refusal.value if row.refusal else "refused"
            return f'patch {row.n} ("{row.subject}") does not apply: {row.why or reason}'
    return "there is no patch to apply"


def _exit(findings: Sequence[Finding]) -> int:
    loud = any(f.observation.severity is not Severity.NOTE for f in findings)
    return Exit.SOMETHING_NEW if loud else Exit.NOTHING_NEW
