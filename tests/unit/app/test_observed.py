# SPDX-License-Identifier: GPL-2.0-or-later
"""What a review says of a splat that only the tip's boots showed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from vreview.app.observed import Observed
from vreview.app.trial import Exercise, Side
from vreview.model.series import Mail, MessageId, Patch, Person, Series
from vreview.model.trial import Booted, BootState, Run
from vreview.parse.console import parse_splats, splat_observation
from vreview.parse.diff import parse_diff
from vreview.ports import GuestJob

_WHO = Person("Ada", "ada@example.org")
_DIFF = b"""diff --git a/drivers/quux.c b/drivers/quux.c
--- a/drivers/quux.c
+++ b/drivers/quux.c
@@ -10,2 +10,3 @@ static int quux_put(struct quux *q)
 	a();
+	b();
 	return 0;
"""
_CONSOLE = """BUG: KASAN: slab-use-after-free in {0}+0x1/0x9
Read of size 8 at addr ffff888005a3c010 by task quuxd/77
Call Trace:
 quux_get+0x1/0x9
 {0}+0x1/0x9
 quux_ioctl+0x1/0x9
"""


def _prepare(folder: Path) -> GuestJob:
    raise AssertionError("nothing is run here")


def _run(console: str) -> Run:
    splats = parse_splats(console)
    booted = Booted(BootState.DONE, splats, Path("/c"), "fake")
    return Run("vhost", booted, observations=tuple(map(splat_observation, splats)))


@pytest.mark.parametrize(
    ("function", "patch", "said"),
    [
        ("quux_put", 1, "patch 1/1 changed quux_put() (second frame)"),
        ("quux_peek", None, "no changed function on the stack"),
    ],
)
def test_a_new_splat_names_the_patch_and_how_often_the_base_had_it(
    function: str, patch: int | None, said: str
) -> None:
    day = datetime(2026, 11, 20, tzinfo=UTC)
    mail = Mail(MessageId("1@example.org"), "[PATCH] x", _WHO, day)
    changes = Patch(1, "x", _WHO, day, "", (), parse_diff(_DIFF), b"", mail)
    observed = Observed(Series("x", 1, 1, (changes,)))
    exercise = Exercise("vhost", "test", _prepare, lambda _: ((), ()))
    tip = _run(_CONSOLE.format(function))
    observed.exercised(exercise, {Side.BASE: (_run(""), _run("")), Side.TIP: (tip,)})
    (finding,) = observed.findings
    assert finding.patch == patch
    assert finding.notes == (said, "seen on the base in 0 of 2 runs")
