# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of the system's packages vreview needs, which are missing, and how to get them."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from vreview.adapters import proc
from vreview.errors import InputError

_TABLE = Path(__file__).with_name("packages.tsv")
_INSTALL = {
    "debian": ("apt-get", "install", "-y", "--no-install-recommends"),
    "fedora": ("dnf", "install"),
    "arch": ("pacman", "-S"),
}
_APT_DEADLINE_S = 900.0


@dataclass(frozen=True, slots=True)
class Package:
    """One row of packages.tsv; ``names`` pairs a distribution with its package's name."""

    names: tuple[tuple[str, str], ...]
    shows: str
    purpose: str

    def name(self, distribution: str) -> str:
        """The package's name there, "" where the distribution has none."""
        return dict(self.names).get(distribution, "")

    @property
    def present(self) -> bool:
        if self.shows.startswith("/"):
            return Path(self.shows).exists()
        return shutil.which(self.shows) is not None


def packages() -> tuple[Package, ...]:
    """All rows of the table."""
    rows = (line.split("\t") for line in _TABLE.read_text().splitlines() if line[:1] != "#")
    return tuple(
        Package(
            tuple(
                (distribution, "" if name == "-" else name)
                for distribution, name in zip(_INSTALL, row[:3], strict=True)
            ),
            row[3],
            row[4],
        )
        for row in rows
    )


def distribution(release: str) -> str:
    """debian, fedora, arch or "" from the text of /etc/os-release."""
    fields = dict(line.split("=", 1) for line in release.splitlines() if "=" in line)
    words = f"{fields.get('ID', '')} {fields.get('ID_LIKE', '')}".replace('"', "").split()
    return next((known for known in _INSTALL if known in words), "")


def install_command(missing: tuple[Package, ...], where: str) -> tuple[str, ...]:
    """The command that installs what is missing; empty where we do not know the names."""
    names = [p.name(where) for p in missing if p.name(where)]
    return (*_INSTALL[where], *names) if where in _INSTALL and names else ()


def install(missing: tuple[Package, ...], where: str) -> None:
    """Installs on Debian, with sudo when we are not root.

    Raises InputError elsewhere (with the command to type), CommandFailed, ToolMissing.
    """
    command = install_command(missing, where)
    if where != "debian":
        raise InputError(
            f"vreview installs packages on Debian only, this is {where or 'unknown'}",
            hint=" ".join(command) or "install the programs listed above",
        )
    root = () if os.geteuid() == 0 else ("sudo",)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    proc.run((*root, "apt-get", "update", "-qq"), deadline_s=_APT_DEADLINE_S)
    proc.run((*root, *command), env=quiet, deadline_s=_APT_DEADLINE_S)
