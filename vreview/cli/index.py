# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview index``: what every function of a tree does, read once for all lints."""

from __future__ import annotations

from typing import Annotated

import typer

from vreview import wiring
from vreview.app.index import index_tree
from vreview.cli.options import Quiet, Settings, Tree


def index_command(
    revision: Annotated[
        str, typer.Argument(help="A commit, tag or branch of the tree.", metavar="REVISION")
    ] = "HEAD",
    tree: Tree = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=0, help="Processes. Default: one a core.")
    ] = 0,
    quiet: Quiet = False,
    settings: Settings = None,
) -> None:
    """Read every C file of a tree, so that a lint knows functions that the series does not touch.

    A file that was read before, for whatever tree, is not read again; what was stopped goes on.
    Lints work without the index, and use it where the tree that a series applies to is in it.
    """
    config = wiring.settings(settings or ())
    repo = wiring.kernel_repo(tree, config=config)
    index = wiring.function_index(repo, wiring.rule_book(config))
    with wiring.observer(quiet=quiet) as observer:
        result = index_tree(revision, repo=repo, index=index, jobs=jobs, observer=observer)
    found = result.indexed
    typer.echo(
        f"{result.commit[:12]} {result.subject}: {found.files} files, {found.read} of them read"
        f" now; the index has {found.functions} functions, {found.bytes / 2**20:.0f} MiB"
    )
