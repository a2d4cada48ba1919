# SPDX-License-Identifier: GPL-2.0-or-later
"""The suite that drives /dev/vhost-net as a virtio user would.

The tests themselves are in vreview/guest/vhost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from vreview.adapters.suites.guestbin import guest_program
from vreview.model.trial import Case, CaseState
from vreview.parse.ktap import parse_ktap
from vreview.ports import Deadlines, GuestJob

_ON_THE_WAY = (
    "drivers/vhost/*",
    "include/uapi/linux/vhost*.h",
    "include/linux/vhost*.h",
    "include/uapi/linux/virtio_ring.h",
    "include/uapi/linux/virtio_net.h",
    "include/linux/virtio_net.h",
    # The backend: what hands the packets over, and what vhost calls in it.
    "drivers/net/tun.c",
    "drivers/net/tap.c",
    "drivers/net/macvtap.c",
    "include/linux/if_tun.h",
    "include/linux/if_tap.h",
    "include/linux/ptr_ring.h",
    # How vhost reaches the owner's memory, and is told that it changes.
    "mm/mmu_notifier.c",
    "include/linux/mmu_notifier.h",
    "mm/gup.c",
    "lib/iov_iter.c",
    "include/linux/uio.h",
    # Kick and call; the packets' own memory.
    "fs/eventfd.c",
    "include/linux/eventfd.h",
    "net/core/skbuff.c",
    "include/linux/skbuff.h",
    "net/core/dev.c",
    "net/core/xdp.c",
    "include/net/xdp.h",
)
"""Files on the way of a packet, or of the memory that holds a ring."""

_PLANNED = re.compile(r"# case (?P<number>\d{1,4}): (?P<name>[a-z0-9-]{1,64})$")
_UNNAMED = re.compile(r"test (?P<number>\d{1,4})$")


def touches_vhost(touched: Sequence[str]) -> bool:
    """Whether a series that touches these files could change what vhost-net does."""
    return any(fnmatchcase(path, pattern) for path in touched for pattern in _ON_THE_WAY)


class VhostSuite:
    """ports.TestSuite. ``cache`` is vreview's cache folder, where the program is kept."""

    name = "vhost"

    def __init__(self, *, cache: Path | None = None, cc: str = "gcc") -> None:
        self._cache = cache
        self._cc = cc

    def wanted(self, touched: Sequence[str]) -> bool:
        return touches_vhost(touched)

    def prepare(self, folder: Path) -> GuestJob:
        program = guest_program("vhost", folder=folder, cache=self._cache, cc=self._cc)
        # All together take 10 to 20 s. The program is patient with what is late (ktap.c): 150 s go
        # to the first cases that hang, and then 2 s to each of 75 that get nothing through. One
        # case is silent for 65 s at most: 45 s until it is killed, 20 s until it is given up.
        deadlines = Deadlines(command=600.0, silence=120.0)
        return GuestJob((str(program), "test"), folder, deadlines=deadlines)

    def read(self, output: str) -> tuple[Case, ...]:
        """As ktap; a case that never reported has its name from the plan all the same.

        The program says at its start which cases it will run, so that a base where a case passed
        and a tip that died in it speak of the same one.
        """
        names: dict[str, str] = {}
        rest = []
        for line in output.splitlines():
            found = _PLANNED.match(line.strip())
            if found:
                names[found["number"]] = found["name"]
            else:
                rest.append(line)
        return tuple(_named(case, names) for case in parse_ktap("\n".join(rest), suite=self.name))


def _named(case: Case, names: dict[str, str]) -> Case:
    found = _UNNAMED.match(case.name) if case.state is CaseState.CRASHED else None
    return replace(case, name=names.get(found["number"], case.name)) if found else case
