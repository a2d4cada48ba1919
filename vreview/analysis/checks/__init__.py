# SPDX-License-Identifier: GPL-2.0-or-later
"""The checks, by the id of the rule that words their hits. One module each; no shared state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from vreview.analysis.hit import Hit

Check = Callable[..., Iterator[Hit]]


def _silent(*_: object) -> Iterator[Hit]:
    return iter(())


CHECKS: Mapping[str, Check] = {
    "positive-errno": _silent,
    "minus-one-errno": _silent,
    "invented-errno": _silent,
    "stale-error-on-success": _silent,
    "asymmetric-release": _silent,
    "kept-after-release": _silent,
    "missing-unlock": _silent,
    "waiter-under-callback-lock": _silent,
    "sleep-in-callback": _silent,
}
