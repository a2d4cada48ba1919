# SPDX-License-Identifier: GPL-2.0-or-later
"""Files keep their history under new names."""

from __future__ import annotations

from logic_samples import modified, patch

from vreview.logic.history import histories
from vreview.model.series import Change, FileDiff


def test_a_renamed_file_is_followed_back_to_its_base() -> None:
    (history,) = histories(
        [
            patch(1, modified("a.c", ["x"], ["y"])),
            patch(2, FileDiff(Change.RENAME, "a.c", "b.c")),
            patch(4, modified("b.c", ["y"], ["z"])),
        ]
    )
    assert (history.base_path, history.path) == ("a.c", "b.c")
    assert [history.path_at(k) for k in range(4)] == ["a.c", "a.c", "b.c", "b.c"]
    assert [history.state_after(n) for n in range(6)] == [0, 1, 2, 2, 3, 3]


def test_a_copy_shares_the_history_of_its_source() -> None:
    copy, source = histories(
        [
            patch(1, modified("src.c", ["x"], ["y"])),
            patch(2, FileDiff(Change.COPY, "src.c", "dst.c")),
        ]
    )
    assert (copy.path, copy.base_path, len(copy.steps)) == ("dst.c", "src.c", 2)
    assert (source.path, source.base_path, len(source.steps)) == ("src.c", "src.c", 1)


def test_a_new_file_has_no_base_and_a_deleted_one_no_tip() -> None:
    new, gone = histories(
        [
            patch(1, FileDiff(Change.ADD, None, "a.c")),
            patch(2, FileDiff(Change.DELETE, "z.c", None)),
        ]
    )
    assert (new.base_path, new.path_at(1), new.deleted) == (None, "a.c", False)
    assert (gone.base_path, gone.path_at(1), gone.deleted) == ("z.c", None, True)


def test_a_file_that_comes_back_is_another_file() -> None:
    back, gone = histories(
        [
            patch(1, FileDiff(Change.DELETE, "a.c", None)),
            patch(2, FileDiff(Change.ADD, None, "a.c")),
        ]
    )
    assert (back.base_path, back.deleted) == (None, False)
    assert (gone.base_path, gone.deleted) == ("a.c", True)
