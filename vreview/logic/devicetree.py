# SPDX-License-Identifier: GPL-2.0-or-later
"""Device trees that a series touches, and that nothing here holds against their schemas.

Neither compiles them nor knows the schemas: says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

_TREES = (
    "arch/*/boot/dts/*.dts",
    "arch/*/boot/dts/*.dtsi",
    "arch/*/boot/dts/*.dtso",
    "Documentation/devicetree/bindings/*.yaml",
)


def unchecked_trees(touched: Iterable[str]) -> str | None:
    """A sentence that names them; None when there are none."""
    names = sorted(
        path for path in touched if any(fnmatchcase(path, pattern) for pattern in _TREES)
    )
    if not names:
        return None
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return (
        f"device trees are touched ({names[0]}{more}), and their schemas were not asked:"
        " make dtbs_check does, with dtc and the Python package dtschema"
    )
