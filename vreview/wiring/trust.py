# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether what is built and booted is a stranger's, and what it then runs in."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from vreview.config import Config
from vreview.errors import CannotConfine

if TYPE_CHECKING:
    from vreview.adapters.confine import Confinement
    from vreview.adapters.sandbox import Offer
    from vreview.model.series import Oid


def untrusted_settings(*, asked: bool) -> tuple[str, ...]:
    """--untrusted as a setting, so that a run that is resumed is no less careful."""
    return ("untrusted=true",) if asked else ()


def confinement(config: Config) -> Confinement:
    """What a stranger's commands run in: nothing, unless the settings say that there is one.

    Raises CannotConfine when the machine gives no sandbox and the settings insist on it.
    """
    from vreview.adapters.confine import UNCONFINED, Unconfined

    if not config.untrusted:
        return UNCONFINED
    if config.sandbox == "off":
        return Unconfined(strict=True)
    found = _offer(config)
    if found.sandbox is not None:
        return found.sandbox
    if config.sandbox == "required":
        raise CannotConfine(
            f"the series is a stranger's (untrusted), and {'; '.join(found.lacks)}",
            hint=f"{found.hint}; or go without a sandbox: -c sandbox=best-effort",
        )
    return Unconfined(strict=True)


def trust_remarks(config: Config) -> tuple[str, ...]:
    """What the report must say of the confinement: where it is not all that it should be."""
    if not config.untrusted:
        return ()
    if config.sandbox == "off":
        return ("untrusted: what was built and booted ran without a sandbox (sandbox=off)",)
    found = _offer(config)
    if found.sandbox is None:
        why = "; ".join(found.lacks)
        return (f"untrusted: what was built and booted ran without a sandbox: {why}",)
    return tuple(f"untrusted: of the sandbox, {lack}" for lack in found.lacks)


def own_commits(tree: Path, config: Config, *, reviewing: bool) -> Callable[[Oid], bool]:
    """Which commits a review takes for the tree's own, and not for the series': what HEAD holds.
    Of a commit that was only named, nobody said whose it is."""
    from vreview.adapters.kbuild.lineage import nothing_is_own
    from vreview.adapters.kbuild.slots import in_history

    if not (config.untrusted and reviewing):
        return nothing_is_own
    return lambda commit: in_history(tree, commit)


def _offer(config: Config) -> Offer:
    from vreview.adapters.sandbox import offer

    return offer(jobs=config.jobs or len(os.sched_getaffinity(0)))
