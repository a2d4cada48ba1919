# SPDX-License-Identifier: GPL-2.0-or-later
"""Every patch of a series built, booted and tested, from the base to the tip.

The builds go one after the other through the one slot, so each recompiles what its patch touched;
meanwhile the kernels before them boot. Each step is the journal's, so that a walk that was stopped
goes on where it was. What shows only behind states that cannot be looked at is tried once more
without them. What it all means is ``logic.walked``'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from vreview.app.observed import Observed
from vreview.app.trial import Exercise, Lab, Side, build_at, prepared, run_once
from vreview.logic.walked import decisive, finished, settled, walk_of
from vreview.model.kernel import Recipe
from vreview.model.review import Applied
from vreview.model.series import Oid
from vreview.model.trial import Built, Run
from vreview.model.walk import Depth, StateTrial, Walk
from vreview.ports import GuestJob

Carry = Callable[[Oid, Oid], Oid | None]
"""A commit's change on top of another commit, None where the two conflict."""

_MOST_AGAIN = 8
"""So many boots at most to make sure."""
_MOST_GAPS = 4
"""So many further trials at most: each costs a build and a boot."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the review has of base and tip already, by the number of the state; runs by the name
    of their exercise besides."""

    built: Mapping[int, Built] = field(default_factory=dict)
    runs: Mapping[tuple[int, str], tuple[Run, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Course:
    """What is done at each state. The first exercise shows that the kernel boots at all; the
    others follow only where it ended well."""

    depth: Depth
    recipe: Recipe
    touched: tuple[str, ...]
    exercises: tuple[Exercise, ...]
    lab: Lab
    known: Known = Known()

    def build(self, name: str, commit: Oid) -> Built:
        return build_at(name, commit, recipe=self.recipe, touched=self.touched, lab=self.lab)

    def boot(self, name: str, built: Built, jobs: Mapping[str, GuestJob], n: int = -1) -> list[Run]:
        """The runs of a state, one exercise after the other; known ones are those of state n."""
        done: list[Run] = []
        for exercise in self.exercises if built.kernel is not None else ():
            assert built.kernel is not None
            runs = self.known.runs.get((n, exercise.name)) or (
                run_once(
                    name, built.kernel, exercise, job=jobs[exercise.name], number=1, lab=self.lab
                ),
            )
            done += runs
            if exercise is self.exercises[0] and not all(map(finished, runs)):
                break
        return done


def course_of(
    depth: Depth,
    recipe: Recipe,
    exercises: Sequence[Exercise],
    seen: Observed,
    *,
    tip: int,
    lab: Lab,
) -> Course:
    """The course by a recipe that a review has built base and tip by already; ``exercises`` are
    all that it has for that kernel."""
    count = {Depth.BUILD: 0, Depth.BOOT: 1, Depth.TEST: len(exercises)}[depth]
    ends = {Side.BASE: 0, Side.TIP: tip}
    known = Known(
        {ends[side]: built for (of, side), built in seen.built.items() if of == recipe.name},
        {
            (ends[side], name): runs
            for (of, name, side), runs in seen.runs.items()
            if of == recipe.name
        },
    )
    return Course(depth, recipe, seen.series.paths, tuple(exercises[:count]), lab, known)


def where(n: int, *, tip: int) -> str:
    """What a run calls a state; base and tip as the review itself does."""
    return "base" if n == 0 else "tip" if n == tip else f"patch-{n}"


def states_of(applied: Applied) -> tuple[Oid, ...]:
    """The commits from the base to the tip of a series that applies as a whole."""
    assert applied.base.commit is not None
    return (applied.base.commit, *(row.commit for row in applied.patches if row.commit))


def walk(commits: Sequence[Oid], course: Course, *, carry: Carry) -> Walk:
    """Tries every state. Raises what builder and backend raise, as soon as a build ends."""
    tip = len(commits) - 1
    jobs = {one.name: prepared(one, lab=course.lab) for one in course.exercises}
    pool = ThreadPoolExecutor(max_workers=1)
    built: list[Built] = []
    boots: list[Future[list[Run]]] = []
    try:
        for n, commit in enumerate(commits):
            name = where(n, tip=tip)
            built.append(course.known.built.get(n) or course.build(name, commit))
            boots.append(pool.submit(course.boot, name, built[n], jobs, n))
            for future in boots:
                if future.done():
                    future.result()
        runs = [future.result() for future in boots]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    states = [StateTrial(n, one, built[n], tuple(runs[n])) for n, one in enumerate(commits)]
    found = _again(walk_of(course.depth, states), course, jobs)
    return _narrowed(found, course, jobs, carry=carry)


def _again(found: Walk, course: Course, jobs: Mapping[str, GuestJob]) -> Walk:
    """The walk with a second run wherever a single one names a patch."""
    states = list(found.states)
    exercises = {one.name: one for one in course.exercises}
    for n, name in decisive(found)[:_MOST_AGAIN]:
        kernel = states[n].built.kernel
        assert kernel is not None
        run = run_once(
            where(n, tip=found.tip),
            kernel,
            exercises[name],
            job=jobs[name],
            number=2,
            lab=course.lab,
        )
        states[n] = replace(states[n], runs=(*states[n].runs, run))
    return walk_of(course.depth, states)


def _narrowed(found: Walk, course: Course, jobs: Mapping[str, GuestJob], *, carry: Carry) -> Walk:
    """What was first seen behind states that could not be looked at, tried without those: the
    patch that shows it, alone on top of the last state that does not."""
    spans = found.spans
    gaps = dict.fromkeys((s.after, s.seen) for s in spans if len(s.suspects) > 1)
    for after, seen in list(gaps)[:_MOST_GAPS]:
        assert after is not None
        commit = carry(found.states[seen].commit, found.states[after].commit)
        if commit is None:
            continue
        name = f"patch-{seen}-on-{after}"
        built = course.build(name, commit)
        apart = StateTrial(seen, commit, built, tuple(course.boot(name, built, jobs)))
        spans = tuple(
            settled(span, apart, found) if (span.after, span.seen) == (after, seen) else span
            for span in spans
        )
    return replace(found, spans=spans)
