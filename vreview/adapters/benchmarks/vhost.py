# SPDX-License-Identifier: GPL-2.0-or-later
"""What a packet through vhost-net costs: instructions, or packets a second.

The measuring is in vreview/guest/vhost/bench.c; docs/measuring.md says what the modes mean.
Compares nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from vreview.adapters.suites.guestbin import guest_program
from vreview.adapters.suites.paths import touches
from vreview.logic.stats import quantile
from vreview.model.bench import Better, Metric, Mode, Samples
from vreview.ports import Deadlines, GuestJob

_HEAD = re.compile(r"bench version 1 mode (?P<mode>\w+) frame \d+ batch (?P<batch>\d{1,4}) warmup ")
_BATCHES = re.compile(
    r"batches (?P<name>vhost-[rt]x) phase \d+ ticks(?P<ticks>(?: \d{1,15}){1,4096})$"
)
_END = "bench done"
_THRESHOLD = {"vhost-tx": 0.002, "vhost-rx": 0.01}
"""Deterministic mode. Measured with kernels that differ elsewhere: docs/measuring.md."""
_UNDISTURBED = 0.10
"""Which batch speaks for a phase: on a busy host most others were interrupted."""


class VhostBenchmark:
    """ports.Benchmark. ``cache`` is vreview's cache folder, where the program is kept."""

    name = "vhost"

    def __init__(self, *, cache: Path | None = None, cc: str = "gcc") -> None:
        self._cache = cache
        self._cc = cc

    def wanted(self, touched: Sequence[str]) -> bool:
        return touches("vhost", touched)

    def prepare(self, folder: Path, *, mode: Mode) -> GuestJob:
        program = guest_program("vhost", folder=folder, cache=self._cache, cc=self._cc)
        return GuestJob(
            (str(program), "bench", "--mode", mode.value),
            folder,
            mode=mode,
            cpus=1 if mode is Mode.DETERMINISTIC else 2,
            # It prints at its end: the console is silent until then.
            deadlines=Deadlines(command=240.0, silence=240.0),
        )

    def read(self, output: str, *, mode: Mode) -> tuple[Samples, ...]:
        """One Samples for each direction; none unless the program came to its end.

        DETERMINISTIC: a value a batch, grouped by phase. WALL: a value a phase, one group, this
        boot. Lines that are not the program's are passed over.
        """
        lines = [line.strip() for line in output.splitlines()]
        head = next(filter(None, map(_HEAD.match, lines)), None)
        if head is None or head["mode"] != mode.value or _END not in lines:
            return ()
        batch = int(head["batch"])
        phases: dict[str, list[tuple[int, ...]]] = {}
        for found in filter(None, map(_BATCHES.match, lines)):
            ticks = tuple(map(int, found["ticks"].split()))
            phases.setdefault(found["name"], []).append(ticks)
        if not batch or not all(all(t) for of in phases.values() for t in of):
            return ()
        return tuple(
            _samples(name, phases[name], batch=batch, mode=mode) for name in sorted(phases)
        )


def _samples(name: str, phases: Sequence[Sequence[int]], *, batch: int, mode: Mode) -> Samples:
    """The figures of one direction. A tick is an instruction, or a nanosecond."""
    if mode is Mode.DETERMINISTIC:
        metric = Metric(
            f"{name}:instructions_per_packet",
            "instructions",
            Better.LOWER,
            mode,
            threshold=_THRESHOLD[name],
        )
        return Samples(metric, tuple(tuple(t / batch for t in ticks) for ticks in phases))
    metric = Metric(f"{name}:packets_per_second", "packets/s", Better.HIGHER, mode)
    rates = tuple(batch * 1e9 / quantile(ticks, _UNDISTURBED) for ticks in phases)
    return Samples(metric, (rates,))
