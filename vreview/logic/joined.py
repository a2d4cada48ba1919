# SPDX-License-Identifier: GPL-2.0-or-later
"""What a rule claims and a run shows: one finding, with both evidences.

The same is: a kind of splat that the claimed bug would show as, on whose stack, or among whose
other stacks (who allocated, who freed, who holds the lock), is the function that was accused. A
claim that no run confirmed stays what it was; silence refutes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from vreview.model.observation import Category, Confidence, Observation, Origin, Severity, Step
from vreview.model.review import Finding
from vreview.model.trial import Splat
from vreview.parse.stack import functions_named

_MEMORY = frozenset(
    {"kasan", "kasan-free", "kfence", "slab", "gpf", "page-fault", "list-corruption", "refcount",
     "kobject", "odebug", "bad-page"}
)  # fmt: skip
_LOCKS = frozenset(
    {"locking", "mutex", "spinlock", "rt-mutex", "sleep-in-atomic", "sleep-in-rcu",
     "scheduling-while-atomic", "atomic-leak", "assumed-context", "preemptible", "softirq-leak",
     "hung-task", "soft-lockup", "hard-lockup", "rcu-stall", "csd-lock"}
)  # fmt: skip
_WILD = frozenset({"gpf", "page-fault", "null-deref", "kasan", "kmsan", "oops", "int3"})
_SHOWN_AS: Mapping[Category, frozenset[str]] = {
    Category.LEAK: frozenset({"kmemleak", "memory-leak"}),
    Category.LOCK: _LOCKS,
    Category.UAF: _MEMORY,
    Category.NULL: _WILD - {"kmsan"},
    Category.ISERR: _WILD - {"kmsan"},
    Category.UNINIT: _WILD,
}
"""As what kinds of splats a bug of a family shows."""

_CLAIMS = frozenset({Origin.RULE, Origin.TOOL})


def joined(findings: Sequence[Finding], splats: Mapping[str, Splat]) -> tuple[Finding, ...]:
    """The findings, of which those of a run that confirm a claim have become a part of it.

    ``splats`` are the ones that the runs' observations were made of, by fingerprint. What two
    claims could explain goes to the one whose function is nearer to the top of the stack; the first
    of those that are as near.
    """
    claims = [one for one in findings if one.observation.origin in _CLAIMS]
    shown: dict[int, list[Finding]] = {}
    gone: set[int] = set()
    for run in findings:
        splat = splats.get(run.observation.fingerprint)
        if run.observation.origin is not Origin.CONSOLE or splat is None:
            continue
        near = [(depth, at) for at, one in enumerate(claims) if (depth := _depth(one, splat)) >= 0]
        if near:
            shown.setdefault(id(claims[min(near)[1]]), []).append(run)
            gone.add(id(run))
    return tuple(
        _confirmed(one, shown[id(one)]) if id(one) in shown else one
        for one in findings
        if id(one) not in gone
    )


def _depth(claim: Finding, splat: Splat) -> int:
    """How far from the top the accused function stands; -1 where the splat shows another bug."""
    seen = claim.observation
    kinds = _SHOWN_AS.get(seen.category, frozenset())
    fits = splat.kind in kinds or (
        seen.category is Category.LOCK and splat.kind.startswith("lockdep-")
    )
    if not fits or not seen.place.function:
        return -1
    stack = list(_functions(splat))
    return stack.index(seen.place.function) if seen.place.function in stack else -1


def _functions(splat: Splat) -> Iterable[str]:
    """Those on the stack, each before that into which it was inlined, then all others named."""
    inlined = {
        frame.function: [place.function for place in frame.at[:-1]] for frame in splat.frames
    }
    stack = [name for one in splat.functions for name in (*inlined.get(one, ()), one)]
    return dict.fromkeys((*stack, *functions_named(splat.text)))


def _confirmed(claim: Finding, runs: Sequence[Finding]) -> Finding:
    """The claim with what the runs showed: certain now, and as loud as they are."""
    seen = claim.observation
    steps = tuple(step for run in runs for step in _told(run.observation))
    loudest = (
        Severity.ERROR
        if any(run.observation.severity is Severity.ERROR for run in runs)
        else seen.severity
    )
    titles = dict.fromkeys(f"confirmed by a run: {run.observation.message}" for run in runs)
    return replace(
        claim,
        observation=replace(
            seen,
            severity=loudest,
            confidence=Confidence.HIGH,
            evidence=(*seen.evidence, *steps),
        ),
        notes=(*claim.notes, *titles),
        shown=(*claim.shown, *(run.observation for run in runs)),
    )


def _told(seen: Observation) -> tuple[Step, ...]:
    return (Step(f"a run shows it: {seen.message}", seen.place), *seen.evidence)
