# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview replay``: a failure that a review reported, once more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from vreview import wiring
from vreview.adapters.reporters.safe import safe_line
from vreview.app.replay import replay
from vreview.cli.boundary import Exit
from vreview.cli.options import Quiet, Settings, Tree
from vreview.model.reproducer import Again, Failure, Replayed, Reproducer

EXIT = {
    Again.GONE: Exit.NOTHING_NEW,
    Again.SEEN: Exit.SOMETHING_NEW,
    Again.CANNOT_TELL: Exit.CANNOT_TELL,
}


def replay_command(
    folder: Annotated[
        Path,
        typer.Argument(help="A reproducer: a folder that a review wrote.", metavar="FOLDER"),
    ],
    runs: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, max=200, help="Boots, for a failure that shows only sometimes."
        ),
    ] = 1,
    tree: Tree = None,
    quiet: Quiet = False,
    settings: Settings = None,
) -> int:
    """Build the kernel of a reported failure again, run what showed it, and say if it shows.

    The series in the folder is applied to its base, built by the same recipe, and booted with the
    same suite; what is not as it was (compiler, accelerator) is said.
    """
    config = wiring.settings(settings or ())
    made, series = wiring.reproducer_of(folder)
    with wiring.observer(quiet=quiet) as observer:
        tools = wiring.replay_tools(tree, config=config, observer=observer)
        result = replay(made, series, runs=runs, tools=tools)
    for line in _told(made, result):
        typer.echo(line)
    return EXIT[result.again]


def _told(made: Reproducer, result: Replayed) -> Iterator[str]:
    """The answer first."""
    count = f" in {result.seen} of {result.runs} boots" if made.failure is Failure.BOOT else ""
    yield safe_line(f"{result.again.value}{count if result.runs else ''}: {made.message}")
    if result.why:
        yield safe_line(f"why: {result.why}")
    for differs in result.differs:
        yield safe_line(f"not as it was: {differs}")
    for other in result.others[:8]:
        yield safe_line(f"also seen: {other}")
