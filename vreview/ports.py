# SPDX-License-Identifier: GPL-2.0-or-later
"""The seams, on one page: what the use cases need from the world.

Adapters implement these; ``wiring`` chooses which. Each contract here is held by
``tests/contract`` on the fake and on the real adapter alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from vreview.model.bench import Mode, Samples
from vreview.model.coverage import FileCounts
from vreview.model.kernel import Kernel, KernelConfig, Recipe
from vreview.model.look import Look, Seen, Sight, Unit
from vreview.model.review import Applied, Base, Review
from vreview.model.series import Oid, Series
from vreview.model.trial import Booted, Built, Case

if TYPE_CHECKING:  # the analysis takes long to import
    from vreview.analysis.mined import Census
    from vreview.analysis.summary import Library


class Observer(Protocol):
    """Told how long work goes on. Never decides anything; writes to stderr, if anywhere."""

    def begin(self, what: str) -> None: ...

    def advance(self, done: int, total: int | None, detail: str = "") -> None: ...

    def end(self, what: str, result: str) -> None: ...


class SeriesSource(Protocol):
    """Turns what the user named (mbox, Maildir, folder, range, message-id) into mails."""

    def read(self, name: str) -> tuple[bytes, ...]:
        """Raw RFC 2822 messages. Raises SeriesError when there is nothing of the kind."""
        ...


class Repo(Protocol):
    """A kernel tree's object store. Writes objects, and refs under refs/vreview/ only."""

    def resolve(self, revision: str) -> Oid:
        """Full commit id. Raises TreeError when there is no such commit."""
        ...

    def read(self, revision: Oid, path: str) -> bytes | None:
        """A file's bytes in a commit, None when it is not a file there."""
        ...

    def tree(self, commit: Oid) -> Oid:
        """The commit's tree id."""
        ...

    def subject(self, commit: Oid) -> str:
        """The commit's title."""
        ...

    def blob(self, oid: str) -> bytes | None:
        """A blob's bytes by its id or an unambiguous prefix, None when it is not here."""
        ...

    def changed_paths(self, old: Oid, new: Oid) -> tuple[str, ...]:
        """Paths that differ between two commits, sorted."""
        ...

    def check_branch(self, name: str) -> None:
        """Raises TreeError for a branch that exists, or a name that git does not allow."""
        ...

    def make_branch(self, name: str, commit: Oid) -> None:
        """A branch of the user's, on the user's word. Raises TreeError as check_branch does."""
        ...

    def keep(self, applied: Applied) -> None:
        """Keeps the commits of an applied series from being collected."""
        ...

    def carried(self, commit: Oid, *, onto: Oid) -> Oid | None:
        """A commit with this one's change on top of ``onto``, as a 3-way merge; None where the two
        conflict. The same commit for the same arguments, under no ref."""
        ...

    def apply(self, series: Series, *, base: str | None) -> Applied:
        """Finds the base (as asked, when given) and applies; a conflict is a value.

        Patches after one that does not apply are tried on the last that did.
        """
        ...


@dataclass(frozen=True, slots=True)
class Indexed:
    """A tree in the index: its files, those of them that were read for it now, and the functions
    and bytes of the whole index."""

    files: int
    read: int
    functions: int
    bytes: int


class FunctionIndex(Protocol):
    """What the functions of whole trees do, kept between runs."""

    def library(self, tree: Oid, *, hidden: frozenset[str]) -> Library | None:
        """The functions of a tree but those of the files in ``hidden``; None when it was not
        indexed. Raises StorageFailed."""
        ...

    def build(self, tree: Oid, *, jobs: int, observer: Observer) -> Indexed:
        """Brings a tree into the index, with so many processes (0: one a core). A build that was
        stopped goes on where it was. Raises StorageFailed, OurFailure."""
        ...


class HabitSource(Protocol):
    """How the functions of a tree treat what they call."""

    def census(self, tree: Oid, *, jobs: int, observer: Observer) -> Census:
        """Counted over all its C files. Raises OurFailure."""
        ...


class Builder(Protocol):
    def build(
        self, commit: Oid, *, recipe: Recipe, touched: Sequence[str], observer: Observer
    ) -> Built:
        """Builds a commit, or takes it from the store. Raises OurFailure only for our side."""
        ...


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds allowed for each phase of a boot, and of silence on the console."""

    first_output: float = 30.0
    user_space: float = 120.0
    command: float = 300.0
    silence: float = 90.0


class Hardware(Enum):
    """What a guest may have beside processors, memory and what carries the job."""

    IOMMU = "iommu"
    """Intel's, and in use: what is behind it can be handed over to user space."""
    EDU = "edu"
    """QEMU's device for teaching: PCI 1234:11e8, registers in BAR 0, DMA in both directions."""


