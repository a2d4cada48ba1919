# SPDX-License-Identifier: GPL-2.0-or-later
"""parse_diff: what git reads, what it refuses, and what nobody should ever apply."""

from __future__ import annotations

import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vreview.errors import HostileInput, SeriesError, VreviewError
from vreview.model.series import Change
from vreview.parse.binary import apply_delta
from vreview.parse.diff import parse_diff

HUNK = b"@@ -1,2 +1,2 @@ int f(void)\n a\n-b\n+c\n"


def git_diff(name: bytes = b"x.c", hunk: bytes = HUNK, header: bytes = b"") -> bytes:
    return (
        b"diff --git a/%s b/%s\n" % (name, name)
        + header
        + b"--- a/%s\n+++ b/%s\n" % (name, name)
        + hunk
    )


def test_reads_index_line_hunk_and_section() -> None:
    (file,) = parse_diff(git_diff(header=b"index 1234567..89abcde 100755\n"))
    assert (file.change, file.old_path, file.new_path) == (Change.MODIFY, "x.c", "x.c")
    assert (file.old_blob, file.new_blob, file.new_mode) == ("1234567", "89abcde", 0o100755)
    (hunk,) = file.hunks
    assert (hunk.old, hunk.new, hunk.section) == ((b"a\n", b"b\n"), (b"a\n", b"c\n"), "int f(void)")


def test_a_mail_signature_is_not_a_deletion() -> None:
    (file,) = parse_diff(git_diff() + b"-- \n2.39.5\n\n")
    assert len(file.hunks[0].lines) == 3


def test_bare_headers_without_diff_git_and_dates_after_a_tab() -> None:
    (file,) = parse_diff(b"--- a/d/x.c\t2024-01-01 10:00:00 +0100\n+++ b/d/x.c\tnow\n" + HUNK)
    assert (file.change, file.path) == (Change.MODIFY, "d/x.c")


@pytest.mark.parametrize("missing", [b"/dev/null", b"a/x.c\t1970-01-01 01:00:00 +0100"])
def test_bare_headers_of_a_new_file(missing: bytes) -> None:
    (file,) = parse_diff(b"--- %s\n+++ b/x.c\n@@ -0,0 +1 @@\n+a\n" % missing)
    assert (file.change, file.old_path, file.new_path) == (Change.ADD, None, "x.c")


def test_crlf_of_the_mail_goes_and_crlf_of_the_file_stays() -> None:
    mailed = git_diff().replace(b"\n", b"\r\n")
    assert parse_diff(mailed) == parse_diff(git_diff())
    own = git_diff(hunk=b"@@ -1 +1 @@\n-a\r\n+b\r\n")
    assert parse_diff(own)[0].hunks[0].new == (b"b\r\n",)


def test_an_empty_line_is_context_that_lost_its_space() -> None:
    (file,) = parse_diff(git_diff(hunk=b"@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n"))
    assert file.hunks[0].old == (b"a\n", b"\n", b"b\n")


def test_no_newline_at_end_of_file_on_either_side() -> None:
    mark = b"\\ No newline at end of file\n"
    (file,) = parse_diff(git_diff(hunk=b"@@ -1 +1 @@\n-a\n" + mark + b"+b\n" + mark))
    assert (file.hunks[0].old, file.hunks[0].new) == ((b"a",), (b"b",))


