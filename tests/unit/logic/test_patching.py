# SPDX-License-Identifier: GPL-2.0-or-later
"""Placing hunks: git's order of search and git's limits; and why one did not fit."""

from __future__ import annotations

import pytest

from vreview.errors import HostileInput
from vreview.logic.conflict import Surroundings, explain, is_applied, nearest
from vreview.logic.patching import Changes, Entry, Misfit, Placed, apply_files, place_hunks
from vreview.model.review import How, Refusal
from vreview.parse.diff import parse_diff


class Files:
    """A tree in a dictionary; links are str."""

    def __init__(self, files: dict[str, bytes | str]) -> None:
        self.files = files

    def find(self, path: str) -> Entry | None:
        for depth in range(1, path.count("/") + 2):
            here = "/".join(path.split("/")[:depth])
            if here in self.files:
                data = self.files[here]
                if isinstance(data, str):
                    return Entry(here, 0o120000, data.encode())
                return Entry(here, 0o100644, data)
        if any(name.startswith(path + "/") for name in self.files):
            return Entry(path, 0o040000)
        return None


def lines(*names: object) -> bytes:
    return b"".join(f"{name}\n".encode() for name in names)


def diff(body: str, name: str = "x.c") -> bytes:
    return f"diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n{body}".encode()


MIDDLE = "@@ -4,3 +4,3 @@\n a\n-b\n+B\n c\n"


def placed(data: bytes, body: str) -> Placed | Misfit:
    return place_hunks(data, parse_diff(diff(body))[0].hunks)


def test_the_nearest_place_wins_and_below_before_above() -> None:
    block = ("a", "b", "c")
    both = lines(0, *block, 1, *block, 2)
    result = placed(both, MIDDLE)
    assert isinstance(result, Placed)
    # Line 4 is wanted; the blocks begin at 2 and 6, equally far: git looks below first.
    assert result.data == lines(0, *block, 1, "a", "B", "c", 2)
    assert (result.offsets, result.how) == ((2,), How.OFFSET)


def test_a_hunk_from_line_one_fits_only_there() -> None:
    first = "@@ -1,2 +1,2 @@\n-a\n+A\n b\n"
    assert isinstance(placed(lines("a", "b", "c"), first), Placed)
    assert isinstance(placed(lines(0, "a", "b", "c"), first), Misfit)


def test_a_hunk_without_trailing_context_fits_only_at_the_end() -> None:
    last = "@@ -4,2 +4,3 @@\n a\n b\n+c\n"
    assert isinstance(placed(lines(1, 2, 3, "a", "b"), last), Placed)
    assert isinstance(placed(lines(0, 1, 2, 3, "a", "b"), last), Placed)
    assert isinstance(placed(lines(1, 2, 3, "a", "b", 4), last), Misfit)


def test_a_hunk_does_not_match_what_an_earlier_one_brought() -> None:
    body = "@@ -2,2 +2,3 @@\n 1\n+x\n 2\n" + "@@ -3,2 +4,3 @@\n x\n+y\n 2\n"
    result = placed(lines(0, 1, 2, 3), body)
    assert isinstance(result, Misfit)
    assert result.n == 2


def test_no_fuzz() -> None:
    assert isinstance(placed(lines(1, 2, 3, "a", "b", "other"), MIDDLE), Misfit)


def test_every_file_or_none() -> None:
    files = parse_diff(diff(MIDDLE) + diff(MIDDLE, "absent.c"))
    (rejected,) = apply_files(files, Files({"x.c": lines(1, 2, 3, "a", "b", "c")}))
    assert rejected.refusal is Refusal.MISSING_FILE
    assert "absent.c" in rejected.why


def test_two_files_may_swap_names() -> None:
    swap = parse_diff(
        b"diff --git a/p b/q\nsimilarity index 100%\nrename from p\nrename to q\n"
        b"diff --git a/q b/p\nsimilarity index 100%\nrename from q\nrename to p\n"
    )
    result = apply_files(swap, Files({"p": b"1\n", "q": b"2\n"}))
    assert isinstance(result, Changes)
    assert {path: entry.data for path, entry in result.written.items()} == {
        "q": b"1\n",
        "p": b"2\n",
    }
    assert not result.removed


