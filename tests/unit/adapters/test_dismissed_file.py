# SPDX-License-Identifier: GPL-2.0-or-later
"""The file of dismissed findings belongs to its readers: nothing in it is lost by an entry more."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from vreview.adapters.dismissed import append_dismissal, read_dismissals
from vreview.errors import ConfigError
from vreview.model.review import Dismissal

ONE = Dismissal("0" * 20, "by design", date(2030, 1, 31), "rule in f(): text")
TWO = Dismissal("1" * 20, 'a "reason"\nof two lines')


def append(file: Path, one: Dismissal) -> None:
    append_dismissal(file, one, lock=file.parent / "lock")


def test_entries_are_kept_in_their_order(tmp_path: Path) -> None:
    file = tmp_path / "new" / "dismissed.toml"
    append(file, ONE)
    append(file, TWO)
    assert read_dismissals([file, tmp_path / "absent.toml", file]) == (ONE, TWO, ONE, TWO)


def test_what_a_person_wrote_stays(tmp_path: Path) -> None:
    file = tmp_path / "dismissed.toml"
    mine = '# mine\n[[dismissed]] # here\nid = "22222222222222222222"\nreason = "x"'
    file.write_text(mine)
    append(file, ONE)
    assert file.read_text().startswith(f"{mine}\n\n[[dismissed]]\n")
    assert len(read_dismissals([file])) == 2


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "real.toml"
    real.write_text("")
    link = tmp_path / "link.toml"
    link.symlink_to(real)
    append(link, ONE)
    assert link.is_symlink()
    assert read_dismissals([real]) == (ONE,)


def test_others_may_read_it_unless_its_owner_said_no(tmp_path: Path) -> None:
    file = tmp_path / "dismissed.toml"
    append(file, ONE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    file.chmod(0o600)
    append(file, TWO)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "dismissed.toml"
    many = [Dismissal(f"{number:020x}", "x") for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: append(file, one), many))
    assert set(read_dismissals([file])) == set(many)


@pytest.mark.parametrize("data", [b"\xff\xfe", b"[[dismissed]\n"])
def test_a_damaged_file_is_told_and_left_alone(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "dismissed.toml"
    file.write_bytes(data)
    with pytest.raises(ConfigError, match=r"dismissed\.toml"):
        append(file, ONE)
    with pytest.raises(ConfigError, match=r"dismissed\.toml"):
        read_dismissals([file])
    assert file.read_bytes() == data
