# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview doctor``: is this machine ready, and if not, what to type."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from vreview import wiring
from vreview.cli.boundary import Exit
from vreview.cli.options import Settings, Tree

_STYLE = {"ok": "green", "look": "yellow", "missing": "red"}


def doctor_command(
    tree: Tree = None,
    fix: Annotated[
        bool,
        typer.Option("--fix", help="Install what is missing (Debian; elsewhere: print the names)."),
    ] = False,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Try again which accelerator really boots.")
    ] = False,
    settings: Settings = None,
) -> int:
    """Say what is there, what is missing, and which accelerator really boots.

    /dev/kvm may open and answer and yet hang its guests, so something is booted, once; the answer
    is kept with its date.
    """
    config = wiring.settings(settings or ())
    if fix:
        wiring.install_missing()
    checks = wiring.checks(config, tree=tree, refresh=refresh)
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for at, check in enumerate(checks):
        state = check.state.value
        table.add_row(Text(state, style=_STYLE[state]), Text(check.name), Text(check.detail))
        last = at + 1 == len(checks) or checks[at + 1].type_next != check.type_next
        if check.type_next and last:  # once for all that the same command mends
            table.add_row("", "", Text(f"type: {check.type_next}", style="bold"))
    console = Console(highlight=False, markup=False, emoji=False)
    with console.capture() as said:
        # In a pipe a command stays on its line.
        width = max(console.width, 40) if console.is_terminal else 400
        console.print(table, crop=False, width=width)
    for line in said.get().splitlines():
        print(line.rstrip())
    ready = all(check.state.value != "missing" for check in checks)
    return Exit.NOTHING_NEW if ready else Exit.OUR_FAILURE
