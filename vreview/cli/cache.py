# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview cache``: what vreview keeps on disk, and making room."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import typer

from vreview import wiring
from vreview.adapters.reporters.safe import safe
from vreview.app.prune import DAY_S, prune, size_of, to_go
from vreview.cli import pages
from vreview.model.stored import Entry, Kind

_MANY = (Kind.CONFIG, Kind.GUEST, Kind.SCRIPTS, Kind.FAILED)
"""So small that they are told together."""

app = typer.Typer(
    help=pages.CACHE.summary,
    epilog=pages.CACHE.epilog,
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list", short_help=pages.CACHE_LIST.summary, epilog=pages.CACHE_LIST.epilog)
def list_command() -> None:
    """Print what is kept, with size and last use, the largest of each kind first.

    What a running vreview works with is marked "in use". Trees and the index were made by commands
    of their own and are never pruned.
    """
    found = wiring.stored_entries()
    for kind in Kind:
        of_kind = sorted((one for one in found if one.kind is kind), key=lambda one: -one.bytes)
        if kind in _MANY and len(of_kind) > 1:
            typer.echo(f"{kind.value:13} {_told(of_kind)}: {of_kind[0].path.parent}")
        else:
            for line in _table(of_kind):
                typer.echo(line)
    typer.echo(f"{_told(found)}: {wiring.cache_folder()}, {wiring.state_folder()}")


@app.command("prune", short_help=pages.CACHE_PRUNE.summary, epilog=pages.CACHE_PRUNE.epilog)
def prune_command(
    keep_days: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="N",
            show_default=False,
            help="Remove what was not used for N days. Without any option: 30.",
        ),
    ] = None,
    max_size: Annotated[
        str,
        typer.Option(
            metavar="SIZE",
            help="Then remove what was used longest ago, until all is no larger: 20G, 500M.",
            show_default=False,
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go; remove nothing.")
    ] = False,
) -> None:
    """Make room: remove what was not used for long. It costs only time to make it again.

    Runs go, too, with their consoles and reports. Never what a running vreview works with, nor
    trees and the index.
    """  # fmt: skip
    most = size_of(max_size) if max_size else None
    days = 30 if keep_days is None and most is None else keep_days
    chosen = to_go(wiring.stored_entries(), now=time.time(), keep_days=days, max_bytes=most)
    if dry_run:
        for line in _table(chosen):
            typer.echo(line)
        typer.echo(f"would remove {_told(chosen)}")
        return
    done = prune(chosen, wiring.remove_entry)
    for one in done.kept:
        typer.echo(f"kept, in use by now: {safe(str(one.path))}")
    typer.echo(f"removed {_told(done.removed)}")


def _told(entries: Iterable[Entry]) -> str:
    known = tuple(entries)
    word = "entry" if len(known) == 1 else "entries"
    return f"{len(known)} {word}, {_size(sum(one.bytes for one in known))}"


def _table(entries: Iterable[Entry]) -> Iterable[str]:
    """One line an entry: kind, size, days since its last use, what it is, where."""
    for one in entries:
        days = max(time.time() - one.used, 0) / DAY_S
        when = "in use" if one.held else f"{days:.0f} d" if days >= 1 else _clock(one.used)
        name = safe(one.name)[:40]
        yield f"{one.kind.value:13} {_size(one.bytes):>9}  {when:>6}  {name:40}  {one.path}"


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%H:%M")


def _size(count: int) -> str:
    """With a unit, three digits or so."""
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit in ("B", "KiB") else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"
