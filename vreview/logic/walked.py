# SPDX-License-Identifier: GPL-2.0-or-later
"""From the trials of all states to facts with their patches, and from those to findings.

Builds nothing and runs nothing; ``logic.walk`` knows how facts come and go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from vreview.logic.blame import blamed
from vreview.logic.walk import Glimpse, breaks, changed, spans, told
from vreview.model.observation import Observation, Origin, Severity
from vreview.model.review import Finding
from vreview.model.series import Series
from vreview.model.trial import BuildState, Run, Splat
from vreview.model.walk import Depth, Span, StateTrial, Walk


def walk_of(depth: Depth, states: Sequence[StateTrial]) -> Walk:
    """What the series changed, state by state."""
    names = dict.fromkeys(run.name for state in states for run in state.runs)
    found = list(spans([_build(state) for state in states]))
    for name in names:
        for span in spans([_boots(state, name) for state in states]):
            # One splat, seen in the boots for two suites, is one fact.
            if not any(_covers(other, span) for other in found):
                found.append(span)
    kept = [span for span in found if changed(span) and not _only_follows(span, found, states)]
    return Walk(depth, tuple(states), tuple(sorted(kept, key=lambda span: span.seen)))


def decisive(walk: Walk) -> tuple[tuple[int, str], ...]:
    """State and name of each single boot by which alone a patch would be named: the one that first
    showed a fact, and the one before that did not. A test that fails only sometimes would accuse
    whichever patch it happens to fail at."""
    found: dict[tuple[int, str], None] = {}
    for span in walk.spans:
        for name in _shown_by(span, walk):
            for n in (span.seen, span.after):
                if n is not None and len(_runs(walk.states[n], name)) == 1:
                    found[n, name] = None
    return tuple(found)


def _runs(state: StateTrial, name: str) -> list[Run]:
    return [run for run in state.runs if run.name == name]


def _shows(run: Run, fact: Observation) -> bool:
    return any(one.fingerprint == fact.fingerprint for one in run.observations)


def _shown_by(span: Span, walk: Walk) -> tuple[str, ...]:
    """The name of the runs that first showed a fact; nothing for a compiler's."""
    runs = walk.states[span.seen].runs
    return tuple(dict.fromkeys(r.name for r in runs if _shows(r, span.observation)))[:1]


def _sometimes(span: Span, walk: Walk) -> str:
    """ "in 1 of 2 runs at 4/5", or "" for what every run of its state shows."""
    for name in _shown_by(span, walk):
        runs = _runs(walk.states[span.seen], name)
        shown = sum(_shows(run, span.observation) for run in runs)
        if shown < len(runs):
            return f"in {shown} of {len(runs)} runs at {span.seen}/{walk.tip}"
    return ""


def settled(span: Span, apart: StateTrial, walk: Walk) -> Span:
    """The span with what was seen of its patch alone on top of the last state without the fact.

    ``apart`` is that trial. It decides nothing where it did not get as far as the walk did.
    """
    compiled = span.observation.origin in (Origin.COMPILER, Origin.KCONFIG)
    glimpse = _build(apart)
    if not compiled:
        wanted = {run.name for run in walk.states[span.seen].runs}
        ran = {run.name for run in apart.runs}
        seen = tuple(one for run in apart.runs for one in run.observations)
        glimpse = Glimpse(seen, wanted <= ran and all(map(finished, apart.runs)))
    if any(one.fingerprint == span.observation.fingerprint for one in glimpse.seen):
        return replace(span, alone=True)
    return replace(span, alone=False) if glimpse.reached else span


def _build(state: StateTrial) -> Glimpse:
    return Glimpse(state.built.observations, state.built.state is BuildState.BUILT)


def _boots(state: StateTrial, name: str) -> Glimpse:
    runs = _runs(state, name)
    shown = {one.fingerprint: one for run in runs for one in run.observations}
    return Glimpse(tuple(shown.values()), bool(runs) and all(map(finished, runs)))


def finished(run: Run) -> bool:
    """True for a boot that came to the end of what it was for."""
    return run.finished


def _covers(one: Span, other: Span) -> bool:
    same = one.observation.fingerprint == other.observation.fingerprint
    return same and one.seen <= other.last and other.seen <= one.last


