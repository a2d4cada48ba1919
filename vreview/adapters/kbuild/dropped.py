# SPDX-License-Identifier: GPL-2.0-or-later
"""Why Kconfig dropped an option: what the tree's Kconfig files say that it depends on.

Quotes the dependency, does not evaluate it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from vreview.model.kernel import Dropped
from vreview.parse.kconfig import dependencies

_CONFIG = re.compile(r"^\s*(?:menu)?config\s+(\w+)\s*$", re.MULTILINE)


def explained(dropped: Sequence[Dropped], source: Path) -> tuple[Dropped, ...]:
    """The same, each with its ``why`` where the tree tells. Reads no file when there are none."""
    if not dropped:
        return ()
    defined = _definitions(source, {each.symbol for each in dropped})
    return tuple(replace(d, why=_why(d, defined.get(d.symbol))) for d in dropped)


def _why(dropped: Dropped, kconfig: str | None) -> str:
    if kconfig is None:
        return "this tree has no such option"
    needs = dependencies(kconfig, dropped.symbol)
    return f"depends on {' && '.join(needs)}" if needs else ""


def _definitions(source: Path, symbols: Collection[str]) -> dict[str, str]:
    """Symbol → text of the Kconfig file that defines it; x86's before other architectures'."""
    found: dict[str, str] = {}
    for folder, folders, names in os.walk(source):
        folders.sort(key=lambda name: (name != "x86", name))
        for name in sorted(names):
            if not name.startswith("Kconfig"):
                continue
            text = Path(folder, name).read_text(errors="replace")
            for symbol in _CONFIG.findall(text):
                if symbol in symbols:
                    found.setdefault(symbol, text)
    return found
