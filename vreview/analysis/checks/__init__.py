# SPDX-License-Identifier: GPL-2.0-or-later
"""The checks, by the id of the rule that words their hits: every module here that has a ``RULE``
and a ``check`` (of a function) or a ``check_file`` (of the text). No shared state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

from vreview.analysis.facts import Check, FileCheck


def _modules() -> Iterator[ModuleType]:
    names = [module.name for module in walk_packages(__path__, f"{__name__}.")]
    loaded = (import_module(name) for name in sorted(names))
    return (module for module in loaded if hasattr(module, "RULE"))


_MODULES = tuple(_modules())

CHECKS: Mapping[str, Check] = {m.RULE: m.check for m in _MODULES if hasattr(m, "check")}

FILE_CHECKS: Mapping[str, FileCheck] = {
    m.RULE: m.check_file for m in _MODULES if hasattr(m, "check_file")
}
"""Checks of the text, for what stands outside of functions too."""

NAMES = frozenset(CHECKS) | frozenset(FILE_CHECKS)
