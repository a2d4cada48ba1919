# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview apply``: a series as commits, and nothing else of the user's touched."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer

from vreview import wiring
from vreview.adapters.reporters.applyreport import apply_text, apply_value
from vreview.app.apply import apply
from vreview.cli.boundary import Exit
from vreview.cli.options import SERIES, Base, Settings, Tree, Version


class ApplyFormat(StrEnum):
    """How the commits are told."""

    TEXT = "text"
    JSON = "json"


def apply_command(
    series: Annotated[list[str], SERIES],
    tree: Tree = None,
    base: Base = None,
    take: Version = None,
    branch: Annotated[
        str | None,
        typer.Option(
            help="Make this branch of the result, when all of it applied.", metavar="NAME"
        ),
    ] = None,
    form: Annotated[
        ApplyFormat, typer.Option("--format", help="How to tell it.")
    ] = ApplyFormat.TEXT,
    settings: Settings = None,
) -> int:
    """Apply a series in memory, one commit a patch.

    Checkout, index and branches stay as they are. Every patch that does not apply is named with
    its file, hunk and the lines that differ.
    """
    config = wiring.settings(settings or ())
    found = wiring.read_series(series, config=config, take=take, tree=tree)
    repo = wiring.open_repo(tree, config=config)
    applied = apply(found, repo, base=base, branch=branch)
    if form is ApplyFormat.JSON:
        print(json.dumps(apply_value(found, applied), indent=2, ensure_ascii=False))
    else:
        sys.stdout.write(apply_text(found, applied))
    whole = applied.complete and not found.missing
    return Exit.NOTHING_NEW if whole else Exit.SOMETHING_NEW
