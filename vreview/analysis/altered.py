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
def _slots(kind: type) -> tuple[tuple[tuple[Any, Any], ...], dict[str, Any]]:
    """Each field's getter and setter; and the setters by name."""
    slots = {n: kind.__dict__[n] for n in kind.__slots__}  # type: ignore[attr-defined]
    return (
        tuple((slot.__get__, slot.__set__) for slot in slots.values()),
        {name: slot.__set__ for name, slot in slots.items()},
    )


def replace(value: T, /, **changes: object) -> T:
    """A copy of ``value`` with other values for the named fields."""
    kind = type(value)
    new = object.__new__(kind)
    slots, setters = _slots(kind)  # type: ignore[arg-type]
    for get, put in slots:
        put(new, get(value))
    for name, change in changes.items():
        setters[name](new, change)
    return new