def new_file(name: str) -> bytes:
    return (
        f"diff --git a/{name} b/{name}\nnew file mode 100644\n--- /dev/null\n+++ b/{name}\n"
        "@@ -0,0 +1 @@\n+x\n"
    ).encode()


@pytest.mark.parametrize("name", ["link/x.c", "link/deeper/x.c"])
def test_a_path_through_a_symbolic_link_is_refused(name: str) -> None:
    with pytest.raises(HostileInput, match="symbolic link 'link'") as caught:
        apply_files(parse_diff(new_file(name)), Files({"link": "elsewhere"}))
    assert caught.value.path == name


def test_a_link_made_by_the_patch_itself_is_none_to_write_through() -> None:
    link = (
        b"diff --git a/d b/d\nnew file mode 120000\n--- /dev/null\n+++ b/d\n"
        b"@@ -0,0 +1 @@\n+src\n\\ No newline at end of file\n"
    )
    with pytest.raises(HostileInput, match=r"'d/x\.c' through the symbolic link 'd'"):
        apply_files(parse_diff(link + new_file("d/x.c")), Files({"src/y": b"\n"}))


def test_a_link_changed_to_point_out_of_the_tree_is_refused() -> None:
    body = "@@ -1 +1 @@\n-in\n\\ No newline\n+../../out\n\\ No newline\n"
    change = parse_diff(diff(body, "l").replace(b"--- ", b"index 1234567..89abcde 120000\n--- ", 1))
    with pytest.raises(HostileInput, match="out of the tree"):
        apply_files(change, Files({"l": "in"}))


def test_a_file_does_not_replace_a_folder() -> None:
    (rejected,) = apply_files(parse_diff(new_file("d")), Files({"d/x.c": b"1\n"}))
    assert "is a folder" in rejected.why


def explained(before: bytes, body: str) -> tuple[Refusal, str]:
    files = parse_diff(diff(body))
    tree = Files({"x.c": before})
    rejected = apply_files(files, tree)
    assert not isinstance(rejected, Changes)
    result = explain(files, rejected, tree, Surroundings(known=lambda blob: False))
    return result.refusal, result.why


def test_already_applied_is_said() -> None:
    after = lines(1, 2, 3, "a", "B", "c", 4)
    assert is_applied(parse_diff(diff(MIDDLE)), Files({"x.c": after}))
    assert explained(after, MIDDLE)[0] is Refusal.ALREADY_APPLIED


def test_the_line_that_differs_is_named_with_its_number() -> None:
    refusal, why = explained(lines(*range(20), "a", "other", "c", *range(20)), MIDDLE)
    assert refusal is Refusal.CONFLICT
    assert why == (
        "x.c: hunk 1 (@@ -4,3 +4,3 @@) does not fit: it expects 'b', and line 22 is 'other'"
    )


def test_damaged_white_space_is_told_apart() -> None:
    body = "@@ -4,3 +4,3 @@\n a\n-\tb c\n+B\n d\n"
    assert "white space" in explained(lines(1, 2, 3, "a", "        b c", "d", 4), body)[1]


def test_made_on_a_blob_that_nobody_has() -> None:
    body = diff(MIDDLE).replace(b"--- ", b"index 1234567..89abcde 100644\n--- ", 1)
    files = parse_diff(body)
    tree = Files({"x.c": lines("other")})
    rejected = apply_files(files, tree)
    assert not isinstance(rejected, Changes)
    around = Surroundings(known=lambda blob: False, missing=(1,))
    result = explain(files, rejected, tree, around)
    assert result.refusal is Refusal.OTHER_SERIES
    assert "1234567" in result.why
    assert "patch 1 is missing" in result.why


def test_the_nearest_place_is_found_fast_in_a_hostile_file() -> None:
    same = b"}\n" * 200_000
    body = "@@ -1000,400 +1000,400 @@\n" + " }\n" * 399 + "-gone\n+new\n"
    files = parse_diff(diff(body))
    (rejected,) = apply_files(files, Files({"x.c": same}))
    conflict = nearest(rejected)
    assert conflict is not None
    assert conflict.near_line == 0
