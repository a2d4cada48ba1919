# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview perf``: what a revision's kernel takes, by every benchmark."""

from __future__ import annotations

from typing import Annotated

import typer

from vreview import wiring
from vreview.adapters.reporters.words import MODE_MEANING
from vreview.app.perf import measure_revision, pooled
from vreview.cli.boundary import Exit
from vreview.cli.options import Quiet, Settings, Tree
from vreview.logic.stats import median, quantile
from vreview.model.bench import Mode


def perf_command(
    revision: Annotated[str, typer.Argument(help="A revision of the tree.", metavar="REV")] = (
        "HEAD"
    ),
    mode: Annotated[
        Mode, typer.Option(help="deterministic: executed instructions. wall: by the clock.")
    ] = Mode.DETERMINISTIC,
    boots: Annotated[int, typer.Option(min=1, max=50, help="How many boots.", metavar="N")] = 1,
    tree: Tree = None,
    quiet: Quiet = False,
    settings: Settings = None,
) -> int:
    """Build one revision for figures, boot it, and measure."""
    config = wiring.settings(settings or ())
    status = Exit.NOTHING_NEW
    with wiring.observer(quiet=quiet) as observer:
        tools = wiring.stage_tools(tree, revision=revision, config=config, observer=observer)
        for benchmark in wiring.benchmarks():
            done = measure_revision(
                revision, benchmark=benchmark, mode=mode, boots=boots, tools=tools
            )
            for one in done:
                if one.booted is None:
                    typer.echo(f"{one.built.state.value}; log: {one.built.log}")
                    return Exit.CANNOT_TELL
                if not one.samples:
                    typer.echo(f"{one.booted.state.value}; console: {one.booted.console}")
                    status = Exit.SOMETHING_NEW
            for samples in pooled([one.samples for one in done]):
                values = samples.values
                typer.echo(
                    f"{samples.metric.name}: median {median(values):.1f}, 10 % below"
                    f" {quantile(values, 0.1):.1f} {samples.metric.unit} ({len(values)} values)"
                )
    typer.echo(f"{mode.value}: {MODE_MEANING[mode]}")
    return status
