# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview dismiss``: somebody's word that a finding is no fault."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from vreview import wiring
from vreview.adapters.reporters.words import finding_place
from vreview.app.kept import named
from vreview.cli.explain import ID
from vreview.cli.options import Settings
from vreview.errors import InputError
from vreview.model.review import Dismissal


def dismiss_command(
    ident: Annotated[str, ID],
    reason: Annotated[
        str, typer.Option(help="Why it is no fault, for whoever reads the file.", metavar="TEXT")
    ],
    until: Annotated[
        str | None,
        typer.Option(
            help="The last day on which this counts. Default: for ever.",
            metavar="YYYY-MM-DD",
            show_default=False,
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            help="The file to append to. Default: the first that the setting `dismissed` names,"
            " else dismissed.toml beside the config file.",
            show_default=False,
            metavar="PATH",
        ),
    ] = None,
    settings: Settings = None,
) -> None:
    """Take a finding out of later reports, and keep the reason.

    The same rule, function and subject is dismissed wherever the code moves; when the function or
    the file gets another name, the finding comes back. `vreview lint` and `vreview review` count
    what is dismissed, and --show-dismissed prints it. Behind its last day the finding comes back
    and says so. The file is TOML, to be edited, shared and reviewed like code; a tree under review
    cannot name one.
    """
    files = wiring.dismissal_files(wiring.settings(settings or ()))
    if not reason.strip():
        raise InputError("--reason must say why", hint='--reason "its caller holds the lock"')
    last_day = _day(until) if until is not None else None
    found = named(ident, wiring.kept_results())[0]
    seen = found.finding.observation
    function = f", {seen.place.function}()" if seen.place.function else ""
    where = f"{seen.place.file or finding_place(found.finding)}{function}"
    what = f"{seen.rule} in {where}: {seen.message}"
    place = (file or files[0]).expanduser()
    wiring.dismiss(Dismissal(seen.fingerprint, reason.strip(), last_day, what), place)
    typer.echo(f"dismissed {seen.short_id} in {place}")
    if file is not None and place.resolve() not in [known.resolve() for known in files]:
        print(f'note: to have it read, put it into the settings: dismissed = ["{place}"]',
              file=sys.stderr)  # fmt: skip


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as err:
        raise InputError(f"--until {text}: {err}", hint="--until 2030-01-31") from err
    if day < wiring.today():
        raise InputError(
            f"--until {text} is over: today is {wiring.today()}", hint="name a day that is to come"
        )
    return day
