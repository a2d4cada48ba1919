# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: every verb, in the order in which one meets them."""

from __future__ import annotations

from typing import Annotated

import typer

from vreview.cli import tree
from vreview.cli.apply import apply_command
from vreview.cli.boot import boot_command, suites_command
from vreview.cli.build import build_command
from vreview.cli.doctor import doctor_command
from vreview.cli.lint import lint_command
from vreview.cli.perf import perf_command
from vreview.cli.review import review_command

app = typer.Typer(
    name="vreview",
    help="Patch review and regression bisection for the Linux kernel.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"vreview {version('vreview')}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Patch review and regression bisection for the Linux kernel."""


app.command("review")(review_command)
app.command("apply")(apply_command)
app.command("lint")(lint_command)
app.command("build")(build_command)
app.command("boot")(boot_command)
app.command("test")(suites_command)
app.command("perf")(perf_command)
app.command("doctor")(doctor_command)
app.add_typer(tree.app, name="tree")
