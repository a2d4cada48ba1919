# SPDX-License-Identifier: GPL-2.0-or-later
"""What happened when a tree was built, booted and tested.

Every state starts as the worst and earns success. A stage that was not reached is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from vreview.model.bench import Samples
from vreview.model.coverage import FileCounts
from vreview.model.injection import Injected
from vreview.model.kernel import Kernel
from vreview.model.observation import Observation, Place


class BuildState(Enum):
    FAILED = "failed"
    TIMED_OUT = "timed out"
    BUILT = "built"


class BootState(Enum):
    """How a boot ended. Only DONE means that the command in the guest ran to its end."""

    NO_OUTPUT = "no output"
    DIED_EARLY = "died before user space"
    PANIC = "panic"
    HANG = "hang"
    STOPPED = "stopped before the tests' end"
    DONE = "done"


class CaseState(Enum):
    """A test case's state; the value is the report's word."""

    CRASHED = "crashed"
    FAILED = "failed"
    SKIPPED = "skipped"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Built:
    """``observations`` are the compiler's warnings; when the state is FAILED its errors, and then
    the warnings as far as it got.

    ``compiled`` are the touched files that this build compiled into the kernel;
    ``not_compiled`` pairs each other touched C file with the reason. ``objects`` pairs compiled
    sources with the digest of their object's code, where it is known.
    """

    state: BuildState
    kernel: Kernel | None
    observations: tuple[Observation, ...]
    log: Path
    seconds: float
    from_store: bool = False
    compiled: tuple[str, ...] = ()
    not_compiled: tuple[tuple[str, str], ...] = ()
    objects: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    suite: str
    name: str
    state: CaseState
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a stack, as it was printed: ``offset`` and ``size`` are the function's bytes.

    ``guess``: the unwinder found the address on the stack and does not know how it came there.
    ``module`` is empty for what is built in. ``exact``: the processor stood there; of the others
    the address is where the function goes on after a call. ``at`` is where that lies in the source,
    the innermost inlined function first; empty where it was not looked up or is not known.
    """

    function: str
    offset: int
    size: int
    guess: bool = False
    module: str = ""
    exact: bool = False
    at: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Splat:
    """A report of the kernel about itself.

    ``kind`` is a row of the splat table ("kasan", "lockdep-circular"); ``title`` the normal form
    without addresses or offsets; ``functions`` the stack's functions, innermost first, without
    those that only report, and ``frames`` the same stack as it was printed.
    """

    kind: str
    title: str
    functions: tuple[str, ...]
    text: str
    line: int
    """Line in the console log, from 1."""
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Booted:
    """``phase_s``: (phase, seconds) in order; ``exit_status``: the guest command's, if it ended.

    ``remarks`` are sentences about what is odd with the boot itself and decides nothing.
    """

    state: BootState
    splats: tuple[Splat, ...]
    console: Path
    accelerator: str
    phase_s: tuple[tuple[str, float], ...] = ()
    exit_status: int | None = None
    why: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One boot for one suite or benchmark: ``name`` is its name, ``cases`` or ``samples`` what it
    said, ``observations`` the splats and failed cases. ``rest`` is a second boot, for the cases
    behind the one that spoilt the first. ``counts`` are the lines that a counting
    kernel ran, ``injected`` the failures of a boot that made some."""

    name: str
    booted: Booted
    cases: tuple[Case, ...] = ()
    samples: tuple[Samples, ...] = ()
    observations: tuple[Observation, ...] = ()
    counts: tuple[FileCounts, ...] = ()
    injected: Injected | None = None
    rest: Booted | None = None

    @property
    def finished(self) -> bool:
        """It came to the end of what it was for."""
        return BootState.DONE in (self.booted.state, self.rest and self.rest.state)

    @property
    def splats(self) -> tuple[Splat, ...]:
        """Those of all its boots."""
        return (*self.booted.splats, *(self.rest.splats if self.rest else ()))


@dataclass(frozen=True, slots=True)
class Trial:
    """One tree under one profile: built, then booted once a run, as far as it got."""

    tree: str
    profile: str
    built: Built | None = None
    runs: tuple[Run, ...] = ()
