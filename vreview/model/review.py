# SPDX-License-Identifier: GPL-2.0-or-later
"""The review: what the series changed in what can be observed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from vreview.model.bench import Comparison
from vreview.model.coverage import PatchCoverage
from vreview.model.observation import Observation
from vreview.model.series import MessageId, Oid, Series
from vreview.model.trial import Trial
from vreview.model.walk import Walk


class Stage(Enum):
    """The steps of a review, in their order."""

    INGEST = "ingest"
    APPLY = "apply"
    LINT = "lint"
    BUILD = "build"
    BOOT = "boot"
    TEST = "test"
    PATCHES = "patches"
    PERF = "perf"
    REPORT = "report"


class BaseReason(Enum):
    ASKED = "given with --base"
    TRAILER = "the series' base-commit: trailer"
    BLOBS_HEAD = "HEAD has the blobs of the patches' index lines"
    BLOBS_HISTORY = "the newest commit that has the blobs of the patches' index lines"
    HEAD = "HEAD: the series says nothing about its base"
    NONE = "no tree: only the hunks' own text was read"


@dataclass(frozen=True, slots=True)
class Base:
    """``commit`` is None without a tree. ``detail`` adds figures ("12 of 14 blobs")."""

    commit: Oid | None
    subject: str
    reason: BaseReason
    detail: str = ""


class How(Enum):
    """How the hardest hunk of a patch went in."""

    EXACT = "exact"
    OFFSET = "with offsets"
    THREE_WAY = "3-way"


class Refusal(Enum):
    CONFLICT = "conflict"
    ALREADY_APPLIED = "already applied"
    OTHER_SERIES = "made on top of a series that is not here"
    MISSING_FILE = "the file does not exist in the base"
    MISSING_PATCH = "an earlier patch is missing or did not apply"
    EMPTY = "no diff in it"
    BINARY = "a binary change without its data"
    DAMAGED = "its diff is damaged"


@dataclass(frozen=True, slots=True)
class HunkConflict:
    """A hunk that found no place. ``expected`` and ``found`` are the lines that differ, as text."""

    path: str
    hunk: int
    header: str
    expected: tuple[str, ...]
    found: tuple[str, ...]
    near_line: int
    """Where in the file ``found`` starts, from 1; 0 when nothing like it is in the file."""


@dataclass(frozen=True, slots=True)
class AppliedPatch:
    """Commit of one patch, or why there is none."""

    n: int
    message_id: MessageId
    subject: str
    commit: Oid | None
    tree: Oid | None
    how: How | None = None
    refusal: Refusal | None = None
    why: str = ""
    conflicts: tuple[HunkConflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    base: Base
    patches: tuple[AppliedPatch, ...]
    tried: tuple[tuple[Base, str], ...] = ()
    """Bases that were tried before, each with the first reason against it."""

    @property
    def complete(self) -> bool:
        """True when there was at least one patch and every one has its commit."""
        return bool(self.patches) and all(p.commit for p in self.patches)

    @property
    def tip(self) -> Oid | None:
        """The last patch's commit when all applied."""
        return self.patches[-1].commit if self.complete else None


class Standing(Enum):
    """What is known of a finding from the version of the series before."""

    NEW = "new"
    PERSISTS = "persists"
    ADDRESSED = "addressed"


@dataclass(frozen=True, slots=True)
class Finding:
    """A new observation, attributed. ``patch`` is None when no single patch is to blame.

    ``hunk`` counts from 1 in that patch's diff of the observation's file; ``line`` is the line of
    that file as the patch leaves it (the observation's own is the tip's), 0 when it has none.
    ``repaired_by`` is the later patch of the series that removes it again; then the observation's
    place is in the file as ``patch`` leaves it. ``notes`` are a few words each, to stand beside it.
    ``shown`` is what runs showed of a claim that they confirmed (``logic.joined``).
    """

    observation: Observation
    patch: int | None = None
    hunk: int | None = None
    line: int = 0
    repaired_by: int | None = None
    standing: Standing = Standing.NEW
    notes: tuple[str, ...] = ()
    shown: tuple[Observation, ...] = ()


@dataclass(frozen=True, slots=True)
class Dismissal:
    """Somebody's word that a finding is no fault. ``until`` is the last day on which it counts,
    None for ever; ``what`` says in words what was dismissed, for whoever reviews the file."""

    fingerprint: str
    reason: str
    until: date | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class Dismissed:
    finding: Finding
    dismissal: Dismissal


@dataclass(frozen=True, slots=True)
class Settled:
    """Findings when everything is known about them: ``findings`` are to be told, ``dismissed`` to
    be counted, ``addressed`` were in the version before and are gone. ``remarks`` say, in
    sentences, how far the version before could be read."""

    findings: tuple[Finding, ...] = ()
    dismissed: tuple[Dismissed, ...] = ()
    addressed: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delta:
    """Base against tip. ``unknown`` holds what only one side could have shown, the other never
    having got that far."""

    new: tuple[Observation, ...] = ()
    fixed: tuple[Observation, ...] = ()
    persisting: tuple[Observation, ...] = ()
    unknown: tuple[Observation, ...] = ()


class Verdict(Enum):
    """What the whole says; the value is the report's word."""

    CANNOT_TELL = "cannot tell"
    NEW_PROBLEMS = "something new"
    NOTHING_NEW = "nothing new"


class StageState(Enum):
    NOT_RUN = "not run"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class StageResult:
    """``why`` says, for a stage that did not run or failed, what stood in the way."""

    stage: Stage
    state: StageState
    seconds: float = 0.0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """Everything that a reporter needs, and nothing that it must ask for again."""

    series: Series
    applied: Applied | None
    stages: tuple[StageResult, ...]
    findings: tuple[Finding, ...]
    delta: Delta
    base_trials: tuple[Trial, ...]
    tip_trials: tuple[Trial, ...]
    comparisons: tuple[Comparison, ...]
    verdict: Verdict
    remarks: tuple[str, ...] = ()
    """Limits of this review, in sentences: what was not compiled, not tested, not read."""
    dismissed: tuple[Dismissed, ...] = ()
    addressed: tuple[Finding, ...] = ()
    walk: Walk | None = None
    """Every patch tried by itself, where that was asked for."""
    coverage: tuple[PatchCoverage, ...] = ()
    """Of the patches with lines that were compiled into a kernel that counted them, and booted."""