def test_rename_copy_mode_empty_file_and_deletion() -> None:
    files = parse_diff(
        b"diff --git a/o b/n\nsimilarity index 90%\nrename from o\nrename to n\n"
        b"index 1234567..89abcde 100644\n--- a/o\n+++ b/n\n" + HUNK
        + b"diff --git a/n b/m\nsimilarity index 100%\ncopy from n\ncopy to m\n"
        b"diff --git a/run b/run\nold mode 100644\nnew mode 100755\n"
        b"diff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29\n"
        b"diff --git a/g b/g\ndeleted file mode 100644\nindex 1234567..0000000\n"
        b"--- a/g\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    )  # fmt: skip
    assert [(f.change, f.old_path, f.new_path) for f in files] == [
        (Change.RENAME, "o", "n"),
        (Change.COPY, "n", "m"),
        (Change.MODE, "run", "run"),
        (Change.ADD, None, "e"),
        (Change.DELETE, "g", None),
    ]


def test_quoted_names_and_names_with_spaces() -> None:
    quoted = rb'"a/\303\274 \"x\".c" "b/\303\274 \"x\".c"'
    files = parse_diff(
        b"diff --git " + quoted + b"\nold mode 100644\nnew mode 100755\n"
        b"diff --git a/one two b/one two\nold mode 100644\nnew mode 100755\n"
    )
    assert [file.path for file in files] == ['ü "x".c', "one two"]


def binary_patch(data: bytes) -> bytes:
    packed = zlib.compress(data)
    out = b"GIT binary patch\nliteral %d\n" % len(data)
    for at in range(0, len(packed), 52):
        piece = packed[at : at + 52]
        letter = len(piece) + (64 if len(piece) <= 26 else 70)
        out += bytes([letter]) + base64.b85encode(piece, pad=True) + b"\n"
    return out + b"\nliteral 0\nHcmV?d00001\n\n"


def test_binary_patch_in_both_halves_and_the_file_after_it() -> None:
    data = bytes(range(256)) * 3
    header = b"diff --git a/b.bin b/b.bin\nnew file mode 100644\nindex 0000000..1234567\n"
    first, second = parse_diff(header + binary_patch(data) + git_diff())
    assert first.binary is not None
    assert (first.binary.data, first.binary.is_delta) == (data, False)
    assert second.path == "x.c"


def test_binary_without_data_is_named() -> None:
    header = b"diff --git a/b.bin b/b.bin\nindex 1234567..89abcde 100644\n"
    (file,) = parse_diff(header + b"Binary files a/b.bin and b/b.bin differ\n")
    assert file.binary_missing


@pytest.mark.parametrize(
    ("diff", "said"),
    [
        (git_diff(hunk=b"@@ -1,3 +1,3 @@\n a\n-b\n+c\nwrapped\n d\n"), "x.c: hunk 1 .*wrapped"),
        (git_diff(hunk=HUNK + b"@@ -9,9 +9,9 @@\n a\n"), "x.c: hunk 2 .*ends within"),
        (git_diff(hunk=b"@@ -1,1 +1,x @@\n a\n"), "x.c: hunk 1: .*malformed"),
        (git_diff(hunk=b"@@ -1 +1,2 @@\n-a\n-b\n+c\n"), "hunk 1 .*more lines"),
        (b"@@ -1 +1 @@\n-a\n+b\n", "belongs to no file"),
        (b"diff --cc x.c\n@@@ -1 -1 +1 @@@\n", "combined diff"),
        (b"diff --git a/x b/x\nindex 1234567..89abcde 100644\n", "changes nothing"),
        (b"diff --git a/x b/x\n--- a/x\n+++ b/y\n" + HUNK, "names 'x' and 'y'"),
        (b"diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n" + HUNK, "new file"),
        (b"--- x.c\n+++ x.c\n" + HUNK, "fewer than 2 components"),
        (b"diff --git a/b b/b\nGIT binary patch\nliteral 9\nzzz\n\n", "damaged"),
        (b"diff --git a/b b/b\nGIT binary patch\nliteral 999999999999\n\n", "limit"),
    ],
)  # fmt: skip
def test_damage_is_an_error_that_names_file_and_hunk(diff: bytes, said: str) -> None:
    with pytest.raises(SeriesError, match=said):
        parse_diff(diff)


def link(name: bytes, target: bytes) -> bytes:
    return (
        b"diff --git a/%s b/%s\nnew file mode 120000\nindex 0000000..1234567\n--- /dev/null\n"
        b"+++ b/%s\n@@ -0,0 +1 @@\n+%s\n\\ No newline at end of file\n"
    ) % (name, name, name, target)


@pytest.mark.parametrize(
    "diff",
    [
        git_diff(b"../../etc/passwd"),
        git_diff(b"x/../../../etc/passwd"),
        b"--- ../../etc/passwd\n+++ ../../etc/passwd\n" + HUNK,
        b"--- /etc/passwd\n+++ /etc/passwd\n" + HUNK,
        b"--- a//etc/passwd\n+++ b//etc/passwd\n" + HUNK,
        git_diff(b".git/config"),
        git_diff(b"sub/.GIT/hooks/post-commit"),
        git_diff(b".git /config"),
        git_diff(b"git~1/config"),
        git_diff(".g\u200cit/config".encode()),
        b'diff --git "a/\\056\\056/x" "b/\\056\\056/x"\nold mode 100644\nnew mode 100755\n',
        b"diff --git a/x b/y\nrename from x\nrename to ../y\n",
        b"diff --git a/x b/../../y\nold mode 100644\nnew mode 100755\n",
        b"diff --git a/m b/m\nnew file mode 160000\nindex 0000000..1234567\n",
        b"diff --git a/m b/m\nold mode 100644\nnew mode 060000\n",
        link(b"l", b"/etc"),
        link(b"a/l", b"../../up"),
        link(b"l", b".git/hooks"),
    ],
)
def test_what_would_leave_the_tree_is_refused_and_named(diff: bytes) -> None:
    with pytest.raises(HostileInput) as caught:
        parse_diff(diff)
    assert caught.value.path in str(caught.value) or repr(caught.value.path) in str(caught.value)


def test_a_link_inside_the_tree_is_none_of_them() -> None:
    (file,) = parse_diff(link(b"include/dt/arm", b"../../arch/arm"))
    assert file.new_mode == 0o120000


PIECES = [
    *git_diff(header=b"index 1..2 100644\n").splitlines(keepends=True),
    *(b"rename from a\n", b"GIT binary patch\n", b"delta 3\n", b"\\ No\n", b"@@ -0,0 +1 @@\n"),
    *(b"new file mode 100644\n", b'diff --git "a/\\', b"--- ", b"\r\n"),
]


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=20)))
def test_any_bytes_give_files_or_an_error_of_ours(pieces: list[bytes]) -> None:
    try:
        files = parse_diff(b"".join(pieces))
    except VreviewError:
        return
    assert all(file.path for file in files)


@pytest.mark.parametrize(
    "delta", [b"", b"\x05", b"\x03\x03\x00", b"\x03\x09\x91\x00\xff", b"\x02\x02"]
)
def test_a_delta_that_does_not_fit_is_a_value_error(delta: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        apply_delta(b"abc", delta)
