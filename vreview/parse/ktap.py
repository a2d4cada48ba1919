# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads KTAP, as the kernel's Documentation/dev-tools/ktap.rst has it, and TAP 13.

Accepts nested subtests by indentation, with or without their own version line, plans ("1..N")
before or after the results, directives (SKIP, TODO, TIMEOUT, XFAIL), and diagnostics. A test is
taken to have crashed until its result line is seen. The text is hostile: it is only matched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from vreview.model.trial import Case, CaseState

_VERSION = re.compile(r"(?:K?TAP) version \d+$")
_PLAN = re.compile(r"1\.\.(?P<count>\d{1,6})(?:\s*#\s*(?P<why>SKIP.*))?$", re.IGNORECASE)
_RESULT = re.compile(
    r"(?P<word>ok|not ok)(?:\s+(?P<number>\d{1,6}))?(?:\s+-)?(?P<name>[^#]*)(?:#\s*(?P<after>.*))?$"
)
_DIRECTIVE = re.compile(
    r"(?P<word>SKIP|TODO|XFAIL|TIMEOUT|ERROR)\b[:\s]*(?P<why>.*)", re.IGNORECASE
)
_SUBTEST = re.compile(r"# Subtest:\s*(?P<name>.*)$")
_BAIL = re.compile(r"Bail out!\s*(?P<why>.*)$", re.IGNORECASE)
_TIMESTAMP = re.compile(r"^\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? ")

_MOST_CASES = 20_000
_LONGEST_DETAIL = 2000


@dataclass(slots=True)
class _Level:
    """A test list that is being read; ``indent`` is how far its lines are from the left."""

    indent: int
    name: str = ""
    planned: int | None = None
    seen: int = 0
    cases: list[Case] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def parse_ktap(text: str, *, suite: str) -> tuple[Case, ...]:
    """The leaf cases in order; nested names are joined with ".".

    A plan that was not fulfilled, "Bail out!" and a text without any test end in CRASHED cases.
    A parent's own result counts only where its subtests do not explain it.
    """
    reader = _Reader(suite)
    for line in text.replace("\r", "").split("\n"):
        if not reader.take(_TIMESTAMP.sub("", line)):
            break
    return reader.finish()


class _Reader:
    """Keeps the open test lists, outermost first."""

    def __init__(self, suite: str) -> None:
        self._suite = suite
        self._levels = [_Level(0)]
        self._begun = False
        self._bailed: str | None = None

    def take(self, line: str) -> bool:
        """Reads a line; False when the test said that it gives up."""
        stripped = line.strip()
        if not stripped:
            return True
        indent = len(line) - len(line.lstrip(" "))
        bail = _BAIL.match(stripped)
        if bail:
            self._bailed = bail["why"] or "the test bailed out"
            return False
        subtest = _SUBTEST.match(stripped)
        version, plan, result = (p.match(stripped) for p in (_VERSION, _PLAN, _RESULT))
        if not (subtest or version or plan or result):
            self._note(stripped)
            return True
        self._begun = True
        if result:
            self._result(result, indent)
        elif version or subtest or plan:
            level = self._at(indent)
            if subtest:
                level.name = subtest["name"].strip()
            elif plan and level.planned is None:
                level.planned = int(plan["count"])
                if plan["why"]:
                    level.notes.append(plan["why"])
        return True

    def finish(self) -> tuple[Case, ...]:
        """Closes what is open: a list whose parent never reported crashed."""
        while len(self._levels) > 1:
            level = self._levels.pop()
            cases = self._closed(level, cut=True)
            self._levels[-1].cases += cases
            self._levels[-1].seen += 1
        top = self._levels[0]
        if not self._begun or (self._bailed is None and not top.cases and top.planned is None):
            return (Case(self._suite, self._suite, CaseState.CRASHED, "it printed no results"),)
        if self._bailed is not None:
            top.cases.append(
                Case(self._suite, self._suite, CaseState.CRASHED, f"bail out: {self._bailed}")
            )
            return tuple(top.cases)
        if top.planned == 0 and not top.cases:
            return (Case(self._suite, self._suite, CaseState.SKIPPED, " ".join(top.notes)),)
        return tuple(self._closed(top, cut=False))

    def _at(self, indent: int) -> _Level:
        """The test list at this indentation; opens one, or closes deeper ones that never ended."""
        while len(self._levels) > 1 and self._levels[-1].indent > indent:
            level = self._levels.pop()
            self._levels[-1].cases += self._closed(level, cut=True)
            self._levels[-1].seen += 1
        if self._levels[-1].indent < indent:
            self._levels.append(_Level(indent))
        return self._levels[-1]

    def _result(self, result: re.Match[str], indent: int) -> None:
        children: _Level | None = None
        while len(self._levels) > 1 and self._levels[-1].indent > indent:
            if children is not None:
                self._levels[-1].cases += self._closed(children, cut=True)
            children = self._levels.pop()
        level = self._at(indent)
        level.seen += 1
        number = int(result["number"] or level.seen)
        name = result["name"].strip(" -") or (children.name if children else "") or f"test {number}"
        state, detail = _state(result)
        notes, level.notes = level.notes, []
        if children is None:
            if state is not CaseState.PASSED and notes:
                detail = "\n".join((detail, *notes) if detail else notes)[-_LONGEST_DETAIL:]
            self._add(level, Case(self._suite, name, state, detail))
            return
        inner = self._closed(children, cut=False)
        for case in inner:
            self._add(level, Case(case.suite, f"{name}.{case.name}", case.state, case.detail))
        explained = any(c.state in (CaseState.FAILED, CaseState.CRASHED) for c in inner)
        if not inner or (state is CaseState.FAILED and not explained):
            self._add(level, Case(self._suite, name, state, detail))

    def _closed(self, level: _Level, *, cut: bool) -> list[Case]:
        """A list's cases, with a CRASHED one for each that its plan promised in vain.

        ``cut``: the list's parent never reported; then its name is not in the cases yet.
        """
        cases = list(level.cases)
        missing = range(level.seen, min(level.planned or 0, level.seen + 1000))
        for n in missing:
            cases.append(
                Case(self._suite, f"test {n + 1}", CaseState.CRASHED, "planned, and never reported")
            )
        if cut:
            if not missing:
                cases.append(Case(self._suite, "end", CaseState.CRASHED, "its result never came"))
            if level.name:
                cases = [Case(c.suite, f"{level.name}.{c.name}", c.state, c.detail) for c in cases]
        return cases

    def _add(self, level: _Level, case: Case) -> None:
        if len(level.cases) < _MOST_CASES:
            level.cases.append(case)

    def _note(self, stripped: str) -> None:
        notes = self._levels[-1].notes
        notes.append(stripped.removeprefix("#").strip())
        del notes[:-20]


def _state(result: re.Match[str]) -> tuple[CaseState, str]:
    """The state that a result line states, and the words after its "#"."""
    after = (result["after"] or "").strip()
    directive = _DIRECTIVE.match(after)
    failed = result["word"] == "not ok"
    if directive is None:
        return (CaseState.FAILED if failed else CaseState.PASSED), after
    word, why = directive["word"].upper(), directive["why"].strip()
    if word == "SKIP":
        return CaseState.SKIPPED, why
    if word in ("TODO", "XFAIL"):
        # The test is known not to work: its failing says nothing new.
        return (CaseState.SKIPPED if failed else CaseState.PASSED), f"{word}: {why}".rstrip(": ")
    return CaseState.FAILED, f"{word}: {why}".rstrip(": ")
