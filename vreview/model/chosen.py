# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's own tests that a series chooses: KUnit suites and kselftest targets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Because:
    """The touched file that chose a test, and by what: a sentence's end ("it lies beside it")."""

    path: str
    how: str

    def __str__(self) -> str:
        return f"{self.path} ({self.how})"


@dataclass(frozen=True, slots=True)
class KunitTest:
    """``symbol`` is its option without ``CONFIG_``, ``sources`` the files that hold it, ``suites``
    the names under which it reports, as far as the sources say."""

    symbol: str
    sources: tuple[str, ...]
    suites: tuple[str, ...]
    because: Because


@dataclass(frozen=True, slots=True)
class Selftest:
    """``target`` is its folder below tools/testing/selftests ("filesystems/epoll")."""

    target: str
    because: Because


@dataclass(frozen=True, slots=True)
class Chosen:
    """``uncovered`` are touched files of the kernel that no test of either kind is for."""

    kunit: tuple[KunitTest, ...] = ()
    selftests: tuple[Selftest, ...] = ()
    uncovered: tuple[str, ...] = ()