def attributed(walk: Walk, series: Series, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings with the patch that brought each, as far as the walk saw it, and then those
    that the tip does not have any more.

    Where several patches come into question, a finding keeps its patch only if that is among
    them. Of what is gone again, only what breaks something there is more than a note.
    """
    splats = _splats(walk)
    at_tip = {s.observation.fingerprint: s for s in walk.spans if s.last == walk.tip and s.seen}
    known = {finding.observation.fingerprint for finding in findings}
    before = {o.fingerprint for o in _shown(walk.states[0])}
    kept = []
    for finding in findings:
        span = at_tip.get(finding.observation.fingerprint)
        if span is None or _sometimes(span, walk):
            kept.append(finding)
        else:
            kept.append(_placed(finding, span, series, splats))
    for span in walk.spans:
        print_ = span.observation.fingerprint
        here = span.last == walk.tip
        if here and span.after is not None and print_ not in known and print_ not in before:
            kept.append(_placed(Finding(span.observation), span, series, splats))
        if span.seen and not here:
            gone = _gone_again(span, series, splats)
            odds = _sometimes(span, walk)
            kept.append(_unsure(gone, odds) if odds else gone)
    return tuple(kept)


def _placed(
    finding: Finding, span: Span, series: Series, splats: Mapping[tuple[str, str], Splat]
) -> Finding:
    """With the patch that the walk names, and its hunk where the place leads to it."""
    seen = span.observation
    upto = replace(series, patches=series.patches[: span.seen])
    guess = blamed(seen, upto, splat=splats.get((seen.rule, seen.subject)))
    patch = span.introduced_at
    if patch is None:
        among = [one for one in (finding.patch, guess.patch) if one in span.suspects]
        patch = among[0] if among else None
    placed = next((one for one in (finding, guess) if one.patch == patch), Finding(seen, patch))
    older = blamed(finding.observation, series, splat=splats.get((seen.rule, seen.subject))).notes
    others = [note for note in finding.notes if note not in older]
    return replace(
        finding,
        patch=patch,
        hunk=placed.hunk,
        line=placed.line,
        notes=(*guess.notes, *others, told(span, tip=len(series.patches))),
    )


def _gone_again(span: Span, series: Series, splats: Mapping[tuple[str, str], Splat]) -> Finding:
    placed = _placed(Finding(span.observation), span, series, splats)
    seen = span.observation
    asked = f"{seen.question} " if seen.question else ""
    came = placed.patch if placed.patch is not None else span.seen
    question = (
        f"{asked}Patch {span.gone} takes it away again; could that go into patch {came}, for"
        " whoever bisects through the series?"
    )
    return replace(
        placed,
        observation=replace(
            seen,
            severity=seen.severity if breaks(seen) else Severity.NOTE,
            question=question if span.gone is not None else seen.question,
        ),
        repaired_by=span.gone,
    )


def _unsure(finding: Finding, odds: str) -> Finding:
    """What fails only sometimes accuses no patch."""
    seen = replace(finding.observation, severity=Severity.NOTE, question="")
    return Finding(seen, notes=(f"comes and goes: {odds}",))


def _only_follows(span: Span, found: Sequence[Span], states: Sequence[StateTrial]) -> bool:
    """True for tests on the way that did not end because the boot did not: that is told by
    itself."""
    ended = {(s.seen, s.observation.subject) for s in found if s.observation.tool == "boot"}
    seen = span.observation
    on_the_way = span.last < len(states) - 1
    return seen.rule == "test-crashed" and on_the_way and (span.seen, seen.tool) in ended


def unreached(walk: Walk) -> str:
    """How many states could not be looked at as far as was asked, in a few words; "" for none."""
    broken = sum(state.built.state is not BuildState.BUILT for state in walk.states)
    dead = sum(bool(state.runs) and not finished(state.runs[0]) for state in walk.states)
    parts = [f"{broken} did not build"] if broken else []
    parts += [f"{dead} did not boot"] if dead else []
    return f"of {len(walk.states)} states {', '.join(parts)}" if parts else ""


def _splats(walk: Walk) -> Mapping[tuple[str, str], Splat]:
    return {
        (splat.kind, splat.title): splat
        for state in walk.states
        for run in state.runs
        for splat in run.splats
    }


def _shown(state: StateTrial) -> Iterator[Observation]:
    yield from state.built.observations
    for run in state.runs:
        yield from run.observations
