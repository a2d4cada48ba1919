# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

from vreview.logic.devicetree import unchecked_trees


def test_sources_and_bindings_of_device_trees_are_named() -> None:
    said = unchecked_trees(
        (
            "drivers/net/x.c",
            "arch/arm64/boot/dts/vendor/board.dts",
            "Documentation/devicetree/bindings/net/x.yaml",
        )
    )
    assert said is not None
    assert said.startswith(
        "device trees are touched (Documentation/devicetree/bindings/net/x.yaml and 1 more)"
    )


def test_what_is_no_device_tree_says_nothing() -> None:
    assert unchecked_trees(("drivers/of/base.c", "Documentation/devicetree/usage.rst")) is None
