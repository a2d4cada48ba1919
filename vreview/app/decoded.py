# SPDX-License-Identifier: GPL-2.0-or-later
"""The splats of a boot with the lines of source that their stacks lead through.

Looks nothing up by itself: the function that is passed in does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from vreview.model.observation import Origin, Place
from vreview.model.trial import Frame, Run, Splat
from vreview.parse.console import splat_observation

Lines = Callable[[Sequence[Frame]], Mapping[Frame, tuple[Place, ...]]]
"""The places of frames; those that are not known are left out."""

_DEPTH = 12
"""Frames of a stack that are looked up: deeper ones are how the system call came in."""


def with_lines(run: Run, lines: Lines) -> Run:
    """The run, its splats' frames with places, and the splats' observations with them.

    ``lines`` is asked once, and not at all where there is no splat.
    """
    asked = tuple(dict.fromkeys(f for splat in run.booted.splats for f in _worth(splat)))
    known = lines(asked) if asked else {}
    return _run(run, known) if known else run


def _worth(splat: Splat) -> tuple[Frame, ...]:
    return tuple(islice((frame for frame in splat.frames if not frame.guess), _DEPTH))


def _run(run: Run, known: Mapping[Frame, tuple[Place, ...]]) -> Run:
    splats = tuple(_splat(splat, known) for splat in run.booted.splats)
    told = iter(splats)
    observations = tuple(
        splat_observation(next(told)) if one.origin is Origin.CONSOLE and one.tool == "kernel"
        else one
        for one in run.observations
    )  # fmt: skip
    return replace(run, booted=replace(run.booted, splats=splats), observations=observations)


def _splat(splat: Splat, known: Mapping[Frame, tuple[Place, ...]]) -> Splat:
    return replace(splat, frames=tuple(replace(f, at=known.get(f, f.at)) for f in splat.frames))
