# SPDX-License-Identifier: GPL-2.0-or-later
"""The report for a person at a terminal: verdict first, then the evidence.

Colours carry meaning and never the only copy of it: NO_COLOR and pipes give the same words.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vreview.adapters.reporters.coverage import coverage_sentence
from vreview.adapters.reporters.patchtable import COLUMNS, walk_rows
from vreview.adapters.reporters.safe import safe, safe_line
from vreview.adapters.reporters.words import (
    MODE_MEANING,
    applied_sentence,
    base_sentence,
    comparison_sentence,
    dismissed_sentence,
    finding_patch,
    run_sentence,
    series_sentence,
    verdict_sentence,
    where,
)
from vreview.model.bench import Speed
from vreview.model.observation import Observation, Severity, Step
from vreview.model.review import (
    AppliedPatch,
    Dismissed,
    Finding,
    HunkConflict,
    Review,
    StageState,
    Verdict,
)
from vreview.model.walk import Walk

_VERDICT = {
    Verdict.NEW_PROBLEMS: "bold red",
    Verdict.NOTHING_NEW: "bold green",
    Verdict.CANNOT_TELL: "bold yellow",
}
_SEVERITY = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_SPEED = {
    Speed.SLOWER: "red",
    Speed.FASTER: "green",
    Speed.SAME: "",
    Speed.CANNOT_TELL: "yellow",
}


class TerminalReporter:
    """Renders to text of a given width; implements ports.Reporter."""

    def __init__(
        self, *, width: int = 100, color: bool = False, show_dismissed: bool = False
    ) -> None:
        self._width = width
        self._color = color
        self._show_dismissed = show_dismissed

    def render(self, review: Review) -> str:
        out = io.StringIO()
        console = Console(
            file=out,
            width=self._width,
            force_terminal=self._color,
            color_system="standard" if self._color else None,
            no_color=not self._color,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )
        for part in self._parts(review):
            console.print(part)
        lines = [line.rstrip() for line in out.getvalue().splitlines()]
        return "\n".join(lines).rstrip() + "\n"

    def _parts(self, review: Review) -> list[RenderableType]:
        parts: list[RenderableType] = [_head(review)]
        if review.applied is not None:
            parts += [_refusal(p) for p in review.applied.patches if p.commit is None]
        if review.findings:
            parts.append(_title("Findings"))
            parts += _findings(review)
        if review.addressed:
            parts.append(_title("Addressed"))
            parts += [_passed(f, ", ".join(f.notes)) for f in review.addressed]
        if review.dismissed:
            parts += _dismissed(review.dismissed, shown=self._show_dismissed)
        if any(trial.runs for trial in review.tip_trials):
            parts += [_title("Runs"), _runs(review)]
        if review.walk is not None:
            parts += [_title("Patch by patch"), _walk(review.walk)]
        if review.coverage:
            parts += [_title("Lines that ran"), _coverage(review)]
        if review.comparisons:
            parts += [_title("Speed"), _speed(review)]
        if review.remarks:
            parts.append(_title("Limits of this review"))
            parts += [Padding(Text(f"- {safe_line(r)}"), (0, 0, 0, 2)) for r in review.remarks]
        parts += [_title("Stages"), _stages(review)]
        return parts


def _title(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _head(review: Review) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row("series", Text(safe_line(review.series.title), style="bold"))
    grid.add_row("", series_sentence(review.series))
    if review.applied is not None:
        grid.add_row("base", base_sentence(review.applied.base))
        grid.add_row("applied", applied_sentence(review.applied))
    else:
        grid.add_row("base", "no tree: only the hunks' own text was read")
    grid.add_row("verdict", Text(verdict_sentence(review), style=_VERDICT[review.verdict]))
    return grid


def _refusal(patch: AppliedPatch) -> RenderableType:
    lines: list[RenderableType] = [
        Text(f"\n{patch.n}: {safe_line(patch.subject)}", style="bold"),
        Padding(Text(safe(patch.why), style="red"), (0, 0, 0, 2)),
    ]
    lines += [Padding(_conflict(c), (0, 0, 0, 4)) for c in patch.conflicts]
    return Group(*lines)


def _conflict(conflict: HunkConflict) -> Text:
    text = Text(f"{safe_line(conflict.path)}, hunk {conflict.hunk}: {safe_line(conflict.header)}\n")
    if conflict.near_line:
        text.append(f"the nearest place is line {conflict.near_line}; the patch expects\n")
        text.append("".join(f"  - {safe_line(line)}\n" for line in conflict.expected), style="red")
        text.append("and the tree has\n")
        text.append("".join(f"  + {safe_line(line)}\n" for line in conflict.found), style="green")
    else:
        text.append("nothing like it is in the file\n")
    text.rstrip()
    return text


def _findings(review: Review) -> list[RenderableType]:
    parts: list[RenderableType] = []
    order = sorted(review.findings, key=lambda f: (f.patch is None, f.patch or 0))
    current = ""
    for finding in order:
        patch = finding_patch(finding, review)
        if patch != current:
            parts.append(Padding(Text(patch, style="underline"), (0, 0, 0, 2)))
            current = patch
        parts.append(Padding(_finding(finding), (0, 0, 1, 4)))
    return parts


def _finding(finding: Finding) -> Group:
    seen = finding.observation
    head = Text.assemble(
        (seen.severity.value, _SEVERITY[seen.severity]),
        f" [{safe_line(seen.rule)}] ",
        _where(seen),
        (f"  {seen.short_id}", "dim"),
    )
    lines: list[RenderableType] = [head, Text(safe(seen.message))]
    if finding.notes:
        lines.append(Text(safe_line(", ".join(finding.notes)), style="bold"))
    if seen.question:
        lines.append(Text(safe(seen.question), style="italic"))
    lines += [Padding(_step(step, seen), (0, 0, 0, 2)) for step in seen.evidence]
    return Group(*lines)


def _dismissed(dismissed: Sequence[Dismissed], *, shown: bool) -> list[RenderableType]:
    if not shown:
        return [Text(f"\n{dismissed_sentence(len(dismissed))}", style="dim")]
    parts: list[RenderableType] = [_title("Dismissed")]
    for one in dismissed:
        until = f" (until {one.dismissal.until})" if one.dismissal.until else ""
        parts.append(_passed(one.finding, f"{one.dismissal.reason}{until}"))
    return parts


def _passed(finding: Finding, why: str) -> RenderableType:
    """A finding that asks for nothing, in three lines."""
    seen = finding.observation
    head = f"[{safe_line(seen.rule)}] {_where(seen)}  {seen.short_id}"
    text = "\n".join((head, safe_line(seen.message), f"  {safe_line(why)}"))
    return Padding(Text(text, style="dim"), (0, 0, 0, 4))


def _where(seen: Observation) -> str:
    place = safe_line(str(seen.place)) if seen.place.file or seen.place.line else ""
    function = f"{safe_line(seen.place.function)}()" if seen.place.function else ""
    return ", ".join(part for part in (place, function) if part)


def _step(step: Step, seen: Observation) -> Text:
    text = Text(f"{where(step, seen)}{safe(step.text)}", style="dim")
    if step.source.strip(" \t;") != step.text.strip(" ;"):
        text.append(f"\n    {safe(step.source).strip()}" if step.source else "", style="dim")
    return text


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=True)
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _runs(review: Review) -> RenderableType:
    table = _table("run", "kernel", "base", "tip", "seconds")
    folders: dict[str, None] = {}
    for trial in review.tip_trials:
        bases = {
            run.name: run
            for other in review.base_trials
            if other.profile == trial.profile
            for run in other.runs
        }
        for run in trial.runs:
            base = bases.get(run.name)
            table.add_row(
                run.name,
                trial.profile,
                run_sentence(base) if base else "not run",
                run_sentence(run),
                f"{sum(seconds for _, seconds in run.booted.phase_s):.1f}",
            )
            folders[str(run.booted.console.parent)] = None
    where = f"consoles in {', '.join(folders)}"
    return Group(table, Padding(Text(where, style="dim"), (0, 0, 0, 2)))


def _walk(walk: Walk) -> RenderableType:
    table = _table(*COLUMNS)
    for row in walk_rows(walk):
        table.add_row(*row)
    return table


def _coverage(review: Review) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for patch in review.coverage:
        grid.add_row(f"  {patch.patch}/{review.series.total}", coverage_sentence(patch))
    return grid


def _speed(review: Review) -> RenderableType:
    lines: list[RenderableType] = []
    for c in review.comparisons:
        lines.append(Padding(Text(comparison_sentence(c), style=_SPEED[c.verdict]), (0, 0, 0, 2)))
        if c.shift is not None and c.why:
            lines.append(Padding(Text(c.why, style="dim"), (0, 0, 0, 4)))
    for mode in dict.fromkeys(c.metric.mode for c in review.comparisons):
        lines.append(Padding(Text(f"{mode.value}: {MODE_MEANING[mode]}"), (0, 0, 0, 2)))
    return Group(*lines)


def _stages(review: Review) -> Table:
    table = _table("stage", "state", "seconds", "")
    for stage in review.stages:
        done = stage.state is not StageState.NOT_RUN
        table.add_row(
            stage.stage.value,
            stage.state.value,
            f"{stage.seconds:.1f}" if done else "",
            safe_line(stage.why),
        )
    return table
