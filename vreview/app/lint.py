# SPDX-License-Identifier: GPL-2.0-or-later
"""What the rules say about a series, and only what the series introduces.

Reads both sides of every C file that the series touches, compares them, and blames a patch and a
hunk for what is new. Builds nothing, runs nothing, writes nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from vreview.analysis.analyse import judge
from vreview.analysis.hit import FileAnalysis, FunctionSpan, Hit
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.reading import Reading, read_excerpt, read_file
from vreview.analysis.summary import Beside, Library
from vreview.analysis.taught import knowledge_from
from vreview.app.claims import claim_findings
from vreview.app.midway import repaired_later
from vreview.app.quiet import few
from vreview.app.states import HunkStates, Source, States, TreeStates, Whole, is_kernel_c
from vreview.logic.attribution import Edit, Origin, disturbance, origin
from vreview.logic.delta import delta, with_moves_settled
from vreview.logic.history import FileHistory, histories
from vreview.model.observation import Observation, Place, Step
from vreview.model.observation import Origin as Seen
from vreview.model.review import Applied, Finding
from vreview.model.series import Oid, Patch, Series
from vreview.rulebook import RuleBook

if TYPE_CHECKING:
    from vreview.ports import FunctionIndex, Repo

_CALLERS = 2  # levels of callers in which a change may show

TOOL = "vreview"
"""The name under which the rules' observations stand."""


@dataclass(frozen=True, slots=True)
class LintResult:
    """``findings`` sorted by patch, file and line. ``remarks``: what was not read or understood,
    in sentences."""

    findings: tuple[Finding, ...]
    remarks: tuple[str, ...]
    seconds: float
    whole: bool = True
    """False when a patch was missing or could not be read: silence says nothing then."""


