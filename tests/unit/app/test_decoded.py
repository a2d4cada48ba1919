# SPDX-License-Identifier: GPL-2.0-or-later
"""Splats with lines: what the observation shows, and whom a function that was inlined leads to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from vreview.app.decoded import with_lines
from vreview.model.observation import Place
from vreview.model.trial import Booted, BootState, Frame, Run
from vreview.parse.console import parse_splats, splat_observation

_LOG = """\
[    1.000000] BUG: kernel NULL pointer dereference, address: 0000000000000008
[    1.000001] #PF: supervisor read access in kernel mode
[    1.000002] Oops: 0000 [#1] PREEMPT SMP
[    1.000003] RIP: 0010:own_ioctl+0x24/0x90
[    1.000004] Call Trace:
[    1.000005]  <TASK>
[    1.000006]  __x64_sys_ioctl+0x8f/0xd0
[    1.000007]  do_syscall_64+0x3a/0x90
[    1.000008]  </TASK>
[    1.000009] ---[ end trace 0000000000000000 ]---
"""
_INNER = Place("drivers/own/own.c", 12, "own_find")
_OUTER = Place("drivers/own/own.c", 40, "own_ioctl")


def _run() -> Run:
    splats = parse_splats(_LOG)
    booted = Booted(BootState.DONE, splats, Path("console"), "tcg")
    return Run("smoke", booted, observations=tuple(map(splat_observation, splats)))


def _lines(frames: object) -> dict[Frame, tuple[Place, ...]]:
    fault = Frame("own_ioctl", 0x24, 0x90, exact=True)
    assert isinstance(frames, tuple)
    assert fault in frames, "where the processor stood is asked about as such"
    return {fault: (_INNER, _OUTER)}


def test_the_places_stand_in_the_evidence_and_the_fact_stays_the_same() -> None:
    before, after = _run(), with_lines(_run(), _lines)
    (old,), (new,) = before.observations, after.observations
    assert new.fingerprint == old.fingerprint
    told = [(step.text, step.place) for step in new.evidence if step.place in (_INNER, _OUTER)]
    assert told == [("in own_find()", _INNER), ("in own_ioctl()", _OUTER)]


def test_nothing_is_asked_about_a_boot_without_a_splat() -> None:
    quiet = replace(
        _run(), booted=Booted(BootState.DONE, (), Path("console"), "tcg"), observations=()
    )

    def never(_: object) -> dict[Frame, tuple[Place, ...]]:
        raise AssertionError("there was nothing to look up")

    assert with_lines(quiet, never) == quiet
