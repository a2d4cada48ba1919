# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads KTAP, as the kernel's Documentation/dev-tools/ktap.rst has it, TAP 13, and kselftest.

Accepts nested subtests by indentation (spaces or tabs), with or without their own version line,
and behind "# " as kselftest's runner prints them; plans ("1..N") before or after the results;
directives (SKIP, TODO, TIMEOUT, XFAIL), "# exit=4", and "[SKIP]"; diagnostics. A test is taken to
have crashed until its result line is seen. The text is hostile: it is only matched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from vreview.model.trial import Case, CaseState
from vreview.parse.ktapline import BAIL, PLAN, RESULT, SUBTEST, VERSION, told, unprefixed

_QUOTE_WIDTH = 1000
"""How much deeper a list behind "# " is than any indentation could make it."""

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
    A parent's own result counts only where its subtests do not explain it. A list without a test
    did not run: SKIPPED. What stands before the first version line is cut from every line.
    """
    reader = _Reader(suite)
    for line in unprefixed(text.replace("\r", "").split("\n")):
        if not reader.take(line):
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
        quotes, line = self._unquoted(line)
        stripped = line.strip()
        if not stripped:
            return True
        tabbed = line.expandtabs()
        indent = quotes * _QUOTE_WIDTH + len(tabbed) - len(tabbed.lstrip())
        bail = BAIL.match(stripped)
        if bail:
            return self._bail(bail["why"] or "the test bailed out", indent, quoted=quotes > 0)
        subtest = SUBTEST.match(stripped)
        version, plan, result = (p.match(stripped) for p in (VERSION, PLAN, RESULT))
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
            why = " ".join(top.notes) or "no tests run"
            return (Case(self._suite, self._suite, CaseState.SKIPPED, why),)
        return tuple(self._closed(top, cut=False))

    def _unquoted(self, line: str) -> tuple[int, str]:
        """How many times kselftest's runner put "# " before the line, and the line without it.

        A diagnostic looks the same: a quoted list begins with its version line or its plan, and
        goes on until a result outside of it.
        """
        quotes = 0
        while line.startswith("# ") and not SUBTEST.match(line):
            inner = line[2:].strip()
            opened = self._levels[-1].indent // _QUOTE_WIDTH > quotes
            if not (opened or VERSION.match(inner) or PLAN.match(inner)):
                break
            quotes, line = quotes + 1, line[2:]
        return quotes, line

    def _bail(self, why: str, indent: int, *, quoted: bool) -> bool:
        """The end of everything, or of a quoted list alone, whose runner goes on."""
        if not quoted:
            self._bailed = why
            return False
        level = self._at(indent)
        level.planned = None
        self._add(level, Case(self._suite, "bail out", CaseState.CRASHED, why))
        return True

    def _at(self, indent: int) -> _Level:
        """The test list at this indentation; opens one, or closes deeper ones that never ended."""
        while len(self._levels) > 1 and self._levels[-1].indent > indent:
            level = self._levels.pop()
            self._levels[-1].cases += self._closed(level, cut=True)
            self._levels[-1].seen += 1
        if self._levels[-1].indent < indent:
            # kselftest's runner says which program it starts, and then quotes it.
            said = [note for note in self._levels[-1].notes if note.startswith("selftests: ")]
            name = said[-1] if said and indent >= _QUOTE_WIDTH else ""
            self._levels.append(_Level(indent, name))
        return self._levels[-1]

    def _result(self, result: re.Match[str], indent: int) -> None:
        children: _Level | None = None
        while len(self._levels) > 1 and self._levels[-1].indent > indent:
            if children is not None:
                self._levels[-1].cases += self._closed(children, cut=True)
            children = self._levels.pop()
        level = self._at(indent)
        level.seen += 1
        name, state, detail = told(result)
        name = name or (children.name if children else "")
        name = name or f"test {int(result['number'] or level.seen)}"
        notes, level.notes = [note for note in level.notes if note not in ("", name)], []
        if children is None:
            if state is not CaseState.PASSED and notes:
                detail = "\n".join((detail, *notes) if detail else notes)[-_LONGEST_DETAIL:]
            self._add(level, Case(self._suite, name, state, detail))
            return
        inner = self._closed(children, cut=False)
        for case in inner:
            self._add(level, Case(case.suite, f"{name}.{case.name}", case.state, case.detail))
        explained = any(c.state in (CaseState.FAILED, CaseState.CRASHED) for c in inner)
        if not inner and state is CaseState.PASSED and children.indent < _QUOTE_WIDTH:
            state, detail = CaseState.SKIPPED, "no tests run"
        timed_out = detail.startswith("TIMEOUT")
        if not inner or (state is CaseState.FAILED and (timed_out or not explained)):
            self._add(level, Case(self._suite, name, state, detail or " ".join(children.notes)))

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