@dataclass(frozen=True, slots=True)
class GuestJob:
    """A command for the guest, as root, with ``folder`` of the host visible at the same path.

    ``mode`` DETERMINISTIC asks for one vCPU and icount; ``kernel_args`` are appended. ``collect``
    are the guest's files, and folders with all files in them, that come back after the command.
    ``hardware`` is there, and the kernel is told to use it. ``after`` are the words that, with the
    name of a case behind them, make the command run only what comes after that case.
    """

    command: tuple[str, ...]
    folder: Path
    mode: Mode = Mode.WALL
    cpus: int = 2
    memory_mib: int = 1024
    kernel_args: tuple[str, ...] = ()
    deadlines: Deadlines = field(default_factory=Deadlines)
    collect: tuple[str, ...] = ()
    hardware: frozenset[Hardware] = frozenset()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GuestRun:
    """How the boot went, what the command wrote to stdout (hostile text), and the collected files,
    each with its path in the guest (hostile bytes)."""

    booted: Booted
    output: str
    files: tuple[tuple[str, bytes], ...] = ()


class LineCounter(Protocol):
    """Which lines of a kernel's files ran, from what its guest sent back."""

    @property
    def folder(self) -> str:
        """Where guests have their counters."""
        ...

    def counts(self, kernel: Kernel) -> bool:
        """Whether the kernel counts lines at all."""
        ...

    def read(
        self, kernel: Kernel, files: Sequence[tuple[str, bytes]]
    ) -> tuple[tuple[FileCounts, ...], tuple[str, ...]]:
        """The counts by source file, and a sentence for each object whose counts nobody can read.
        Raises OurFailure."""
        ...


class BootBackend(Protocol):
    def run(self, kernel: Kernel, job: GuestJob, *, console: Path, observer: Observer) -> GuestRun:
        """Boots and runs. The console file grows as the guest writes; QEMU never outlives this."""
        ...


class TestSuite(Protocol):
    """A correctness suite: chosen by touched files, prepared once, read from KTAP."""

    @property
    def name(self) -> str: ...

    def wanted(self, touched: Sequence[str]) -> bool: ...

    def prepare(self, folder: Path) -> GuestJob:
        """Puts the programs into ``folder`` and says what to run."""
        ...

    def read(self, output: str) -> tuple[Case, ...]:
        """Cases in order. A plan that the output did not fulfil ends in CRASHED cases."""
        ...


class Injector(Protocol):
    """Runs the cases of a suite again and again, each time with one more call failing."""

    def takes(self, suite: TestSuite) -> bool:
        """Whether it can run a suite's cases one by one."""
        ...

    def prepare(
        self, suite: TestSuite, cases: Sequence[str], folder: Path, *, seconds: float
    ) -> GuestJob:
        """Puts the programs into ``folder`` and says what to run, for about so long."""
        ...

    def read(self, suite: TestSuite, output: str) -> tuple[Case, ...]:
        """A case for each of the suite's; it passes when it came to its end, failing or not."""
        ...

    def kept(
        self, files: Sequence[tuple[str, bytes]]
    ) -> Iterable[tuple[int, Sequence[tuple[str, bytes]]]]:
        """Of the collected files the counters as they were after a run, by the run's number."""
        ...


class Benchmark(Protocol):
    @property
    def name(self) -> str: ...

    def wanted(self, touched: Sequence[str]) -> bool: ...

    def prepare(self, folder: Path, *, mode: Mode) -> GuestJob: ...

    def read(self, output: str, *, mode: Mode) -> tuple[Samples, ...]: ...


class SecondEye(Protocol):
    """A tool of others that reads code: checkpatch, sparse, coccinelle and kin."""

    @property
    def name(self) -> str: ...

    @property
    def sight(self) -> Sight:
        """What it reads, so what it needs: a patch, a file, or a built tree."""
        ...

    @property
    def deadline_s(self) -> float:
        """Seconds that all its looks at a series may take together."""
        ...

    @property
    def install(self) -> str:
        """The command that installs it, or where it is to be had."""
        ...

    def version(self) -> str:
        """What it says of itself. Raises ToolMissing, CommandFailed, CommandTimeout."""
        ...

    def look(self, at: Look, *, deadline_s: float) -> Seen:
        """What it says about ``at.file`` and about nothing else.

        Raises OurFailure when it is missing, crashes, or does not end in time.
        """
        ...


class BuiltTrees(Protocol):
    def opened(
        self, commit: Oid, *, config: KernelConfig, files: Sequence[str]
    ) -> AbstractContextManager[Mapping[str, Unit]]:
        """The commit checked out beside its built objects, held alone while the block runs: how
        each of ``files`` is compiled there, without those that are not. Raises OurFailure."""
        ...


class Reporter(Protocol):
    def render(self, review: Review) -> str:
        """The whole report as text; control characters of hostile origin are gone."""
        ...


class RunStore(Protocol):
    """A run's folder: finished stages survive a kill -9."""

    @property
    def folder(self) -> Path: ...

    def save(self, key: str, value: Mapping[str, object]) -> None:
        """Atomic; a value without its stamp does not count."""
        ...

    def load(self, key: str) -> Mapping[str, object] | None: ...


__all__ = [
    "Applied",
    "Base",
    "Benchmark",
    "BootBackend",
    "Builder",
    "BuiltTrees",
    "Deadlines",
    "FunctionIndex",
    "GuestJob",
    "GuestRun",
    "HabitSource",
    "Hardware",
    "Indexed",
    "Injector",
    "LineCounter",
    "Observer",
    "Repo",
    "Reporter",
    "RunStore",
    "SecondEye",
    "SeriesSource",
    "TestSuite",
]
