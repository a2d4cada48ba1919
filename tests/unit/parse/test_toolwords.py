# SPDX-License-Identifier: GPL-2.0-or-later
"""What other tools print, as their versions of today print it."""

from __future__ import annotations

import pytest

from vreview.model.observation import Category, Confidence, Observation, Place, Severity
from vreview.parse.toolwords import (
    about,
    checkpatch_said,
    clang_tidy_said,
    coccinelle_said,
    kernel_doc_said,
    smatch_said,
    sparse_said,
)

_ABOVE = "/slot/source/"


def _told(said: tuple[Observation, ...]) -> list[tuple[str, str, str]]:
    return [(one.rule, str(one.place), one.message) for one in said]


def test_checkpatch_counts_lines_in_the_file_and_never_accuses() -> None:
    said = checkpatch_said(
        "drivers/x.c:11: ERROR:SPACING: space required after that ';' (ctx:VxV)\n"
        "drivers/x.c:12: WARNING:BRACES: braces {} are not necessary\n"
        "total: 1 errors, 1 warnings, 5 lines checked\n"
    )
    assert _told(said) == [
        ("checkpatch/SPACING", "drivers/x.c:11", "space required after that ';' (ctx:VxV)"),
        ("checkpatch/BRACES", "drivers/x.c:12", "braces {} are not necessary"),
    ]
    assert {one.severity for one in said} == {Severity.NOTE}
    assert [one.confidence for one in said] == [Confidence.HIGH, Confidence.MODERATE]


@pytest.mark.parametrize(
    "line",
    [
        ":1: WARNING:TYPO_SPELLING: 'teh' may be misspelled - perhaps 'the'?",
        "drivers/Kconfig:2: ERROR:NO_AUTHOR_SIGN_OFF: Missing Signed-off-by: line",
        "drivers/x.c:9: WARNING:BAD_FIXES_TAG: Please use correct Fixes: style",
    ],
)
def test_what_checkpatch_says_of_the_message_has_no_place(line: str) -> None:
    (said,) = checkpatch_said(line)
    assert said.place == Place("")


def test_sparse_keeps_what_it_expected_and_what_it_got() -> None:
    said = sparse_said(
        f"{_ABOVE}net/x.c:7:20: warning: incorrect type in argument 1 (different base types)\n"
        f"{_ABOVE}net/x.c:7:20:    expected restricted __be32 [usertype] a\n"
        f"{_ABOVE}net/x.c:7:20:    got unsigned int\n"
        f"{_ABOVE}net/x.c:30:12: warning: context imbalance in 'f' - wrong count at exit\n",
        prefix=_ABOVE,
    )
    assert [(str(one.place), one.category) for one in said] == [
        ("net/x.c:7", Category.OTHER),
        ("net/x.c:30", Category.LOCK),
    ]
    assert [step.text for step in said[0].evidence] == [
        "expected restricted __be32 [usertype] a",
        "got unsigned int",
    ]


def test_a_kind_of_remark_is_named_without_the_names_in_it() -> None:
    line = "a.c:1:2: warning: context imbalance in '{}' - wrong count at exit\n"
    first, second = (sparse_said(line.format(name), prefix="")[0] for name in ("f", "g_2"))
    assert first.rule == second.rule == "sparse/context-imbalance-wrong"
    assert first.fingerprint != second.fingerprint


def test_coccinelle_has_the_rule_of_the_script_and_numbers_are_no_identity() -> None:
    one, other = (
        coccinelle_said(
            f"/t/a.c:{line}:2-8: preceding lock on line {line - 3}\n",
            prefix="/t/",
            rule="locks/mini_lock",
            confidence=Confidence.LOW,
        )[0]
        for line in (7, 90)
    )
    assert (one.rule, one.category, one.confidence) == (
        "coccinelle/locks/mini_lock",
        Category.LOCK,
        Confidence.LOW,
    )
    assert one.fingerprint == other.fingerprint


