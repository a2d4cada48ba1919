# SPDX-License-Identifier: GPL-2.0-or-later
"""The checks, by the id of the rule that words their hits: every module here that has a ``RULE``
and a ``check``. No shared state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules

from vreview.analysis.facts import Check


def _found() -> Iterator[tuple[str, Check]]:
    for module in sorted(iter_modules(__path__), key=lambda module: module.name):
        loaded = import_module(f"{__name__}.{module.name}")
        if hasattr(loaded, "RULE"):
            yield loaded.RULE, loaded.check


CHECKS: Mapping[str, Check] = dict(_found())
