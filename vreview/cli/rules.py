# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview rules``: list them, read one, begin one, hold them against their own examples."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vreview import wiring
from vreview.app.new_rule import FoundBy, skeleton
from vreview.cli import pages
from vreview.cli.boundary import Exit
from vreview.cli.mine import mine_command
from vreview.cli.options import Settings
from vreview.errors import InputError
from vreview.model.observation import Category

if TYPE_CHECKING:
    from vreview.app.rules_tested import RuleTest

app = typer.Typer(
    help=pages.RULES.summary,
    epilog=pages.RULES.epilog,
    no_args_is_help=True,
    rich_markup_mode=None,
)

Folder = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        help="A folder of rules of your own, AREA/ID below it. Default: those of vreview.",
        show_default=False,
        metavar="DIR",
    ),
]


class ListFormat(StrEnum):
    """How rules are told."""

    TEXT = "text"
    JSON = "json"


Form = Annotated[ListFormat, typer.Option("--format", help="How to tell it.")]


@app.command("list", short_help=pages.RULES_LIST.summary, epilog=pages.RULES_LIST.epilog)
def list_command(
    rules: Folder = None, form: Form = ListFormat.TEXT, settings: Settings = None
) -> None:
    """Print each rule's id, category, severity, confidence and title.

    A rule that the settings turn off is listed with the severity "off".
    """
    from vreview.adapters.reporters.rulereport import drawn, rules_table, rules_value

    off = frozenset(wiring.settings(settings or ()).rules_off)
    book = wiring.shelf(rules).book
    if form is ListFormat.JSON:
        _print_json(rules_value(book.rules, off=lambda rule: rule.id in off))
        return
    table = rules_table(book.rules, off=lambda rule: rule.id in off)
    width, color = wiring.terminal(sys.stdout.isatty())
    row_a_line = width if sys.stdout.isatty() else 1000
    sys.stdout.write(drawn([table], width=row_a_line, color=color))


app.command("mine", short_help=pages.RULES_MINE.summary, epilog=pages.RULES_MINE.epilog)(
    mine_command
)


@app.command("show", short_help=pages.RULES_SHOW.summary, epilog=pages.RULES_SHOW.epilog)
def show_command(
    rule: Annotated[str, typer.Argument(help="The rule: AREA/ID, or ID alone.", metavar="ID")],
    rules: Folder = None,
    form: Form = ListFormat.TEXT,
    settings: Settings = None,
) -> None:
    """Print one rule's page: what it flags, why, what to write instead, when it is wrong.

    Below the page stand its words, the knowledge tables without which it would judge its own
    examples differently, and the merged fixes whose bugs it would have reported.
    """
    from vreview.adapters.reporters.rulereport import drawn, rule_page, rule_value

    off = wiring.settings(settings or ()).rules_off
    shelf = wiring.shelf(rules)
    one = shelf.book.rule(rule)
    page, tables = shelf.texts(one)["README.md"], shelf.tables(one)
    if form is ListFormat.JSON:
        value = rule_value(one, off=one.id in off)
        _print_json({**value, "knowledge": list(tables), "page": page})
        return
    width, color = wiring.terminal(sys.stdout.isatty())
    parts = rule_page(one, page, rests_on=tables, off=one.id in off, color=color)
    sys.stdout.write(drawn(parts, width=width, color=color))


@app.command("new", short_help=pages.RULES_NEW.summary, epilog=pages.RULES_NEW.epilog)
def new_command(
    rule: Annotated[str, typer.Argument(help="The new rule: AREA/ID.", metavar="AREA/ID")],
    rules: Annotated[
        Path,
        typer.Option("--rules", help="The folder to write AREA/ID into.", metavar="DIR"),
    ],
    category: Annotated[
        Category, typer.Option(help="The family of bugs that it belongs to.")
    ] = Category.OTHER,
    by: Annotated[
        FoundBy,
        typer.Option(
            help="What finds the code: an ast-grep pattern, a semantic patch (needs spatch), or a"
            " check of vreview's own, written in Python.",
        ),
    ] = FoundBy.PATTERN,
) -> None:
    """Write the folder of a rule that is still to be written, and print its path.

    The folder is complete and loads; `vreview rules test` names each line that is still to be
    filled in. The rule is named for what it flags: missing-unlock, not check-locks. Patterns and
    semantic patches work as they are, with `vreview lint --rules DIR`.
    """
    texts = skeleton(rule, category=category, by=by)
    folder = rules / rule
    if folder.exists():
        raise InputError(f"{folder} is there already", hint=f"vreview rules test --rules {rules}")
    for name, text in texts.items():
        wiring.keep(folder / name, text)
    typer.echo(folder)
    print(f"next: vreview rules test --rules {rules} {rule}", file=sys.stderr)


@app.command("test", short_help=pages.RULES_TEST.summary, epilog=pages.RULES_TEST.epilog)
def try_command(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="The rules: AREA/ID, or ID alone. Default: all.", metavar="ID"),
    ] = None,
    rules: Folder = None,
) -> int:
    """Hold rules against their own examples.

    Each line of a rule's bad.c that is marked /* vreview: AREA/ID */ must be flagged by it, and
    no other line by any rule; nothing in its good.c may be flagged. Prints a line a rule, and
    file:line: for each promise that is not kept.
    """
    from vreview.app.rules_tested import eye_of, reader_of

    shelf = wiring.shelf(rules)
    chosen = [shelf.book.rule(name) for name in names] if names else list(shelf.book.rules)
    eye, reader = eye_of(shelf.checked), reader_of(shelf.checked)
    failed = 0
    for rule in chosen:
        result = shelf.tested(rule, eye, reader)
        failed += not result.passed
        _print_test(result, shelf.place(rule))
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return Exit.SOMETHING_NEW if failed else Exit.NOTHING_NEW


def _print_test(result: RuleTest, folder: Path) -> None:
    state = "pass" if result.passed else "FAIL"
    print(f"{state}  {result.rule}  ({result.expected} marked)")
    for miss in result.misses:
        place = f"{folder / miss.file}:{miss.line}" if miss.line else f"{folder / miss.file}"
        print(f"{place}: {miss.why}")


def _print_json(value: dict[str, object]) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))
