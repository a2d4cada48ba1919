# SPDX-License-Identifier: GPL-2.0-or-later
"""Build logs as observations. A log is a golden file; beside it, what is read from it.

To add one: put NAME.log into tests/golden/diagnostics, run with VREVIEW_GOLDEN=write, and read
what was written before committing it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from vreview.model.observation import Severity
from vreview.parse.diagnostics import (
    Diagnostic,
    observations,
    parse_diagnostics,
    progress_target,
    unit_of,
    units_made,
)

_GOLDEN = Path(__file__).parents[2] / "golden" / "diagnostics"
_SOURCE = "/src/linux"


def _told(found: tuple[Diagnostic, ...]) -> list[dict[str, object]]:
    return [
        {
            "unit": d.unit,
            "tool": d.observation.tool,
            "rule": d.observation.rule,
            "severity": d.observation.severity.value,
            "place": str(d.observation.place),
            "function": d.observation.place.function,
            "message": d.observation.message,
            "subject": d.observation.subject,
            "evidence": [[str(s.place or ""), s.text, s.source] for s in d.observation.evidence],
        }
        for d in found
    ]


@pytest.mark.parametrize("log", sorted(_GOLDEN.glob("*.log")), ids=lambda p: p.stem)
def test_log_reads_as_its_golden_file_says(log: Path) -> None:
    told = _told(parse_diagnostics(log.read_text(), source=_SOURCE, build="/build"))
    golden = log.with_suffix(".json")
    if os.environ.get("VREVIEW_GOLDEN") == "write":
        golden.write_text(json.dumps(told, indent=1) + "\n")
    assert told == json.loads(golden.read_text())


@pytest.mark.parametrize("log", sorted(_GOLDEN.glob("*.log")), ids=lambda p: p.stem)
def test_the_kept_lines_read_as_the_same(log: Path) -> None:
    """What the warnings of an object are kept as must say the same when it is read again."""
    found = parse_diagnostics(log.read_text(), source=_SOURCE)
    again = parse_diagnostics("\n".join(d.text for d in reversed(found)), source=_SOURCE)
    assert _told(tuple(reversed(again))) == _told(found)


def test_a_header_s_second_warning_belongs_to_the_same_unit() -> None:
    log = (
        "In file included from a/x.c:1:\n"
        "h.h:3:1: warning: one [-Wone]\n"
        "h.h:4:1: warning: two [-Wtwo]\n"
    )
    assert [d.unit for d in parse_diagnostics(log)] == ["a/x", "a/x"]


def test_one_fact_from_two_units_is_observed_once() -> None:
    log = "".join(
        f"In file included from {unit}.c:1:\nh.h:3:1: warning: one [-Wone]\n" for unit in "ab"
    )
    found = parse_diagnostics(log)
    assert [d.unit for d in found] == ["a", "b"]
    assert len(observations(found)) == 1


def test_a_moved_warning_keeps_its_fingerprint_and_another_function_s_differs() -> None:
    def seen(line: int, function: str) -> str:
        context = f"x.c: In function \u2018{function}\u2019:\n"
        log = f"{context}x.c:{line}:2: warning: unused \u2018n\u2019 [-Wunused]\n"
        return parse_diagnostics(log)[0].observation.fingerprint

    assert seen(3, "f") == seen(400, "f")
    assert seen(3, "f") != seen(3, "g")


def test_make_s_own_words_count_only_when_nothing_explains_the_failure() -> None:
    bare = "make[2]: *** [scripts/Makefile.build:250: a/x.o] Error 1\n"
    explained = "a/x.c:1:1: error: no\n" + bare
    assert [o.tool for o in observations(parse_diagnostics(bare))] == ["make"]
    assert [o.tool for o in observations(parse_diagnostics(explained))] == ["gcc"]


def test_an_error_promoted_from_a_warning_is_an_error_with_the_flag_as_rule() -> None:
    log = "x.c:1:1: error: implicit \u2018f\u2019 [-Werror=implicit-function-declaration]\n"
    (seen,) = observations(parse_diagnostics(log))
    assert (seen.severity, seen.rule) == (Severity.ERROR, "implicit-function-declaration")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "  CC      init/main.o",
        "warning: nothing before it",
        "make[1]: Entering directory '/src/linux'",
        "x.c:12: not a diagnostic",
        "\x1b[31mx.c\x1b[0m:1:1 error",
        "::::: error: [-W]",
    ],
)
def test_other_lines_are_no_diagnostics(line: str) -> None:
    assert parse_diagnostics(line) == ()


def test_progress_lines_name_units() -> None:
    log = "  CC      a/x.o\n  CC [M]  b/y.o\n  LD      vmlinux.o\n  AR      a/built-in.a\n"
    assert units_made(log) == ("a/x", "b/y", "vmlinux", "a/built-in")
    assert [progress_target(line) for line in log.splitlines()][:2] == ["a/x.o", "b/y.o"]
    assert progress_target("make: nothing") == ""
    assert unit_of("a/x.tab.c") == "a/x.tab"
