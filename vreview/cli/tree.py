# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview tree``: kernel sources without a history, as git trees of vreview's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vreview import wiring
from vreview.cli import pages
from vreview.cli.options import Quiet
from vreview.errors import InputError

app = typer.Typer(
    help=pages.TREE.summary,
    epilog=pages.TREE.epilog,
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("import", short_help=pages.TREE_IMPORT.summary, epilog=pages.TREE_IMPORT.epilog)
def import_command(
    source: Annotated[
        Path, typer.Argument(help="A tarball or a folder with kernel sources.", metavar="SOURCE")
    ],
    name: Annotated[
        str, typer.Option(help="What to call it. Default: the source's name.", show_default=False)
    ] = "",
    quiet: Quiet = False,
) -> None:
    """Import kernel sources once into a git repository in the cache.

    The same source is not imported twice; an interrupted import starts over. Prints the path.
    """
    if not source.exists():
        raise InputError(
            f"there is no {source}", hint="on Debian: apt-get install linux-source-6.1"
        )
    with wiring.observer(quiet=quiet) as observer:
        typer.echo(wiring.import_tree(source, name=name, observer=observer))


@app.command("list", short_help=pages.TREE_LIST.summary, epilog=pages.TREE_LIST.epilog)
def list_command() -> None:
    """Print the imported trees' paths."""
    for path in sorted((wiring.cache_folder() / "trees").glob("*.git")):
        typer.echo(path)
