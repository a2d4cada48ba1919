# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview lint``: the findings of the rules alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vreview import wiring
from vreview.adapters.mail.folders import bytes_at
from vreview.adapters.reporters.lintreport import lint_text, lint_value
from vreview.app.kept import as_told, keepable
from vreview.app.lint import LintResult, lint
from vreview.app.panel import Panel
from vreview.app.versions import earlier, version_of
from vreview.cli.boundary import Exit
from vreview.cli.options import (
    SERIES,
    Base,
    NoTools,
    RuleFolders,
    Settings,
    ShowDismissed,
    Since,
    Tools,
    Tree,
    Version,
)
from vreview.errors import InputError, SeriesError, StorageFailed
from vreview.logic.settle import Version as Found
from vreview.logic.settle import settled
from vreview.model.kept import KeptFinding
from vreview.model.observation import Severity
from vreview.model.review import Applied, Finding, Settled
from vreview.model.series import Series
from vreview.parse.lone import is_bare_diff, series_of_diff

if TYPE_CHECKING:
    from vreview.ports import Repo


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
    tool: Tools = None,
    no_tools: NoTools = False,
    rules: RuleFolders = None,
    since: Since = None,
    show_dismissed: ShowDismissed = False,
    form: Annotated[LintFormat, typer.Option("--format", help="How to tell it.")] = LintFormat.TEXT,
    settings: Settings = None,
) -> int:
    """Say what the rules find in a series, and only what the series introduces.

    Nothing is built, and nothing is run but the tools that --tool names. Each finding has an id, by
    which `vreview explain` shows it at length and `vreview dismiss` takes it out of later reports.
    """
    asked = wiring.panel_settings(tool or (), rules or (), off=no_tools or not tool)
    config = wiring.settings((*(settings or ()), *asked))
    book = wiring.rule_book(config)
    repo = None if no_tree else wiring.open_repo(tree, config=config)

    index = wiring.function_index(repo, book) if repo else None
    panel = wiring.panel(repo.git_folder if repo else None, config=config)
    known = wiring.dismissals(config)
    if each and since:
        raise InputError("--each and --since do not go together", hint="lint one series at a time")

    def read(names: Sequence[str]) -> Series:
        return _lone(names) or wiring.read_series(names, config=config, take=take, tree=tree)

    def linted(found: Series, applied: Applied | None) -> LintResult:
        ours = lint(
            found, repo=repo if applied else None, applied=applied, rulebook=book, index=index
        )
        return _with_others(ours, found, applied, repo=repo, panel=panel)

    def settle(linted: _Linted, before: Found | None = None) -> Settled:
        now = version_of(linted.series, linted.result)
        found, day = linted.result.findings, wiring.today()
        return settled(found, dismissals=known, today=day, before=before, now=now)

    def reviewed(names: Sequence[str]) -> _Linted:
        found = read(names)
        applied = repo.apply(found, base=base) if repo else None
        if applied is not None and not (applied.complete or (_begun(applied) and not each)):
            raise SeriesError(_refusal(applied), hint="--no-tree reads the hunks' own text")
        result = linted(found, applied)
        kept = keepable(result.findings, found, repo=repo, applied=applied, named=names)
        return _Linted(found, result, kept)

    if each:
        return _each(series, reviewed, settle, form, show_dismissed=show_dismissed)
    before: Found | None = None
    if since:
        apply = (lambda found, on: repo.apply(found, base=on)) if repo else None
        before = earlier(read([since]), apply=apply, lint=linted, base=base)
    done = reviewed(series)
    told = settle(done, before)
    _keep(as_told(done.kept, told))
    if form is LintFormat.TEXT:
        total = max(done.series.total, len(done.series.patches))
        remarks = (*told.remarks, *done.result.remarks)
        sys.stdout.write(lint_text(told, remarks, total=total, show_dismissed=show_dismissed))
    else:
        _print_json(_value(" ".join(series), told, done.result), form)
    status = _exit(told.findings)
    return status if status or done.result.whole else Exit.CANNOT_TELL


def _with_others(
    ours: LintResult, found: Series, applied: Applied | None, *, repo: Repo | None, panel: Panel
) -> LintResult:
    if not panel.eyes:
        return ours
    from vreview.app.secondeyes import look_at_series, with_others  # takes a while to import

    return with_others(ours, look_at_series(found, applied, repo=repo, panel=panel))


@dataclass(frozen=True, slots=True)
class _Linted:
    series: Series
    result: LintResult
    kept: tuple[KeptFinding, ...]


def _keep(kept: Sequence[KeptFinding]) -> None:
    """For ``vreview explain``; a machine on which nothing can be kept still gets its findings."""
    if not kept:
        return
    try:
        wiring.keep_findings(kept)
    except StorageFailed as err:
        print(f"note: vreview explain will not know these findings: {err}", file=sys.stderr)


def _lone(names: Sequence[str]) -> Series | None:
    """A file that is a diff and no mail; None for everything else."""
    if len(names) != 1 or not Path(names[0]).is_file():
        return None
    text = bytes_at(Path(names[0]))
    return series_of_diff(text, Path(names[0]).name) if is_bare_diff(text) else None


def _each(
    names: Sequence[str],
    reviewed: Callable[[Sequence[str]], _Linted],
    settle: Callable[[_Linted], Settled],
    form: LintFormat,
    *,
    show_dismissed: bool,
) -> int:
    findings: list[Finding] = []
    kept: list[KeptFinding] = []
    for name in names:
        try:
            done = reviewed([name])
        except (InputError, OSError) as err:
            if form is LintFormat.TEXT:
                print(f"{name}: not read: {err}")
            else:
                _print_json(lint_value(name, why=str(err)), form)
            continue
        told = settle(done)
        findings.extend(told.findings)
        kept.extend(as_told(done.kept, told))
        if form is LintFormat.TEXT:
            total = len(done.series.patches)
            text = lint_text(told, (), total=total, show_dismissed=show_dismissed)
            sys.stdout.write(f"== {name}\n{text}")
        else:
            _print_json(_value(name, told, done.result), form)
    _keep(kept)
    return _exit(findings)


def _value(name: str, told: Settled, result: LintResult) -> dict[str, object]:
    remarks = (*told.remarks, *result.remarks)
    return lint_value(name, settled=told, remarks=remarks, seconds=result.seconds)


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