def lint(
    series: Series,
    *,
    repo: Repo | None,
    applied: Applied | None,
    rulebook: RuleBook,
    index: FunctionIndex | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> LintResult:
    """Findings of ``rulebook`` in ``series``.

    With ``repo`` and ``applied`` the files are read from the commits; patches behind the first one
    that did not apply are left out, and said to be. Without, the hunks' own text is all there is.
    ``index``: what is known of the base's other files, if its tree is in it.
    """
    began = clock()
    remarks: list[str] = []
    patches, states = _readable(series, repo, applied, remarks)
    whole = len(patches) == len(series.patches) and not series.missing
    whole = whole and not any(patch.damage for patch in patches)
    touched = [h for h in histories(patches) if is_kernel_c(h.path)]
    remarks.extend(_not_read(patches, touched))
    knowledge = _knowledge(_Same(rulebook.knowledge))
    library = _library(index, repo, applied, touched)
    reader = _Reader(states, rulebook, knowledge, tuple(touched), library)
    claims = claim_findings(series, rulebook, tool=TOOL)
    findings = few(sorted((*_findings(reader), *repaired_later(reader), *claims), key=_order))
    remarks.extend(_not_understood(reader))
    return LintResult(findings, tuple(remarks), clock() - began, whole)


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """Tables that are equal only to themselves."""

    tables: Mapping[str, Mapping[str, object]]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.tables is self.tables

    def __hash__(self) -> int:
        return id(self.tables)


@lru_cache(maxsize=1)
def _knowledge(same: _Same) -> Knowledge:
    """One process mostly asks for that of one rule book, perhaps for many series."""
    return knowledge_from(same.tables)


def _library(
    index: FunctionIndex | None,
    repo: Repo | None,
    applied: Applied | None,
    touched: Sequence[FileHistory],
) -> Library | None:
    """The base's functions but those of the files that the series changes."""
    if index is None or repo is None or applied is None or applied.base.commit is None:
        return None
    paths = {h.path_at(state) for h in touched for state in range(len(h.steps) + 1)}
    hidden = frozenset(path for path in paths if path is not None)
    return index.library(repo.tree(applied.base.commit), hidden=hidden)


def _readable(
    series: Series, repo: Repo | None, applied: Applied | None, remarks: list[str]
) -> tuple[tuple[Patch, ...], States]:
    remarks += [f"patch {n} is missing: it was not read" for n in series.missing]
    if repo is None or applied is None or applied.base.commit is None:
        why = "there was no tree" if applied is None else "the series does not apply"
        remarks.append(f"{why}: only the hunks' own text was read")
        remarks += [f"patch {p.n} was not read: {p.damage}" for p in series.patches if p.damage]
        return series.patches, HunkStates()
    commits: dict[int, Oid] = {0: applied.base.commit}
    for row in applied.patches:
        if row.commit is None:
            more = row.n < series.patches[-1].n
            unread = "it and the patches after it were" if more else "it was"
            remarks.append(f"patch {row.n} does not apply, so {unread} not read: {row.why}")
            break
        commits[row.n] = row.commit
    patches = tuple(p for p in series.patches if p.n in commits)
    return patches, TreeStates(repo, commits)


def _not_read(patches: Iterable[Patch], read: Sequence[FileHistory]) -> Iterator[str]:
    known = {h.path for h in read} | {d.diff.path for h in read for d in h.steps}
    for path in sorted({diff.path for patch in patches for diff in patch.files} - known):
        if path.endswith((".c", ".h")):
            yield f"{path} is no code of the kernel itself: the rules were not applied to it"
        elif path.endswith((".S", ".rs")):
            yield f"{path} is not C: the rules were not applied to it"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the base is asked about the tip's observations: whether their checks hit there too,
    and whether their functions could be followed (``None``: every function). ``alone``: no other
    functions are looked at, as they need not be where no code has moved."""

    checks: frozenset[str]
    functions: frozenset[str] | None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class _Reader:
    """Analyses states of the touched files, each at most once."""

    states: States
    rulebook: RuleBook
    knowledge: Knowledge
    touched: tuple[FileHistory, ...]
    library: Library | None = None
    analyses: dict[tuple[FileHistory, int], FileAnalysis] = field(default_factory=dict)
    bases: dict[tuple[FileHistory, _Asked], FileAnalysis] = field(default_factory=dict)
    readings: dict[tuple[FileHistory, int], Reading] = field(default_factory=dict)
    placed: dict[FileHistory, tuple[Edit, ...]] = field(default_factory=dict)

    def analysis(self, history: FileHistory, state: int) -> FileAnalysis:
        """The base's state is analysed under the tip's path, so that renames compare."""
        key = history, state
        if key not in self.analyses:
            self.analyses[key] = self._analysed(history, state, _Asked(self.rulebook.checks, None))
        return self.analyses[key]

    def base(self, history: FileHistory, asked: _Asked) -> FileAnalysis:
        """The base's state, as far as ``asked``."""
        key = history, asked
        if key not in self.bases:
            self.bases[key] = self._analysed(history, 0, asked)
        return self.bases[key]

    def _analysed(self, history: FileHistory, state: int, asked: _Asked) -> FileAnalysis:
        source = self.states.source(history, state)
        if source is None:
            return FileAnalysis((), ())
        context = tuple(self._context(history, state))
        reading = self._reading(source, history, state)
        if not isinstance(source, Whole):
            return judge(
                reading,
                knowledge=self.knowledge,
                rules=asked.checks,
                context=context,
                doubted=asked.functions,
            )
        tip = state == len(history.steps)
        return judge(
            reading,
            knowledge=self.knowledge,
            rules=asked.checks,
            context=context,
            doubted=asked.functions,
            wanted=partial(self._touched, history)
            if tip
            else partial(self._compared, history, asked=asked),
            callers=_CALLERS if tip else 0,
            library=self.library,
        )

    def _reading(self, source: Source, history: FileHistory, state: int) -> Reading:
        key = history, state
        if key not in self.readings:
            self.readings[key] = (
                read_file(source.text, history.path, self.knowledge)
                if isinstance(source, Whole)
                else read_excerpt(source.chunks, history.path, self.knowledge)
            )
        return self.readings[key]

    def _touched(self, history: FileHistory, span: FunctionSpan) -> bool:
        return disturbance(span.first, span.last, self.edits(history)) is not None

    def _compared(self, history: FileHistory, span: FunctionSpan, *, asked: _Asked) -> bool:
        """A function of an earlier state that the tip's may be compared with: the same one, or
        one that is gone, from which code may have moved."""
        if asked.alone and span.name not in (asked.functions or ()):
            return False
        tip = self.analysis(history, len(history.steps))
        return span.name in tip.judged or all(span.name != f.name for f in tip.functions)

    def _context(self, history: FileHistory, state: int) -> Iterator[Beside]:
        """The other files as they are after the same patch."""
        patch = history.steps[state - 1].patch if state else 0
        if state == len(history.steps):
            patch = max(step.patch for other in self.touched for step in other.steps)
        for other in self.touched:
            if other is not history:
                beside = other.state_after(patch)
                source = self.states.source(other, beside)
                if source is not None:
                    yield self._reading(source, other, beside)

    def edits(self, history: FileHistory) -> tuple[Edit, ...]:
        if history not in self.placed:
            self.placed[history] = self.states.edits(history)
        return self.placed[history]

    def observations(self, history: FileHistory, state: int) -> tuple[Observation, ...]:
        return tuple(self._observations(history, state, self.analysis(history, state)))

    def base_observations(self, history: FileHistory, asked: _Asked) -> tuple[Observation, ...]:
        return tuple(self._observations(history, 0, self.base(history, asked)))

    def _observations(
        self, history: FileHistory, state: int, analysis: FileAnalysis
    ) -> Iterator[Observation]:
        source = self.states.source(history, state)
        for hit in analysis.hits:
            observation = _observation(hit, history.path, source, self.rulebook)
            if observation is not None:
                yield observation


def _observation(
    hit: Hit, path: str, source: Source | None, rulebook: RuleBook
) -> Observation | None:
    rule = rulebook.by_check(hit.rule)
    if rule is None or source is None:
        return None
    words = {"function": hit.function, "subject": hit.subject, **dict(hit.words)}
    message, question = rule.worded(words)
    return Observation(
        origin=Seen.RULE,
        tool=TOOL,
        rule=rule.id,
        severity=rule.severity_of(weak=hit.weak),
        confidence=rule.confidence_of(weak=hit.weak),
        category=rule.category,
        place=Place(path, hit.line, hit.function),
        message=message,
        question=question,
        subject=hit.subject,
        evidence=tuple(
            Step(step.text, Place(path, step.line, hit.function), source.line(step.line))
            for step in hit.steps
        ),
    )


def _findings(reader: _Reader) -> tuple[Finding, ...]:
    """New observations on lines or in functions that the series changed, with whom to ask."""
    tips = [
        (history, observation)
        for history in reader.touched
        if not history.deleted and any(step.diff.hunks for step in history.steps)
        for observation in reader.observations(history, len(history.steps))
        if _near_changes(observation, history, reader)
    ]
    if not tips:
        return ()
    asked = _asked((observation for _, observation in tips), reader.rulebook)
    # Of several equal ones those on old lines are taken for the old ones.
    everything = [
        observation
        for history in reader.touched
        if not history.deleted
        for observation in sorted(
            reader.observations(history, len(history.steps)),
            key=lambda o: _on_added_line(o, reader.edits(history)) is not None,
        )
    ]
    if not _some_new(tips, everything, reader, asked):
        return ()
    base = [o for h in reader.touched for o in reader.base_observations(h, asked)]
    new = Counter(with_moves_settled(delta(base, everything)).new)
    findings = []
    for history, observation in tips:
        if new[observation] > 0 and _comparable(observation, history, reader, asked):
            new[observation] -= 1
            findings.append(_attributed(observation, history, reader, asked))
    return tuple(sorted(findings, key=_order))


def _some_new(
    tips: Sequence[tuple[FileHistory, Observation]],
    everything: Sequence[Observation],
    reader: _Reader,
    asked: _Asked,
) -> bool:
    """False when each of the tip's observations stands in its function's base, too: then nobody
    needs to look where else the code may have been."""
    alone = replace(asked, alone=True)
    histories = dict.fromkeys(history for history, _ in tips)
    base = [o for history in histories for o in reader.base_observations(history, alone)]
    new = frozenset(delta(base, everything).new)
    return any(observation in new for _, observation in tips)


def _asked(observations: Iterable[Observation], rulebook: RuleBook) -> _Asked:
    """Two observations are only held against each other when they are of one rule."""
    seen = tuple(observations)
    rules = {observation.rule for observation in seen}
    return _Asked(
        frozenset(rule.check for rule in rulebook.rules if rule.id in rules),
        frozenset(observation.place.function for observation in seen),
    )


def _order(finding: Finding) -> tuple[int, str, int, str]:
    place = finding.observation.place
    return finding.patch or 0, place.file, place.line, finding.observation.rule


def _lines(observation: Observation) -> Iterator[int]:
    """The lines that it is about: its own, then the evidence's from the last to the first."""
    yield observation.place.line
    for step in reversed(observation.evidence):
        if step.place is not None:
            yield step.place.line


def _on_added_line(observation: Observation, edits: Sequence[Edit]) -> Origin | None:
    return next(filter(None, (origin(line, edits) for line in _lines(observation))), None)


def _in_changed_function(
    observation: Observation, history: FileHistory, reader: _Reader
) -> Origin | None:
    """The change to the function itself, or to one that the evidence leads through."""
    functions = reader.analysis(history, len(history.steps)).functions
    edits = reader.edits(history)
    for line in _lines(observation):
        for span in functions:
            if span.first <= line <= span.last:
                place = disturbance(span.first, span.last, edits)
                if place is not None:
                    return place
    return None


def _near_changes(observation: Observation, history: FileHistory, reader: _Reader) -> bool:
    return (
        _on_added_line(observation, reader.edits(history)) is not None
        or _in_changed_function(observation, history, reader) is not None
    )


def _comparable(
    observation: Observation, history: FileHistory, reader: _Reader, asked: _Asked
) -> bool:
    """False when the base could not have shown it (its function was not understood there) and no
    added line is part of it: then nobody can tell whether it is new."""
    dark = {name for name, _ in reader.base(history, asked).not_understood}
    return (
        observation.place.function not in dark
        or _on_added_line(observation, reader.edits(history)) is not None
    )


def _attributed(
    observation: Observation, history: FileHistory, reader: _Reader, asked: _Asked
) -> Finding:
    """The first patch from which on it is there, and the hunk of that patch that shows it best."""
    edits = reader.edits(history)
    patch = _first_patch(observation, history, reader, asked)
    places = [origin(line, edits) for line in _lines(observation)]
    places.append(_in_changed_function(observation, history, reader))
    known = [place for place in places if place is not None]
    place = next((p for p in known if p.patch == patch), None)
    if place is None:
        return Finding(observation, patch)
    return Finding(observation, patch, place.hunk, place.line)


def _first_patch(
    observation: Observation, history: FileHistory, reader: _Reader, asked: _Asked
) -> int:
    """Walks back from the tip while the state before still has it."""
    wanted = observation.fingerprint
    before = sum(o.fingerprint == wanted for o in reader.base_observations(history, asked))
    state = len(history.steps)
    while state > 1:
        there = sum(o.fingerprint == wanted for o in reader.observations(history, state - 1))
        if there <= before:
            break
        state -= 1
    return history.steps[state - 1].patch


def _not_understood(reader: _Reader) -> Iterator[str]:
    """Functions that the series touches and the checks stayed silent on."""
    for history in reader.touched:
        analysis = reader.analysis(history, len(history.steps))
        why = dict(analysis.not_understood)
        for span in analysis.functions:
            if span.name in why and disturbance(span.first, span.last, reader.edits(history)):
                yield f"{history.path}: {span.name}() was not judged: {why[span.name]}"
