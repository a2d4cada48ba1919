# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: every verb, in the order in which one meets them."""

from __future__ import annotations

from typing import Annotated

import typer

from vreview.cli import pages, rules, tree
from vreview.cli.apply import apply_command
from vreview.cli.boot import boot_command, suites_command
from vreview.cli.build import build_command
from vreview.cli.dismiss import dismiss_command
from vreview.cli.doctor import doctor_command
from vreview.cli.explain import explain_command
from vreview.cli.lint import lint_command
from vreview.cli.perf import perf_command
from vreview.cli.review import review_command

app = typer.Typer(
    name="vreview",
    epilog=pages.TOP.epilog,
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
    """Patch review and regression bisection for the Linux kernel.

    Every command takes a series or a revision and prints what it found; nothing of yours is
    changed but the objects and refs/vreview/ of the tree. `vreview COMMAND --help` is the
    manual.
    """


for name, verb, page in (
    ("review", review_command, pages.REVIEW),
    ("apply", apply_command, pages.APPLY),
    ("lint", lint_command, pages.LINT),
    ("explain", explain_command, pages.EXPLAIN),
    ("dismiss", dismiss_command, pages.DISMISS),
    ("build", build_command, pages.BUILD),
    ("boot", boot_command, pages.BOOT),
    ("test", suites_command, pages.TEST),
    ("perf", perf_command, pages.PERF),
    ("doctor", doctor_command, pages.DOCTOR),
):
    app.command(name, short_help=page.summary, epilog=page.epilog)(verb)
app.add_typer(tree.app, name="tree")
app.add_typer(rules.app, name="rules")