def test_coccinelles_error_and_warning_are_words_of_its_message() -> None:
    (said,) = coccinelle_said("a.c:11:20-21: ERROR: q is NULL but dereferenced.\n", prefix="",
                              rule="null/deref_null")  # fmt: skip
    assert (said.message, said.severity) == ("q is NULL but dereferenced.", Severity.WARNING)


def test_smatch_names_the_function() -> None:
    said = smatch_said(
        f"{_ABOVE}drivers/x.c:45 probe() warn: missing error code 'ret'\n"
        "drivers/x.c:60 probe() error: uninitialized symbol 'n'.\n"
        "drivers/x.c:61 probe() warn: variable dereferenced before check 'p' (see line 58)\n"
        "drivers/x.c: note: in included file:\n",
        prefix=_ABOVE,
    )
    assert [(one.place.line, one.place.function, one.category) for one in said] == [
        (45, "probe", Category.ERRNO),
        (60, "probe", Category.UNINIT),
        (61, "probe", Category.NULL),
    ]


def test_clang_tidys_notes_lead_to_its_warning_and_its_errors_are_none() -> None:
    said = clang_tidy_said(
        "a.c:9:3: warning: Dereference of null pointer [clang-analyzer-core.NullDereference]\n"
        "        return p->n;\n"
        "               ^\n"
        "a.c:5:6: note: Assuming 'p' is null\n"
        "a.c:2:10: error: unknown type name 'u99' [clang-diagnostic-error]\n",
        prefix="",
    )
    assert [(one.rule, one.category) for one in said] == [
        ("clang-tidy/clang-analyzer-core.NullDereference", Category.NULL)
    ]
    assert [(step.text, str(step.place)) for step in said[0].evidence] == [
        ("Assuming 'p' is null", "a.c:5")
    ]


@pytest.mark.parametrize(
    ("words", "family"),
    [
        ("inconsistent returns '&dev->lock'.", Category.LOCK),
        ("possible memory leak of 'buf'", Category.LEAK),
        ("dereferencing freed memory 'p'", Category.UAF),
        ("passing zero to 'ERR_PTR'", Category.ISERR),
        ("analyzer-double-free", Category.UAF),
        ("use-of-uninitialized-value", Category.UNINIT),
        ("incorrect type in assignment", Category.OTHER),
    ],
)
def test_a_remark_belongs_to_a_family(words: str, family: Category) -> None:
    assert about(words) is family


@pytest.mark.parametrize(
    "garbage", ["", "\0\0:1:", "a.c:99999999999999999999:1: warning: x", ":::::", "x" * 9000]
)
def test_garbage_is_no_crash(garbage: str) -> None:
    for said in (sparse_said, smatch_said, clang_tidy_said):
        assert len(said(garbage, prefix="/t/")) <= 1
    assert len(coccinelle_said(garbage, prefix="/t/", rule="x")) <= 1
    assert checkpatch_said(garbage) == ()


@pytest.mark.parametrize(
    ("line", "place", "function", "rule"),
    [
        ("net/x.c:12: warning: Function parameter or member 'len' not described in 'put'",
         "net/x.c:12", "put", "kernel-doc/function-parameter-or"),
        ("Warning: net/x.c:12 function parameter 'len' not described in 'put'",
         "net/x.c:12", "put", "kernel-doc/function-parameter-not"),
        ("net/x.c:9: warning: Excess function parameter 'n' description in 'get'",
         "net/x.c:9", "get", "kernel-doc/excess-function-parameter"),
        ("net/x.c:7: warning: expecting prototype for f(). Prototype was for g() instead",
         "net/x.c:7", "", "kernel-doc/expecting-prototype-f"),
    ],
)  # fmt: skip
def test_kernel_doc_old_and_new(line: str, place: str, function: str, rule: str) -> None:
    (said,) = kernel_doc_said(f"some heading\n{line}\n1 warnings\n")
    assert (str(said.place), said.place.function, said.rule) == (place, function, rule)
    assert said.severity is Severity.NOTE
