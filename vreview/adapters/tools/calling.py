# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tools' adapters share: a private folder to look in, and one way to call a program."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from vreview.adapters.confine import Confinement, Reach, run_in
from vreview.adapters.leftovers import scratch
from vreview.adapters.proc import Done, run
from vreview.errors import CommandFailed, HostileInput
from vreview.model.look import Look, Unit
from vreview.model.observation import Observation

KILLED = -signal.SIGKILL
"""The status of a command that we killed on Ctrl-C, or the system for want of memory: whoever runs
one command after the other stops."""

_VERSION_DEADLINE_S = 20.0
_QUIET = {"LC_ALL": "C", "NO_COLOR": "1"}


def called(
    argv: Sequence[str],
    *,
    reach: Reach,
    confinement: Confinement,
    deadline_s: float,
    data: bytes | None = None,
    statuses: Iterable[int] = (0,),
) -> Done:
    """A tool that ran to its end; stderr is kept apart. Raises CommandFailed for a status that is
    not among ``statuses``, CommandTimeout, LimitExceeded, ToolMissing."""
    done = run_in(
        confinement,
        argv,
        reach=reach,
        env=_QUIET,
        data=data,
        deadline_s=deadline_s,
        check=False,
        apart=True,
        needed_for="read the series as it does",
    )
    if done.status not in tuple(statuses):
        said = (done.errors or done.output).decode(errors="replace")
        raise CommandFailed(argv, done.status, output=said)
    return done


def of_unit(unit: Unit) -> Reach:
    """What a tool needs that reads a file as the build compiles it."""
    return Reach(readable=(unit.source, unit.cwd), cwd=unit.cwd)


def version_line(*argv: str) -> str:
    """The first line that a program prints about itself. Raises ToolMissing, CommandTimeout."""
    done = run(argv, env=_QUIET, deadline_s=_VERSION_DEADLINE_S, check=False)
    return next((line.strip() for line in done.text.splitlines() if line.strip()), "")


@contextlib.contextmanager
def alone(at: Look) -> Iterator[Path]:
    """A folder of ours, gone afterwards, that holds the file and the touched headers at their own
    paths and nothing else. Raises HostileInput for a path that leaves it."""
    with scratch("look") as made:
        folder = made.resolve()
        for path, text in (*at.headers, (at.file, at.text)):
            if path:
                target = folder / _inside(path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(text)
        yield folder


def of_file(said: Iterable[Observation], file: str) -> tuple[Observation, ...]:
    """What is about the file: a tool's output may name others, or be made to."""
    return tuple(one for one in said if one.place.file == file)


def _inside(path: str) -> PurePosixPath:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\0" in path or not pure.parts:
        raise HostileInput(f"the path {path!r} leaves the tree", path=path)
    return pure
