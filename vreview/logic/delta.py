# SPDX-License-Identifier: GPL-2.0-or-later
"""What a change made new, what it fixed, what was there before: two multisets compared.

Knows nothing of where observations come from; a side that did not get that far decides nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from vreview.model.observation import Observation
from vreview.model.review import Delta


def delta(
    base: Iterable[Observation],
    tip: Iterable[Observation],
    *,
    base_reached: bool = True,
    tip_reached: bool = True,
) -> Delta:
    """Each observation of either side in exactly one bin; the order of each side is kept.

    Observations with one fingerprint are counted: two in the base and three in the tip are two
    ``persisting`` (the tip's, the first of them) and one ``new``; so whoever can tell which of
    several equals is old passes that one first. What only the tip shows is ``unknown`` when the
    base was not reached (did not apply, build or boot to the end): the base might have shown it
    too. What only the base shows is ``unknown``, never ``fixed``, when the tip was not reached.
    """
    before, after = tuple(base), tuple(tip)
    owed = Counter(o.fingerprint for o in before)
    only_tip: list[Observation] = []
    persisting: list[Observation] = []
    for observation in after:
        if owed[observation.fingerprint] > 0:
            owed[observation.fingerprint] -= 1
            persisting.append(observation)
        else:
            only_tip.append(observation)
    matched = Counter(o.fingerprint for o in persisting)
    only_base: list[Observation] = []
    for observation in before:
        if matched[observation.fingerprint] > 0:
            matched[observation.fingerprint] -= 1
        else:
            only_base.append(observation)
    return Delta(
        new=tuple(only_tip) if base_reached else (),
        fixed=tuple(only_base) if tip_reached else (),
        persisting=tuple(persisting),
        unknown=(*(() if tip_reached else only_base), *(() if base_reached else only_tip)),
    )


def with_moves_settled(compared: Delta) -> Delta:
    """``compared`` with code that only moved counted as ``persisting``.

    A function that was renamed, split or moved to another file takes its observations along: one
    is gone, and one of the same tool, rule and subject, over the same lines of source, is new.
    Without source lines as evidence nothing is paired.
    """
    gone: defaultdict[tuple[object, ...], list[Observation]] = defaultdict(list)
    for observation in compared.fixed:
        gone[_content(observation)].append(observation)
    new: list[Observation] = []
    moved: list[Observation] = []
    for observation in compared.new:
        partners = gone[_content(observation)] if _has_source(observation) else []
        if partners:
            partners.pop(0)
            moved.append(observation)
        else:
            new.append(observation)
    left = Counter(id(o) for partners in gone.values() for o in partners)
    return Delta(
        new=tuple(new),
        fixed=tuple(o for o in compared.fixed if left[id(o)]),
        persisting=compared.persisting + tuple(moved),
        unknown=compared.unknown,
    )


def merged(deltas: Iterable[Delta]) -> Delta:
    """Several deltas as one, bin by bin: those of the compilers, of the consoles, of the tests."""
    parts = tuple(deltas)
    return Delta(
        new=tuple(o for part in parts for o in part.new),
        fixed=tuple(o for part in parts for o in part.fixed),
        persisting=tuple(o for part in parts for o in part.persisting),
        unknown=tuple(o for part in parts for o in part.unknown),
    )


def _content(observation: Observation) -> tuple[object, ...]:
    lines = tuple(" ".join(step.source.split()) for step in observation.evidence)
    return observation.tool, observation.rule, observation.subject, lines


def _has_source(observation: Observation) -> bool:
    return any(step.source.strip() for step in observation.evidence)
