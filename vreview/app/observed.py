# SPDX-License-Identifier: GPL-2.0-or-later
"""What a review has observed so far, on both sides; frozen into a Review at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from vreview.app.trial import Exercise, Side
from vreview.logic.blame import blamed
from vreview.logic.delta import delta, merged
from vreview.logic.devicetree import unchecked_trees
from vreview.logic.joined import joined
from vreview.logic.repeats import Counted, Pattern, Shown, compared, counted, said
from vreview.logic.verdict import verdict
from vreview.logic.walked import attributed
from vreview.model.bench import Comparison, Mode
from vreview.model.coverage import PatchCoverage
from vreview.model.kernel import SERIES, Dropped, Kernel, Recipes
from vreview.model.observation import Origin, Severity
from vreview.model.review import (
    Applied,
    Delta,
    Finding,
    Review,
    Settled,
    Stage,
    StageResult,
    StageState,
)
from vreview.model.series import Oid, Series
from vreview.model.trial import BuildState, Built, Run, Splat, Trial
from vreview.model.walk import Walk
from vreview.parse.console import splat_observation

_SOURCES = (".c", ".S", ".h")


def both_commits(applied: Applied | None) -> Mapping[Side, Oid] | None:
    """Base and tip, None when the series is not there as a whole."""
    if applied is None or applied.tip is None or applied.base.commit is None:
        return None
    return {Side.BASE: applied.base.commit, Side.TIP: applied.tip}


@dataclass(slots=True)
class Observed:
    """Grows stage by stage. ``built`` and ``runs`` are by the recipe's name ("profile"), ``runs``
    also by the exercise's; a run is one boot."""

    series: Series
    applied: Applied | None = None
    recipes: Recipes = field(default_factory=Recipes)
    stages: list[StageResult] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    deltas: list[Delta] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    built: dict[tuple[str, Side], Built] = field(default_factory=dict)
    runs: dict[tuple[str, str, Side], tuple[Run, ...]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    unsure: bool = False
    """Something shows with the series alone, but not each time: that is no verdict."""
    walk: Walk | None = None
    coverage: tuple[PatchCoverage, ...] = ()

    def skip(self, stage: Stage, why: str) -> None:
        self.stages.append(StageResult(stage, StageState.NOT_RUN, why=why))

    def word(self, profile: str) -> str:
        """What reports call the kernel of a recipe's name: test, hunt or perf."""
        words = {recipe.name: word for word, recipe in self.recipes.named()}
        return words.get(profile, profile)

    def builds(self, profile: str) -> None:
        """Takes the warnings and errors that only the tip's build has."""
        base, tip = self.built[profile, Side.BASE], self.built[profile, Side.TIP]
        self._take(
            delta(
                base.observations,
                tip.observations,
                base_reached=base.state is BuildState.BUILT,
                tip_reached=tip.state is BuildState.BUILT,
            )
        )

    def exercised(self, exercise: Exercise, done: Mapping[Side, tuple[Run, ...]]) -> None:
        """Takes what only the tip's boots showed: splats, failed cases, a bad end."""
        for side, runs in done.items():
            self.runs[exercise.profile, exercise.name, side] = runs
        base, tip = (shown(done[side]) for side in Side)
        counts = counted(base, tip)
        self._take(compared(base, tip), boots=done, counts=counts)
        self.remarks.extend(
            f"{one.observation.message} with the series and without: {said(one)}"
            for one in counts
            if one.pattern is Pattern.KNOWN and one.tip.seen and one.tip.runs > 1
        )

    def _take(
        self,
        change: Delta,
        *,
        boots: Mapping[Side, tuple[Run, ...]] | None = None,
        counts: Sequence[Counted] = (),
    ) -> None:
        known = {o.fingerprint for earlier in self.deltas for o in earlier.new}
        splats = _splats(boots or {})
        tallies = {one.observation.fingerprint: one for one in counts}
        for one in change.new:
            if one.fingerprint in known:
                continue
            known.add(one.fingerprint)
            finding = blamed(one, self.series, splat=splats.get((one.rule, one.subject)))
            if one.fingerprint in tallies:
                finding = self._weighed(finding, tallies[one.fingerprint])
            self.findings.append(finding)
        self.deltas.append(change)

    def _weighed(self, finding: Finding, tally: Counted) -> Finding:
        """The finding with its odds: what shows only sometimes is a note, and the review cannot
        tell, unless the series changed a function on the very stack."""
        seen, repeated = finding.observation, tally.tip.runs > 1 and tally.base.runs > 1
        if repeated:
            finding = replace(finding, notes=(*finding.notes, said(tally)))
        elif seen.origin is Origin.CONSOLE and seen.tool != "boot":
            runs = f"{tally.base.runs} run{'s' * (tally.base.runs != 1)}"
            odds = f"seen on the base in 0 of {runs}"
            finding = replace(finding, notes=(*finding.notes, odds))
        if tally.pattern is not Pattern.SOMETIMES or finding.patch is not None:
            return finding
        self.unsure = True
        return replace(finding, observation=replace(seen, severity=Severity.NOTE))

    def walked(self, walk: Walk) -> None:
        """Takes which patch brought what the tip has, and what only states between had."""
        self.walk = walk
        self.findings[:] = attributed(walk, self.series, self.findings)

    def kernels(self, profile: str) -> Mapping[Side, Kernel]:
        """The kernels of both sides, or nothing when one is missing."""
        found = {}
        for side in Side:
            built = self.built.get((profile, side))
            if built is None or built.kernel is None:
                return {}
            found[side] = built.kernel
        return found

    def frozen(
        self, applied: Applied | None, *, settle: Callable[[Sequence[Finding]], Settled]
    ) -> Review:
        """The whole, with the verdict on what ``settle`` leaves standing."""
        sources = [p for p in self.series.paths if PurePosixPath(p).suffix in _SOURCES]
        compiled = {path for built in self.built.values() for path in built.compiled}
        idle = bool(self.built and sources) and not compiled.intersection(sources)
        known = settle(joined(self.findings, self._tip_splats()))
        return Review(
            series=self.series,
            applied=applied,
            stages=tuple(self.stages),
            findings=known.findings,
            delta=merged(self.deltas),
            base_trials=tuple(self._trials(Side.BASE, applied)),
            tip_trials=tuple(self._trials(Side.TIP, applied)),
            comparisons=tuple(self.comparisons),
            verdict=verdict(
                known.findings, self.comparisons, self.stages, idle=idle or self.unsure
            ),
            remarks=(*self.remarks, *known.remarks, *dict.fromkeys(self._limits())),
            dismissed=known.dismissed,
            addressed=known.addressed,
            walk=self.walk,
            coverage=self.coverage,
        )

    def _tip_splats(self) -> Mapping[str, Splat]:
        """The splats of all boots with the series, by their observations' fingerprints."""
        return {
            splat_observation(splat).fingerprint: splat
            for (_, _, side), runs in self.runs.items()
            if side is Side.TIP
            for run in runs
            for splat in run.booted.splats
        }

    def _trials(self, side: Side, applied: Applied | None) -> Iterator[Trial]:
        commits = both_commits(applied)
        if commits is None:
            return
        for profile in dict.fromkeys(profile for profile, _ in self.built):
            runs = [
                run
                for (of, _, where), done in self.runs.items()
                if of == profile and where is side
                for run in done
            ]
            built = self.built[profile, side]
            yield Trial(commits[side], self.word(profile), built, tuple(runs))

    def _identical(self) -> Iterator[str]:
        """The touched files whose objects are alike on both sides: in every kernel, or in some,
        where another has the numbers of lines in its code."""
        where: dict[str, dict[str, bool]] = {}
        for word, recipe in self.recipes.named():
            base, tip = (self.built.get((recipe.name, side)) for side in Side)
            before, now = (dict(one.objects) if one else {} for one in (base, tip))
            for path in before.keys() & now.keys():
                where.setdefault(path, {})[word] = before[path] == now[path]
        alike: dict[str, list[str]] = {}
        for path, kernels in sorted(where.items()):
            same = [word for word, equal in kernels.items() if equal]
            if same:
                of = "" if len(same) == len(kernels) else f" of the {' and the '.join(same)} kernel"
                alike.setdefault(of, []).append(path)
        for of, paths in alike.items():
            yield f"the same object code on both sides{of}: {', '.join(paths)}"

    def _limits(self) -> Iterator[str]:
        """What was not compiled, refused by Kconfig, or not measured, in sentences."""
        yield from self.recipes.why
        if (trees := unchecked_trees(self.series.paths)) is not None:
            yield trees
        test = self.recipes.test
        tested = self.built.get((test.name, Side.TIP)) if test is not None else None
        if tested is not None:
            known = dict(self.recipes.blocked)
            whole = tested.state is BuildState.BUILT
            for path, why in tested.not_compiled if whole else self.recipes.blocked:
                yield f"not compiled in: {path} ({known.get(path, why)})"
        yield from self._identical()
        for (profile, side), built in self.built.items():
            for dropped in built.kernel.config.dropped if built.kernel else ():
                if _series_only(dropped, side):
                    continue
                why = f" ({dropped.why})" if dropped.why else ""
                yield (
                    f"the {self.word(profile)} configuration asked for CONFIG_{dropped.symbol}="
                    f"{dropped.asked} and got {dropped.got}{why}"
                )
        for (_, name, side), runs in self.runs.items():
            for run in runs:
                yield from (f"{name} on {side.value}: {said}" for said in run.booted.remarks)
        modes = {c.metric.mode for c in self.comparisons}
        if modes and Mode.WALL not in modes:
            yield "nothing was measured by the clock: --wall-boots 4 would"
        for unknown in merged(self.deltas).unknown:
            yield f"cannot tell whether it is new or gone: {unknown.message}"


def _series_only(dropped: Dropped, side: Side) -> bool:
    """An option that the series itself brings is not there on the base."""
    return dropped.fragment == SERIES and side is Side.BASE


def _splats(boots: Mapping[Side, tuple[Run, ...]]) -> Mapping[tuple[str, str], Splat]:
    """The splats of all boots by what an observation keeps of them."""
    return {
        (splat.kind, splat.title): splat
        for runs in boots.values()
        for run in runs
        for splat in run.splats
    }


def shown(runs: Iterable[Run]) -> tuple[Shown, ...]:
    """What each of the boots showed."""
    return tuple(Shown(run.observations, run.finished) for run in runs)
