# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: every verb, in the order in which one meets them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer

from vreview.cli import pages

COMMANDS = {
    "review": ("vreview.cli.review:review_command", pages.REVIEW),
    "apply": ("vreview.cli.apply:apply_command", pages.APPLY),
    "lint": ("vreview.cli.lint:lint_command", pages.LINT),
    "explain": ("vreview.cli.explain:explain_command", pages.EXPLAIN),
    "dismiss": ("vreview.cli.dismiss:dismiss_command", pages.DISMISS),
    "index": ("vreview.cli.index:index_command", pages.INDEX),
    "build": ("vreview.cli.build:build_command", pages.BUILD),
    "boot": ("vreview.cli.boot:boot_command", pages.BOOT),
    "test": ("vreview.cli.boot:suites_command", pages.TEST),
    "replay": ("vreview.cli.replay:replay_command", pages.REPLAY),
    "perf": ("vreview.cli.perf:perf_command", pages.PERF),
    "doctor": ("vreview.cli.doctor:doctor_command", pages.DOCTOR),
}
GROUPS = {
    "tree": "vreview.cli.tree:app",
    "rules": "vreview.cli.rules:app",
    "cache": "vreview.cli.cache:app",
}


def app_for(words: Sequence[str] = ()) -> typer.Typer:
    """The application for a command line: of its first word's module alone where that is a
    command, since importing all of them takes longer than a short series."""
    first = next((word for word in words if not word.startswith("-")), "")
    known = first in COMMANDS or first in GROUPS
    app = typer.Typer(
        name="vreview",
        epilog=pages.TOP.epilog,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(main)
    for name, (place, page) in COMMANDS.items():
        if not known or name == first:
            app.command(name, short_help=page.summary, epilog=page.epilog)(_loaded(place))
    for name, place in GROUPS.items():
        if not known or name == first:
            app.add_typer(_loaded(place), name=name)
    return app


def _loaded(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"vreview {version('vreview')}")
        raise typer.Exit


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
