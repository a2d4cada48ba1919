# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines of KTAP, one at a time: what each says, in the dialects that ``ktap`` accepts.

Which list a line belongs to is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vreview.model.trial import CaseState

VERSION = re.compile(r"(?:K?TAP) version \d+$")
PLAN = re.compile(r"1\.\.(?P<count>\d{1,6})(?:\s*#\s*(?P<why>SKIP.*))?$", re.IGNORECASE)
RESULT = re.compile(
    r"(?P<word>ok|not ok)(?=\s|$)(?:\s+(?P<number>\d{1,6}))?(?:\s+-)?(?P<name>[^#]*)"
    r"(?:#\s*(?P<after>.*))?$"
)
_DIRECTIVE = re.compile(
    r"(?P<word>SKIP|TODO|XFAIL|TIMEOUT|ERROR)\b[:\s]*(?P<why>.*)", re.IGNORECASE
)
_WORD_BEHIND = re.compile(r" \[(?P<word>PASS|FAIL|SKIP|XFAIL)\]\s*$")
_SKIP_STATUS = re.compile(r"exit=4\b")
SUBTEST = re.compile(r"# Subtest:\s*(?P<name>.*)$")
BAIL = re.compile(r"Bail out!\s*(?P<why>.*)$", re.IGNORECASE)
_TIMESTAMP = re.compile(r"^\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? ")
_FIRST = re.compile(r"(?P<before>[^#]*?)K?TAP version \d+\s*$")


def unprefixed(lines: list[str]) -> Iterator[str]:
    """The lines without timestamps, and without the console's own prefix or indentation."""
    plain = [_TIMESTAMP.sub("", line) for line in lines]
    before = ""
    for line in plain:
        first = _FIRST.match(line)
        if first:
            before = first["before"]
        if first or PLAN.match(line.strip()) or RESULT.match(line.strip()):
            break
    for line in plain:
        own = line[: len(before)]
        yield line[len(before) :] if own == before or not own.strip() else line


def told(result: re.Match[str]) -> tuple[str, CaseState, str]:
    """The name, the state, and further words of a result line."""
    behind = _WORD_BEHIND.search(result["name"])
    name = result["name"][: behind.start()] if behind else result["name"]
    after = (result["after"] or "").strip()
    directive = _DIRECTIVE.match(after)
    word, why = (directive["word"].upper(), directive["why"].strip()) if directive else ("", after)
    name = name.strip(" -")
    if directive and not name:
        # kselftest's C header prints the name of what it skips behind the word.
        name, why = why, ""
    failed = result["word"] == "not ok"
    if not word and behind:
        word = behind["word"]
    return name, _state(word, why, failed=failed), _detail(word, why)


def _state(word: str, why: str, *, failed: bool) -> CaseState:
    if word in ("SKIP", "XFAIL") or (failed and word == "TODO"):
        # XFAIL, TODO: the test is known not to work; its failing says nothing new.
        return CaseState.SKIPPED
    if word in ("TIMEOUT", "ERROR"):
        return CaseState.FAILED
    if failed and _SKIP_STATUS.match(why):
        return CaseState.SKIPPED
    return CaseState.FAILED if failed else CaseState.PASSED


def _detail(word: str, why: str) -> str:
    if word in ("", "SKIP", "PASS", "FAIL"):
        return why
    return f"{word}: {why}".rstrip(": ")
