# SPDX-License-Identifier: GPL-2.0-or-later
"""One finding at length, for a person: its path over the source, its rule's words, its remedy.

Shows what was kept; reads no tree.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vreview.adapters.reporters.safe import safe, safe_line
from vreview.adapters.reporters.words import finding_place
from vreview.model.kept import KeptFinding, Line
from vreview.model.observation import Observation, Severity, Step
from vreview.parse.rulepage import sections

_SEVERITY = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_TAB = 8
_GUTTER = 11
"""Columns before the source: the number of a step, the number of the line, and what is between."""


def explained(kept: KeptFinding, page: str, *, color: bool) -> list[RenderableType]:
    """``page`` is the README of the rule, empty where there is none."""
    seen = kept.finding.observation
    said = sections(page)
    parts: list[RenderableType] = [*_head(kept), _title("The path"), *_path(seen, kept.lines)]
    for title, name in (("What the rule flags", "What"), ("Why it matters", "Why")):
        if name in said:
            parts += [_title(title), _prose(said[name], color=color)]
    return [*parts, _title("What would make it go away"), *_remedy(seen, said, color=color), ""]


def _title(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _head(kept: KeptFinding) -> Iterator[RenderableType]:
    finding = kept.finding
    seen = finding.observation
    named = seen.place.file or not seen.place.function
    place = finding_place(finding) if named else ""
    function = f"{safe_line(seen.place.function)}()" if seen.place.function else ""
    where = ", ".join(part for part in (place, function) if part)
    yield Text.assemble(
        (seen.severity.value, f"bold {_SEVERITY[seen.severity]}"),
        f" [{safe_line(seen.rule)}] {where}  ",
        (seen.short_id, "dim"),
    )
    yield Text(safe_line(seen.message), style="bold")
    if seen.question:
        yield Text(safe_line(seen.question), style="italic")
    facts = Table.grid(padding=(0, 2))
    facts.add_column(no_wrap=True, style="dim")
    facts.add_column(overflow="fold")
    patch = f"patch {finding.patch}/{kept.total} of " if finding.patch and kept.total > 1 else ""
    facts.add_row("in", f"{patch}{safe_line(kept.series)}")
    if finding.repaired_by:
        facts.add_row("until", f"patch {finding.repaired_by}/{kept.total} repairs it")
    facts.add_row("confidence", seen.confidence.value)
    for note in finding.notes:
        facts.add_row("note", safe_line(note))
    yield ""
    yield facts


def _path(seen: Observation, lines: tuple[Line, ...]) -> Iterator[RenderableType]:
    """The source in its order, each step under its line, numbered as the machine walks them."""
    steps = list(enumerate(seen.evidence, start=1))
    here = [(n, s) for n, s in steps if s.place is not None and s.place.file == seen.place.file]
    shown = {line.number: line.text for line in lines}
    for _, step in here:
        if step.place is not None and step.place.line and step.source:
            shown.setdefault(step.place.line, step.source)
    last = 0
    for number in sorted(shown):
        if last and number != last + 1:
            yield Text(f"{'...':>{_GUTTER - 2}}", style="dim")
        last = number
        on_it = [(n, s) for n, s in here if s.place is not None and s.place.line == number]
        yield from _line(number, shown[number], on_it, seen, aim=number == seen.place.line)
    for n, step in steps:
        if step.place is None or step.place.file != seen.place.file or not step.place.line:
            place = f"{safe_line(str(step.place))}: " if step.place else ""
            yield Padding(Text(f"{n}. {place}{safe(step.text)}"), (0, 0, 0, 2))
    if not shown and not steps:
        yield Padding(Text("no line of source was kept", style="dim"), (0, 0, 0, 2))


def _line(
    number: int, source: str, steps: list[tuple[int, Step]], seen: Observation, *, aim: bool
) -> Iterator[Text]:
    code = safe(source).expandtabs(_TAB)
    mark = ">" if aim else " "
    text = Text(no_wrap=True, overflow="fold")
    text.append(f"{mark:>3} {number:>5}  ", style="dim" if not (steps or aim) else "bold")
    text.append(code.rstrip(), style="bold" if steps or aim else "dim")
    yield text
    indent = len(code) - len(code.lstrip())
    for n, step in steps:
        yield Text.assemble(
            " " * (_GUTTER + indent), (f"^ {n}. {safe_line(step.text)}", _SEVERITY[seen.severity])
        )


def _prose(text: str, *, color: bool) -> RenderableType:
    shown = Markdown(text, code_theme="ansi_dark") if color else Text(_flowed(text))
    return Padding(shown, (0, 0, 0, 2))


def _flowed(text: str) -> str:
    """Markdown as it is written, with each paragraph and each item on one line: the terminal has
    a width of its own."""
    lines: list[str] = []
    fenced = False
    for line in text.splitlines():
        fence = line.startswith("```")
        above = lines[-1] if lines else ""
        begins = fence or not line.strip() or line.lstrip().startswith(("- ", "* "))
        if fenced or begins or not above.strip() or above.startswith("```"):
            lines.append(line)
        else:
            lines[-1] = f"{above} {line.strip()}"
        fenced ^= fence
    return "\n".join(lines)


def _remedy(seen: Observation, said: dict[str, str], *, color: bool) -> Iterator[RenderableType]:
    if "Instead" in said:
        yield Padding(Text("As on the rule's page:\n"), (0, 0, 0, 2))
        yield _prose(said["Instead"], color=color)
    if "Known false positives" in said:
        yield Padding(Text("\nOr it is one of the false positives that are known:"), (0, 0, 0, 2))
        yield _prose(said["Known false positives"], color=color)
    if not said:
        yield Padding(Text("It was seen with the series and not without it."), (0, 0, 0, 2))
    yield Padding(
        Text.assemble(
            "\nIf it is no fault, say why, and it is not told again:\n  ",
            (f'vreview dismiss {seen.short_id} --reason "..."', "bold"),
        ),
        (0, 0, 0, 2),
    )
