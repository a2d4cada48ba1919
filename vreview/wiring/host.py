# SPDX-License-Identifier: GPL-2.0-or-later
"""The doctor: what the machine has and lacks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vreview.config import Config
from vreview.wiring.machine import stored_kernel
from vreview.wiring.places import cache_folder, state_folder
from vreview.wiring.sources import kernel_repo
from vreview.wiring.tools import tool_checks

if TYPE_CHECKING:
    from vreview.adapters.host.doctor import Check


def _distribution() -> str:
    from vreview.adapters.host.packages import distribution

    release = Path("/etc/os-release")
    return distribution(release.read_text()) if release.exists() else ""


def install_missing() -> None:
    """``doctor --fix``: the missing packages, where we know how."""
    from vreview.adapters.host.doctor import missing_packages
    from vreview.adapters.host.packages import install

    absent = missing_packages()
    if absent:
        install(absent, _distribution())


def checks(config: Config, *, tree: Path | None, refresh: bool) -> tuple[Check, ...]:
    """The doctor's lines."""
    from vreview.adapters.boot.accelerator import probe
    from vreview.adapters.host.doctor import (
        Check,
        State,
        folder_check,
        looked_at,
        package_checks,
    )

    def the_tree() -> Check:
        repo = kernel_repo(tree, config=config)
        head = repo.resolve("HEAD")
        return Check("kernel tree", State.OK, f"{repo.git_folder}, {repo.subject(head)!r}")

    def the_accelerator() -> Check:
        found = probe(cache=cache_folder(), refresh=refresh, kernel=stored_kernel())
        return Check("accelerator", State.OK, f"{found.name}: {found.why} ({found.when})")

    return (
        *package_checks(_distribution()),
        *tool_checks(config),
        folder_check("cache", cache_folder()),
        folder_check("state", state_folder()),
        looked_at("kernel tree", the_tree),
        looked_at("accelerator", the_accelerator),
    )
