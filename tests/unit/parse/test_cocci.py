# SPDX-License-Identifier: GPL-2.0-or-later
"""Semantic patches' headers, and the diffs of those that have no report mode."""

from __future__ import annotations

from vreview.model.observation import Confidence
from vreview.parse.cocci import first_sentence, matched_lines, read_semantic

_SCRIPT = """\
/// Find missing unlocks.  This match considers
/// one case alone.
///
//# False positives are wrappers.
//
// Confidence: Low
// Copyright: (C) nobody
// Options: --no-includes --include-headers --sp-file /etc/passwd

virtual context, org
virtual report

@r@
@@
* f();

@script:python depends on report@
@@
"""


def test_the_header_is_read() -> None:
    header = read_semantic(_SCRIPT)
    assert header.description == "Find missing unlocks. This match considers one case alone."
    assert first_sentence(header.description) == "Find missing unlocks"
    assert header.comments == "False positives are wrappers."
    assert header.confidence is Confidence.LOW
    assert header.modes == {"context", "org", "report"}
    assert header.languages == {"python"}


def test_an_option_that_names_a_file_or_runs_something_is_not_taken() -> None:
    options = "// Options: --no-includes -I /etc --python /bin/sh --include-headers;id\n"
    assert read_semantic(options).options == ("--no-includes",)


def test_a_script_that_says_nothing_is_of_moderate_confidence() -> None:
    header = read_semantic("@@\n@@\n* f();\n")
    assert (header.confidence, header.modes, header.options) == (
        Confidence.MODERATE,
        frozenset(),
        (),
    )


def test_each_block_of_a_diff_is_one_match_at_its_line_in_the_old_file() -> None:
    diff = (
        "diff = \n--- /t/a.c\n+++ /tmp/cocci-output\n"
        "@@ -3,6 +3,5 @@ int f(void)\n a\n b\n-c\n-d\n+e\n f\n g\n"
        "@@ -20,3 +19,4 @@\n a\n+new\n b\n c\n"
    )
    assert matched_lines(diff) == (5, 21)


def test_what_is_no_diff_matches_nothing() -> None:
    assert matched_lines("/t/a.c:3:1-2: remark\n- not in a hunk\n") == ()
