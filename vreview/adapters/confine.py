# SPDX-License-Identifier: GPL-2.0-or-later
"""Under what a command runs that executes a stranger's code: nothing here, ``sandbox`` elsewhere.

Whoever runs such a command says what it must reach; everything else of the host is out of its
reach, as far as the confinement goes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from vreview.adapters.proc import UNLIMITED, Done, Limits, run


@dataclass(frozen=True, slots=True)
class Reach:
    """What a command needs of the host besides the system's programs: absolute paths, each at the
    same place inside, but for those of ``moved``, which pairs them with another. ``devices`` are
    nodes of /dev; ``cwd`` is where it starts, as it is called inside."""

    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()
    devices: tuple[Path, ...] = ()
    cwd: Path | None = None
    moved: tuple[tuple[Path, Path], ...] = ()

    def inside(self, path: Path) -> Path:
        """Where a path of the host's is inside."""
        return dict(self.moved).get(path, path)


@dataclass(frozen=True, slots=True)
class Cell:
    """A command as it is to be started: ``argv`` and ``env`` for ``proc``, with its limits."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = UNLIMITED


class Confinement(Protocol):
    @property
    def strict(self) -> bool:
        """True when what runs is a stranger's: what it leaves behind is not to be believed."""
        ...

    @property
    def moves(self) -> bool:
        """True when it can show a folder at another place than it has: ``Reach.moved``."""
        ...

    def entered(
        self, argv: Sequence[str], *, reach: Reach, env: Mapping[str, str]
    ) -> AbstractContextManager[Cell]:
        """The command, to be run while the block lasts, and not by several at once that share a
        writable folder. ``env`` is all of the environment that it needs. Raises OurFailure."""
        ...


@dataclass(frozen=True, slots=True)
class Unconfined:
    """One's own code: the command as it is, in vreview's own environment."""

    strict: bool = False
    moves: bool = False

    @contextlib.contextmanager
    def entered(
        self,
        argv: Sequence[str],
        *,
        reach: Reach,  # noqa: ARG002
        env: Mapping[str, str],
    ) -> Iterator[Cell]:
        yield Cell(tuple(argv), env)


UNCONFINED = Unconfined()


def run_in(
    confinement: Confinement,
    argv: Sequence[str],
    *,
    reach: Reach,
    env: Mapping[str, str] | None = None,
    data: bytes | None = None,
    deadline_s: float = 600.0,
    check: bool = True,
    apart: bool = False,
    needed_for: str = "go on",
) -> Done:
    """As ``proc.run``, confined. Raises as that does."""
    with confinement.entered(argv, reach=reach, env=env or {}) as cell:
        return run(
            cell.argv,
            cwd=None if confinement.strict else reach.cwd,
            env=cell.env,
            data=data,
            deadline_s=deadline_s,
            check=check,
            apart=apart,
            limits=cell.limits,
            shown=argv,
            needed_for=needed_for,
        )
