# SPDX-License-Identifier: GPL-2.0-or-later
"""Failures that were made on purpose, one at a time, and what ran because of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Injection:
    """One failure in one run of a case: the ``nth`` call that can fail in the ``occurrence``-th
    ``call`` ("VHOST_SET_OWNER") that the case made.

    ``run`` counts all runs of a boot, ``pid`` is the task whose call it was, ``ended`` how the case
    ended ("exit-1", "late", "stuck"): that it fails is expected. ``what`` is the kernel's name for
    what failed ("failslab"), ``stack`` its functions, innermost first, without those that only
    inject; both are empty when the console did not tell.
    """

    run: int
    case: str
    call: str
    nth: int
    occurrence: int = 1
    pid: int = 0
    ended: str = ""
    what: str = ""
    stack: tuple[str, ...] = ()

    def __str__(self) -> str:
        """What failed, to stand after "with"."""
        kind = _KINDS.get(self.what, "call")
        inside = next((f for f in self.stack if not f.startswith(_ALLOCATORS)), "")
        where = f" in {inside}()" if inside else ""
        return f"{_a(kind)}{where} failing (the {ordinal(self.nth)} that can in {self.call})"


@dataclass(frozen=True, slots=True)
class Reached:
    """A line of the source that ran for the first time in run ``run`` of the boot."""

    path: str
    line: int
    run: int


@dataclass(frozen=True, slots=True)
class Injected:
    """The failures of one boot, in order. ``marks`` are the places on the console that tell of
    runs: line numbers from 1, each with the run's number. ``reached`` has the runs without a
    failure, too: their numbers are of no injection."""

    injections: tuple[Injection, ...]
    marks: tuple[tuple[int, int], ...] = ()
    reached: tuple[Reached, ...] = ()


_KINDS = {
    "failslab": "allocation",
    "fail_page_alloc": "page allocation",
    "fail_usercopy": "copy from or to user space",
    "fail_function": "function",
    "fail_futex": "futex operation",
}
_ALLOCATORS = (
    "kmalloc",
    "kzalloc",
    "kcalloc",
    "kmem_cache_",
    "__kmalloc",
    "__kmem_cache",
    "kvmalloc",
    "kmemdup",
    "krealloc",
    "kstrdup",
    "vmalloc",
    "__vmalloc",
    "vzalloc",
    "alloc_pages",
    "__alloc_pages",
    "__get_free_pages",
    "get_zeroed_page",
    "prepare_alloc_pages",
    "slab_",
    "___slab",
    "__slab",
    "allocate_slab",
    "new_slab",
    "_copy_from",
    "_copy_to",
    "copyin",
    "copyout",
    "copy_from_user",
    "copy_to_user",
    "memdup_user",
)


def ordinal(number: int) -> str:
    """ "1st", "2nd", "11th"."""
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}" + {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
