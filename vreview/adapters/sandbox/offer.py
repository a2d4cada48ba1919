# SPDX-License-Identifier: GPL-2.0-or-later
"""What this machine can give a stranger's code by way of a sandbox: tried out, not guessed."""

from __future__ import annotations

import functools
import os
import shutil
from dataclasses import dataclass

from vreview.adapters.confine import Reach
from vreview.adapters.proc import run
from vreview.adapters.sandbox import cgroup
from vreview.adapters.sandbox.bwrap import Limited, bubblewrapped
from vreview.adapters.sandbox.sandbox import Sandbox, allowance
from vreview.errors import CommandTimeout, ToolMissing

_DEADLINE_S = 20.0
_NEEDED = ("setpriv", "prlimit", "choom", "env", "find")


@dataclass(frozen=True, slots=True)
class Offer:
    """``sandbox`` is None when there is none to be had; ``lacks`` says what it, or the machine,
    does not give, in sentences; ``hint`` what to type."""

    sandbox: Sandbox | None
    lacks: tuple[str, ...] = ()
    hint: str = ""


@functools.cache
def offer(*, jobs: int) -> Offer:
    """Runs a command in the sandbox, and says how that went."""
    for program in ("bwrap", *_NEEDED):
        if shutil.which(program) is None:
            return Offer(None, (f"{program} is not installed",), "vreview doctor --fix")
    refused = ""
    for nested in (True, False) if os.geteuid() == 0 else (False,):
        refused = _refusal(nested=nested)
        if not refused:
            groups = cgroup.hierarchy()
            return Offer(
                Sandbox(nested=nested, allowance=allowance(jobs=jobs), groups=groups),
                tuple(_lacks(nested=nested, groups=groups)),
            )
    return Offer(None, (f"bubblewrap cannot make a sandbox here: {refused}",), _hint())


def _refusal(*, nested: bool) -> str:
    """What bubblewrap says when it cannot; empty when a command ran to its end in it."""
    argv = bubblewrapped(
        ("true",),
        reach=Reach(),
        env={},
        limited=Limited(processes=64, file_bytes=1 << 20),
        tmp_bytes=1 << 20,
        root=os.geteuid() == 0,
        nested=nested,
    )
    try:
        done = run(argv, deadline_s=_DEADLINE_S, check=False)
    except (CommandTimeout, ToolMissing) as err:
        return str(err)
    lines = [line for line in done.text.splitlines() if line.strip()]
    return "" if done.status == 0 else (lines[-1] if lines else f"status {done.status}")


def _lacks(*, nested: bool, groups: cgroup.Hierarchy | None) -> list[str]:
    said = []
    if groups is None:
        said.append(
            "memory is limited for each process and not for all together: there is no control"
            " group that may be written to"
        )
    if os.geteuid() == 0 and not nested:
        said.append("the stranger's code may make user namespaces of its own")
    return said


def _hint() -> str:
    if os.geteuid() == 0:
        return "a container needs the right to make mount, pid and network namespaces"
    return "sysctl kernel.unprivileged_userns_clone user.max_user_namespaces; or run it as root"
