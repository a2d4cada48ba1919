# SPDX-License-Identifier: GPL-2.0-or-later
"""Every way in which *our* side can fail.

A kernel that does not apply, build or boot is not here: that is a result.

    VreviewError                 base; ``exit_code``, ``hint``
    ├── InputError               2   the caller gave something unusable
    │   ├── SeriesError              no series in it, or an incomplete one
    │   ├── HostileInput             a path or link that leaves the tree
    │   ├── TreeError                not a kernel, not a repository, no such revision
    │   └── ConfigError              a value in a config file or a rule folder
    └── OurFailure               3   the machine or a tool let us down
        ├── CommandFailed            a command exited non-zero where it must not
        ├── CommandTimeout           … or did not end before its deadline
        ├── LimitExceeded            … or used more of the machine than it may
        ├── CannotConfine            a stranger's code, and no sandbox to run it in
        ├── GuestLost                QEMU was ended from outside, or had no processor to run on
        ├── ToolMissing              a program that is not installed
        └── StorageFailed            disk full, no permission, damaged store
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

_ROOM = "free some space; df -h says where"


def _tail(output: str) -> str:
    """The last lines, indented: another program's "error:" is not ours."""
    return "\n".join(f"  {line}" for line in output.rstrip().splitlines()[-12:])


class VreviewError(Exception):
    """Base of all. ``str()`` says what was tried, on what, and what came back.

    ``hint`` is the command or the change to try next; the CLI prints it after "hint:".
    """

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class InputError(VreviewError):
    """What the caller gave cannot be used."""

    exit_code = 2


class SeriesError(InputError):
    """The mails hold no series, or an incomplete or ambiguous one."""


class HostileInput(InputError):
    """A patch tries to reach outside the tree. ``path`` is what it named."""

    def __init__(self, message: str, *, path: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.path = path


class TreeError(InputError):
    """The tree is not a git repository, not a kernel, or lacks the revision."""


class ConfigError(InputError):
    """A config file, rule folder or fragment says something that it may not."""


class OurFailure(VreviewError):
    """The machine or a tool failed; this says nothing about the kernel."""


class CommandFailed(OurFailure):
    """A command exited with a status that its caller did not expect."""

    def __init__(
        self,
        argv: Sequence[str],
        status: int,
        *,
        output: str = "",
        log: Path | None = None,
        hint: str = "",
    ) -> None:
        self.argv = tuple(argv)
        self.status = status
        self.output = output
        self.log = log
        tail = _tail(output)
        where = f"\nfull output: {log}" if log else ""
        super().__init__(
            f"`{shlex.join(self.argv)}` ended with status {status}"
            + (f":\n{tail}" if tail else " and printed nothing")
            + where,
            hint=hint or (_ROOM if "No space left on device" in output else ""),
        )


class CommandStopped(OurFailure):
    """A command was killed with its children. ``how`` is what is said of it, a verb first."""

    def __init__(
        self, argv: Sequence[str], how: str, *, output: str = "", log: Path | None = None
    ) -> None:
        self.argv = tuple(argv)
        self.output = output
        self.log = log
        tail = _tail(output)
        super().__init__(
            f"`{shlex.join(self.argv)}` {how}"
            + (f"; its last output:\n{tail}" if tail else " and printed nothing")
            + (f"\nfull output: {log}" if log else "")
        )


class CommandTimeout(CommandStopped):
    """It did not end within its deadline."""

    def __init__(
        self, argv: Sequence[str], deadline_s: float, *, output: str = "", log: Path | None = None
    ) -> None:
        self.deadline_s = deadline_s
        super().__init__(argv, f"did not end within {deadline_s:g} s", output=output, log=log)


class LimitExceeded(CommandStopped):
    """It used more than it may. ``sentence`` says what."""

    def __init__(
        self, argv: Sequence[str], sentence: str, *, output: str = "", log: Path | None = None
    ) -> None:
        self.sentence = sentence
        super().__init__(argv, f"was stopped: {sentence}", output=output, log=log)


class CannotConfine(OurFailure):
    """A stranger's code was to be run, and this machine gives no sandbox for it."""


class GuestLost(OurFailure):
    """A guest that something outside of it ended: what it would have done is not known.

    Another boot of the same may well come to its end.
    """


class ToolMissing(OurFailure):
    """A program that is needed is not installed. ``tool`` is its name."""

    def __init__(self, tool: str, *, needed_for: str) -> None:
        super().__init__(
            f"`{tool}` is not installed; it is needed to {needed_for}",
            hint="vreview doctor --fix",
        )
        self.tool = tool


class StorageFailed(OurFailure):
    """A file could not be written or what is stored is damaged. ``path`` says where."""

    def __init__(self, message: str, *, path: Path, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.path = path
