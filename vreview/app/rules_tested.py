# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a rule keep what its folder promises? Its bad.c is flagged where it is marked and nowhere
else, its good.c nowhere, and nothing in it is still to be filled in.

A rule on what mails say has bad.txt and good.txt. Knows rules, texts and eyes that look at C or at
a mail; reads no files, prints nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from vreview.analysis.analyse import analyse
from vreview.analysis.checks import NAMES
from vreview.analysis.taught import knowledge_from
from vreview.logic.claims import NAMES as CLAIMS
from vreview.logic.claims import Message, claims_of
from vreview.parse.diff import parse_diff
from vreview.parse.rulepage import SECTIONS, marks, sections, unmarked
from vreview.rulebook import Rule, RuleBook

TO_FILL_IN = "TODO"
"""What a new rule's files hold where the author has still to write."""

_CASE_PATH = "drivers/demo/demo.c"


@dataclass(frozen=True, slots=True)
class Looked:
    """What an eye saw in one file: line and rule of each hit, sorted; and each function that it
    did not understand, with the reason."""

    hits: tuple[tuple[int, str], ...]
    not_understood: tuple[tuple[str, str], ...] = ()


Eye = Callable[[bytes], Looked]


@dataclass(frozen=True, slots=True)
class Miss:
    """One promise that is not kept. ``line`` is 0 for the file as a whole."""

    file: str
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class RuleTest:
    """The result for one rule. ``expected`` counts the marked lines of its bad.c."""

    rule: str
    expected: int
    misses: tuple[Miss, ...]

    @property
    def passed(self) -> bool:
        return not self.misses


def eye_of(book: RuleBook) -> Eye:
    """The C reviewer with every rule of ``book``, as ``vreview lint`` runs it on a whole file."""
    knowledge = knowledge_from(book.knowledge)
    names = {rule.check: rule.id for rule in book.rules}

    def look(text: bytes) -> Looked:
        seen = analyse(text, _CASE_PATH, knowledge=knowledge, rules=book.checks)
        hits = sorted((hit.line, names[hit.rule]) for hit in seen.hits if hit.rule in names)
        return Looked(tuple(hits), seen.not_understood)

    return look


def reader_of(book: RuleBook) -> Eye:
    """The reader of messages with every rule of ``book``: a mail's body, its diff at its end."""
    names = {rule.check: rule.id for rule in book.rules}

    def look(text: bytes) -> Looked:
        said, diff, rest = unmarked(text.decode()).partition("diff --git ")
        files = parse_diff(f"{diff}{rest}".encode()) if diff else ()
        lines = tuple(said.splitlines())
        claims = claims_of((Message(1, lines[0] if lines else "", lines, tuple(files)),))
        hits = sorted((claim.line, names[claim.check]) for claim in claims if claim.check in names)
        return Looked(tuple(hits))

    return look


def examples(texts: Mapping[str, str]) -> tuple[str, str]:
    """The names of the bad and the good example among a rule's files."""
    return ("bad.txt", "good.txt") if "bad.txt" in texts else ("bad.c", "good.c")


def held_to_examples(
    rule: Rule,
    texts: Mapping[str, str],
    eye: Eye,
    *,
    reader: Eye | None = None,
    checks: frozenset[str] = NAMES | CLAIMS,
) -> RuleTest:
    """Holds ``rule`` against its own ``texts`` (by file name). ``reader``: the eye for mails, if
    it is another one. ``checks``: those that exist."""
    bad, good = examples(texts)
    expected = marks(texts[bad])
    if reader is not None and bad == "bad.txt":
        eye = reader
    misses = (
        *_absent(texts),
        *_unfilled(texts),
        *_page(rule, texts["README.md"]),
        *_unknown_check(rule, checks),
        *_unmarked(rule, bad, expected),
        *_compared(bad, expected, eye(texts[bad].encode())),
        *_compared(good, (), eye(texts[good].encode())),
    )
    return RuleTest(rule.id, len(expected), misses)


def rests_on(
    rule: Rule, book: RuleBook, texts: Mapping[str, str], eye: Callable[[RuleBook], Eye] = eye_of
) -> tuple[str, ...]:
    """The knowledge tables without which the rule would judge its own examples differently."""
    if rule.check in CLAIMS:
        return ()
    alone = replace(book, rules=(rule,))

    def told(these: RuleBook) -> tuple[Looked, ...]:
        look = eye(these)
        return tuple(look(texts[name].encode()) for name in ("bad.c", "good.c"))

    whole = told(alone)
    return tuple(
        table
        for table in sorted(book.knowledge)
        if told(replace(alone, knowledge={k: v for k, v in book.knowledge.items() if k != table}))
        != whole
    )


def _absent(texts: Mapping[str, str]) -> Iterator[Miss]:
    for file, text in texts.items():
        if not text.strip():
            yield Miss(file, 0, "there is nothing in it, or no such file")


def _unfilled(texts: Mapping[str, str]) -> Iterator[Miss]:
    for file, text in texts.items():
        for number, line in enumerate(text.splitlines(), start=1):
            before, found, what = line.partition(TO_FILL_IN)
            if found:
                word = what.startswith("_")  # a name that is to be replaced
                said = line.strip() if word else what.lstrip(": ").rstrip('")*/ ') or before.strip()
                yield Miss(file, number, f"still to be filled in: {said}")


def _page(rule: Rule, page: str) -> Iterator[Miss]:
    if page.splitlines()[:1] != [f"# {rule.id}"]:
        yield Miss("README.md", 1, f"the first line must be: # {rule.id}")
    found = tuple(sections(page))
    if found != SECTIONS:
        yield Miss("README.md", 0, f"its sections must be {', '.join(SECTIONS)}, in this order")


def _unknown_check(rule: Rule, checks: frozenset[str]) -> Iterator[Miss]:
    if rule.check not in checks:
        yield Miss(
            "rule.toml",
            0,
            f"there is no check {rule.check!r}: write vreview/analysis/checks/"
            f"{rule.check.replace('-', '_')}.py, with RULE = {rule.check!r}",
        )


def _unmarked(rule: Rule, bad: str, expected: tuple[tuple[int, str], ...]) -> Iterator[Miss]:
    if not any(name == rule.id for _, name in expected):
        yield Miss(bad, 0, f"no line is marked /* vreview: {rule.id} */")
    for line, name in expected:
        if name != rule.id:
            yield Miss(bad, line, f"marked for another rule, {name}")


def _compared(file: str, expected: tuple[tuple[int, str], ...], seen: Looked) -> Iterator[Miss]:
    for name, why in seen.not_understood:
        yield Miss(file, 0, f"{name}() is not understood: {why}")
    missing, extra = list(expected), []
    for hit in seen.hits:
        if hit in missing:
            missing.remove(hit)
        else:
            extra.append(hit)
    found = [(line, name, "marked, and not flagged by") for line, name in missing]
    found += [(line, name, "not marked, and flagged by") for line, name in extra]
    for line, name, what in sorted(found):
        yield Miss(file, line, f"{what} {name}")
