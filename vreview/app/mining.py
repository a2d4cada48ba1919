# SPDX-License-Identifier: GPL-2.0-or-later
"""Knowledge proposed by a tree's own code: pairs and conventions that most callers keep to.

The proposals are for a person to judge; what this writes is in the form of ``rules/knowledge``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from vreview.analysis.mined import Habitual, Paired, habitual, paired
from vreview.ports import HabitSource, Observer, Repo


class Kind(StrEnum):
    """What may be mined."""

    PAIRS = "pairs"
    ERR_POINTER = "errptr"
    NULL_POINTER = "null"
    MUST_CHECK = "must-check"


_TABLES = {
    "err_pointer": Kind.ERR_POINTER,
    "null_pointer": Kind.NULL_POINTER,
    "must_check": Kind.MUST_CHECK,
}


@dataclass(frozen=True, slots=True)
class Proposals:
    """By name."""

    pairs: tuple[Paired, ...]
    habits: tuple[Habitual, ...]


def mine(
    revision: str,
    *,
    repo: Repo,
    source: HabitSource,
    kinds: frozenset[Kind],
    jobs: int,
    observer: Observer,
) -> Proposals:
    """What a revision's tree proposes, of the kinds asked for. Raises TreeError, OurFailure."""
    census = source.census(repo.tree(repo.resolve(revision)), jobs=jobs, observer=observer)
    return Proposals(
        tuple(paired(census)) if Kind.PAIRS in kinds else (),
        tuple(h for h in habitual(census) if _TABLES[h.kind] in kinds),
    )


def rows(proposals: Proposals) -> Iterator[tuple[str, str, str]]:
    """(kind, what, how many) of each proposal, in words."""
    for habit in sorted(proposals.habits, key=lambda h: (h.kind, h.name)):
        yield _TABLES[habit.kind].value, habit.name, f"{habit.held_by} of {habit.callers} callers"
    for pair in proposals.pairs:
        thing = "its result" if pair.acquire.handle < 0 else f"argument {pair.acquire.handle}"
        yield (
            Kind.PAIRS.value,
            f"{pair.acquire.acquire} -> {pair.release} ({thing}, fails with {pair.failure})",
            f"{pair.held_by} of {pair.callers} callers that release it",
        )


def conventions_toml(habits: Iterable[Habitual]) -> str:
    """In the form of ``mined-conventions.toml``."""
    parts = []
    for kind, group in groupby(sorted(habits, key=lambda h: (h.kind, h.name)), lambda h: h.kind):
        lines = [f"{habit.name} = [{habit.held_by}, {habit.callers}]" for habit in group]
        parts.append("\n".join([f"[{kind}]", *lines]))
    return "\n\n".join(parts) + "\n" if parts else ""


def pairs_toml(pairs: Iterable[Paired]) -> str:
    """In the form of ``mined-pairs.toml``: the commonest release of a thing, and what else takes it
    as the same argument."""
    parts = []
    for one, group in groupby(pairs, lambda pair: pair.acquire):
        first, *others = group
        arg = first.release_arg
        known = [first, *(pair for pair in others if pair.release_arg == arg)]
        releases = ", ".join(f'"{pair.release}"' for pair in known)
        handle = '"result"' if one.handle < 0 else str(one.handle)
        parts.append(
            f'[[pair]]\nacquire = "{one.acquire}"\nrelease = [{releases}]\nhandle = {handle}\n'
            f'release_arg = {arg}\nfailure = "{known[0].failure}"\ncallers = {known[0].callers}\n'
            f"held_by = {known[0].held_by}\nmined = true\n"
        )
    return "\n".join(parts)
