# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview explain``: one finding at length."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from vreview import wiring
from vreview.app.kept import named
from vreview.cli.options import RuleFolders, Settings
from vreview.errors import InputError
from vreview.model.kept import KeptFinding

ID = typer.Argument(
    help="The finding's id as the reports print it, or its first 4 digits or more.",
    metavar="ID",
)


def explain_command(
    ident: Annotated[str, ID],
    rules: RuleFolders = None,
    settings: Settings = None,
) -> None:
    """Show a finding's path line by line, what its rule says, and what would make it go away.

    Looks through the results of `vreview lint` and `vreview review` that are kept, the newest
    first. The source is shown as the review read it, whatever has become of the tree since.
    """
    from vreview.adapters.reporters.explanation import explained
    from vreview.adapters.reporters.rulereport import drawn

    found = named(ident, wiring.kept_results())
    asked = wiring.panel_settings((), rules or (), off=False)
    config = wiring.settings((*(settings or ()), *asked))
    page = _page(found[0], [Path(name).expanduser() for name in config.rules])
    width, color = wiring.terminal(sys.stdout.isatty())
    parts = [part for one in found for part in explained(one, page, color=color)]
    sys.stdout.write(drawn(parts, width=width, color=color))


def _page(kept: KeptFinding, folders: Sequence[Path]) -> str:
    """The README of the finding's rule; empty for what is no rule's, or where the rule is gone."""
    for folder in (None, *folders):
        try:
            shelf = wiring.shelf(folder)
            return shelf.texts(shelf.book.rule(kept.finding.observation.rule))["README.md"]
        except InputError:
            continue
    return ""
