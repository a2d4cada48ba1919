# SPDX-License-Identifier: GPL-2.0-or-later
"""Why Kconfig dropped an option, from files as a tree has them."""

from __future__ import annotations

from pathlib import Path

from vreview.adapters.kbuild.dropped import explained
from vreview.model.kernel import Dropped


def test_each_reason_is_the_tree_s(tmp_path: Path) -> None:
    for name, depends in (("arch/arm", "ARM_OWN"), ("arch/x86", "X86_OWN"), ("lib", "DEBUG")):
        symbol = "BOTH" if name.startswith("arch") else "CHECK"
        (tmp_path / name).mkdir(parents=True)
        text = f'config {symbol}\n\tbool "own"\n\tdepends on {depends}\n'
        (tmp_path / name / "Kconfig.own").write_text(text)
    asked = tuple(Dropped(symbol, "y", "n", "test") for symbol in ("BOTH", "CHECK", "GONE"))
    assert [d.why for d in explained(asked, tmp_path)] == [
        "depends on X86_OWN",
        "depends on DEBUG",
        "this tree has no such option",
    ]


def test_nothing_dropped_reads_nothing(tmp_path: Path) -> None:
    assert explained((), tmp_path / "not-there") == ()
