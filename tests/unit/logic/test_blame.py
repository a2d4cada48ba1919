# SPDX-License-Identifier: GPL-2.0-or-later
"""Whom a warning or a splat is blamed on; which functions a diff changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vreview.logic.blame import blamed
from vreview.logic.touched import functions_changed
from vreview.model.observation import Category, Confidence, Observation, Origin, Place, Severity
from vreview.model.series import Series
from vreview.model.trial import Frame, Splat
from vreview.parse.diff import parse_diff

SEEN = Observation(
    Origin.COMPILER, "gcc", "-Wunused", Severity.WARNING, Confidence.HIGH, Category.BUILD,
    Place("a.c", 4), "unused variable x",
)  # fmt: skip
SHOWN = replace(SEEN, origin=Origin.CONSOLE, place=Place("console", 7))

_ONE = b"""diff --git a/a.c b/a.c
--- a/a.c
+++ b/a.c
@@ -1,3 +1,4 @@ static int first(void)
 {
+	int y;
 	return 0;
 }
"""
_TWO = b"""diff --git a/a.c b/a.c
--- a/a.c
+++ b/a.c
@@ -1,3 +1,4 @@ static int first(void)
 {
+	int x;
 	int y;
 	return 0;
@@ -20,2 +21,6 @@ int last(void)
 }
 
+static int fresh(struct a *p)
+{
+	return 1;
+}
"""


def _series(*diffs: bytes) -> Series:
    from sample_patches import patch_of

    patches = tuple(patch_of(n, parse_diff(diff)) for n, diff in enumerate(diffs, start=1))
    return Series("", 1, len(patches), patches)


@pytest.mark.parametrize(("line", "patch", "hunk"), [(2, 2, 1), (3, 1, 1), (23, 2, 2)])
def test_a_warning_is_the_patches_that_added_its_line(line: int, patch: int, hunk: int) -> None:
    found = blamed(replace(SEEN, place=Place("a.c", line)), _series(_ONE, _TWO))
    assert (found.patch, found.hunk) == (patch, hunk)


def test_a_warning_elsewhere_is_nobodys() -> None:
    assert blamed(replace(SEEN, place=Place("b.c", 2)), _series(_ONE, _TWO)).patch is None


def _splat(*functions: str, text: str = "") -> Splat:
    return Splat("kasan", "KASAN: use-after-free Read in f", functions, text, 7)


@pytest.mark.parametrize(
    ("stack", "patch", "note"),
    [
        (("memset", "fresh"), 2, "patch 2/2 changed fresh() (second frame)"),
        (("first",), 2, "patch 2/2 changed first() (first frame)"),
        ((*"abcdefghi", "first"), 2, "patch 2/2 changed first() (frame 10)"),
        (("other", "last"), None, "no changed function on the stack"),
    ],
)
def test_a_splat_is_the_last_patchs_that_changed_a_function_on_its_stack(
    stack: tuple[str, ...], patch: int | None, note: str
) -> None:
    found = blamed(SHOWN, _series(_ONE, _TWO), splat=_splat(*stack))
    assert (found.patch, found.notes) == (patch, (note,))


def test_the_innermost_changed_function_decides() -> None:
    found = blamed(SHOWN, _series(_TWO, _ONE), splat=_splat("fresh", "first"))
    assert (found.patch, found.hunk) == (1, 2)


def test_who_freed_it_is_asked_when_nobody_on_the_stack_is() -> None:
    text = "Freed by task 70:\n kfree+0x12/0x40\n first.isra.0+0x8/0x20\n main+0x1/0x2\n"
    found = blamed(SHOWN, _series(_ONE), splat=_splat("user", text=text))
    assert found.patch == 1
    assert found.notes == ("patch 1/1 changed first(), which the report names, not on the stack",)


def test_a_splat_without_a_stack_is_nobodys_and_nothing_is_said() -> None:
    assert blamed(SHOWN, _series(_ONE), splat=_splat()).notes == ()
    assert blamed(SHOWN, _series(_ONE)).patch is None


def _changed(section: str, body: str) -> dict[str, int]:
    lines = body.strip("\n").split("\n")
    old = sum(line[:1] != "+" for line in lines)
    new = sum(line[:1] != "-" for line in lines)
    text = f"--- a/a.c\n+++ b/a.c\n@@ -9,{old} +9,{new} @@ {section}\n" + "\n".join(lines) + "\n"
    (diff,) = parse_diff(b"diff --git a/a.c b/a.c\n" + text.encode())
    return functions_changed(diff)


@pytest.mark.parametrize(
    ("section", "body", "functions"),
    [
        ("static int f(void)", " \tint a;\n+\tint b;", {"f"}),
        ("static int f(void)", " }\n \n static int g(int a)\n {\n-\tx();\n+\ty();\n }", {"g"}),
        # A function that only stands beside the change is not changed.
        ("static int f(void)", "-\tx();\n \ty();\n }\n \n int g(void)\n {", {"f"}),
        ("static int f(void)", " }\n \n+static struct ops o = {\n+\t.a = f,\n+};", set()),
        ("static int f(void)", " }\n \n+/* a\n+ * b */\n+int g;", set()),
        ("static int f(void)", " }\n \n-static void g(void)\n-{\n-\tx();\n-}", {"g"}),
        ("static int f(void)", " \tgoto out;\n out:\n+\tx();\n err: /* late */\n \treturn;", {"f"}),
        ("", "-int old(int a)\n+int new(int a)\n {\n \treturn a;", {"old", "new"}),
        ("", "+static int\n+gnu(struct a *p,\n+    int b)\n+{\n+}", {"gnu"}),
        ("", "+int declared(int a);\n+EXPORT_SYMBOL(f);", set()),
        ("", " struct a *find(struct b *b)\n {\n-\tx();", {"find"}),
    ],
)
def test_the_functions_that_a_hunk_changes(section: str, body: str, functions: set[str]) -> None:
    assert set(_changed(section, body)) == functions


def test_a_system_call_is_known_by_the_names_that_stacks_show() -> None:
    changed = _changed("SYSCALL_DEFINE3(quux, int, a, int, b, int, c)", "+\tx();\n \ty();")
    assert {"__x64_sys_quux", "__do_sys_quux", "__arm64_sys_quux"} <= set(changed)


def test_a_changed_function_that_was_inlined_is_found_in_the_frame_around_it() -> None:
    inner, outer = Place("a.c", 22, "fresh"), Place("a.c", 50, "caller")
    frame = Frame("caller", 4, 80, exact=True, at=(inner, outer))
    splat = replace(_splat("caller", "first"), frames=(frame, Frame("first", 9, 30)))
    found = blamed(SHOWN, _series(_ONE, _TWO), splat=splat)
    assert found.patch == 2
    note = "patch 2/2 changed fresh(), which is inlined into caller() (first frame)"
    assert found.notes == (note,)
