# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview rules mine``: pairs and conventions that a tree's own code proposes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vreview import wiring
from vreview.app.mining import Kind, conventions_toml, mine, pairs_toml, rows
from vreview.cli.options import Quiet, Settings
from vreview.errors import InputError


def mine_command(
    tree: Annotated[
        Path | None,
        typer.Argument(
            help="The kernel tree, a git repository. Default: the configured one, else the"
            " imported.",
            metavar="TREE",
            show_default=False,
        ),
    ] = None,
    kind: Annotated[
        list[Kind] | None,
        typer.Option("--kind", help="What to look for; may be repeated. Default: everything."),
    ] = None,
    revision: Annotated[
        str, typer.Option("--revision", help="A commit, tag or branch.", metavar="REVISION")
    ] = "HEAD",
    into: Annotated[
        Path | None,
        typer.Option(
            "--into",
            help="A folder for mined-pairs.toml and mined-conventions.toml, which you read"
            " before any rule does.",
            metavar="DIR",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=0, help="Processes. Default: one a core.")
    ] = 0,
    quiet: Quiet = False,
    settings: Settings = None,
) -> None:
    """Propose knowledge from how most callers behave; a person accepts it.

    Looks at functions that the shared headers name and that several folders use: by what their
    result is given back, how it is tested, whether it is tested at all. Prints each proposal with
    how many callers keep to it. No rule uses a proposal before it lies under rules/knowledge.
    """
    if into is not None and not into.is_dir():
        raise InputError(f"there is no folder {into}", hint=f"mkdir -p {into}")
    config = wiring.settings(settings or ())
    repo = wiring.kernel_repo(tree, config=config)
    with wiring.observer(quiet=quiet) as observer:
        found = mine(
            revision,
            repo=repo,
            source=wiring.habit_source(repo, wiring.rule_book(config)),
            kinds=frozenset(kind or Kind),
            jobs=jobs,
            observer=observer,
        )
    for what, name, count in rows(found):
        typer.echo(f"{what:10}  {name}: {count}")
    if into is not None:
        for name, text in (
            ("mined-pairs.toml", pairs_toml(found.pairs)),
            ("mined-conventions.toml", conventions_toml(found.habits)),
        ):
            if text:
                wiring.keep(into / name, text)
                typer.echo(f"written: {into / name}")
