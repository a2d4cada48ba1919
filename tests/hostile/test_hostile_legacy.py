# SPDX-License-Identifier: GPL-2.0-or-later
"""What a stranger's build leaves behind for the next one: nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from stage import Scene

from vreview.adapters.kbuild import lineage
from vreview.adapters.kbuild.lineage import Workplace, workplace
from vreview.adapters.kbuild.slots import Slot
from vreview.errors import HostileInput
from vreview.model.series import Oid

pytestmark = [pytest.mark.kernel, pytest.mark.build]


def _built(slot: Slot, commit: Oid, *, own: bool, leaves: str = "") -> Workplace:
    """As if the commit had been built in its workplace; ``leaves`` is a file of that build's."""
    place = workplace(slot, "legacy", strict=True, own=own)
    lineage.entered(place, slot, commit=commit)
    if leaves:
        (place.build / leaves).write_text("planted\n")
    lineage.left(place, commit)
    return place


def _next(thin: Scene, commit: Oid, subject: str) -> Oid:
    """Another patch on top."""
    tree = thin.git.words("rev-parse", f"{commit}^{{tree}}")
    who = ("-c", "user.name=T", "-c", "user.email=t@example.org")
    return Oid(thin.git.words(*who, "commit-tree", tree, "-p", commit, "-m", subject))


@pytest.fixture
def one(thin: Scene, request: pytest.FixtureRequest) -> Oid:
    """The first patch of a series that no other test has."""
    return _next(thin, thin.base, request.node.name)


def test_the_next_patch_of_a_series_finds_its_objects(thin: Scene, one: Oid) -> None:
    with thin.slot.held():
        _built(thin.slot, one, own=False, leaves="object.o")
        after = _built(thin.slot, _next(thin, one, "2/2"), own=False)
    assert (after.build / "object.o").exists()


def test_another_series_does_not(thin: Scene, one: Oid) -> None:
    with thin.slot.held():
        _built(thin.slot, one, own=False, leaves="object.o")
        other = _built(thin.slot, _next(thin, thin.base, "1/1"), own=False)
    assert not (other.build / "object.o").exists()


def test_nor_does_a_patch_that_came_before(thin: Scene, one: Oid) -> None:
    with thin.slot.held():
        _built(thin.slot, _next(thin, one, "2/2"), own=False, leaves="object.o")
        before = _built(thin.slot, one, own=False)
    assert not (before.build / "object.o").exists()


def test_nor_does_the_base(thin: Scene, one: Oid) -> None:
    with thin.slot.held():
        _built(thin.slot, one, own=False, leaves="object.o")
        base = _built(thin.slot, thin.base, own=True)
    assert not (base.build / "object.o").exists()


def test_a_series_begins_with_what_the_base_left(thin: Scene, one: Oid) -> None:
    with thin.slot.held():
        _built(thin.slot, thin.base, own=True, leaves="base.o")
        series = _built(thin.slot, one, own=False)
    assert (series.build / "base.o").exists()


def test_a_build_that_was_killed_left_nothing(thin: Scene, one: Oid) -> None:
    with thin.slot.held():
        place = _built(thin.slot, one, own=False, leaves="object.o")
        lineage.entered(place, thin.slot, commit=one)  # and never left
        again = _built(thin.slot, one, own=False)
    assert not (again.build / "object.o").exists()


def test_a_link_over_links_does_not_leave_the_checkout(tmp_path: Path) -> None:
    """Each of the two alone, read as text, stays inside."""
    deep = tmp_path / "source" / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "top").symlink_to("../..")
    lineage.check_links(tmp_path / "source")
    (tmp_path / "source" / "out").symlink_to("a/b/top/../secret")
    with pytest.raises(HostileInput, match="'out' leaves the tree"):
        lineage.check_links(tmp_path / "source")
