# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview build``: a bootable kernel of one revision, from the store when it is there."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from vreview import wiring
from vreview.adapters.reporters.safe import safe_line
from vreview.app.build import build_revision
from vreview.cli.boundary import Exit
from vreview.cli.options import Debug, Quiet, Settings, Tree, Untrusted
from vreview.model.kernel import Recipe
from vreview.model.trial import BuildState, Built


class Profile(StrEnum):
    """What a kernel is for."""

    TEST = "test"
    PERF = "perf"


def build_command(
    revision: Annotated[
        str, typer.Argument(help="A commit, branch or tag of the kernel tree.", metavar="REV")
    ],
    tree: Tree = None,
    profile: Annotated[
        Profile, typer.Option(help="test: with lockdep and kin. perf: without, for figures.")
    ] = Profile.TEST,
    debug: Debug = None,
    untrusted: Untrusted = False,
    quiet: Quiet = False,
    settings: Settings = None,
) -> int:
    """Build a revision, or find its kernel in the store, and print where the image is."""
    asked = (*wiring.debug_settings(debug or ()), *wiring.untrusted_settings(asked=untrusted))
    config = wiring.settings((*(settings or ()), *asked))
    with wiring.observer(quiet=quiet) as observer:
        built = build_revision(
            revision,
            recipe=Recipe(profile.value, wiring.kernel_fragments(config)),
            repo=wiring.kernel_repo(tree, config=config),
            builder=wiring.builder(wiring.tree_path(tree, config=config), config=config),
            observer=observer,
        )
    for line in _told(built):
        typer.echo(line)
    return Exit.NOTHING_NEW if built.state is BuildState.BUILT else Exit.SOMETHING_NEW


def _told(built: Built) -> Iterator[str]:
    """The image first, so that ``head -1`` is what a script wants."""
    if built.kernel is not None:
        how = "from the store" if built.from_store else f"built in {built.seconds:.0f} s"
        yield str(built.kernel.image)
        yield f"release: {safe_line(built.kernel.release)}, {how}"
        for dropped in built.kernel.config.dropped:
            why = f" ({safe_line(dropped.why)})" if dropped.why else ""
            yield (
                f"dropped: CONFIG_{dropped.symbol}={dropped.asked} of {dropped.fragment}.config"
                f" is {dropped.got}{why}"
            )
    else:
        yield f"the kernel was not built: {built.state.value} after {built.seconds:.0f} s"
    for seen in built.observations:
        where = f" in {seen.place.function}()" if seen.place.function else ""
        told = f"{seen.place}: {seen.severity.value}{where}: {seen.message} [{seen.rule}]"
        yield safe_line(told.removeprefix(": "))
    yield f"log: {built.log}"
