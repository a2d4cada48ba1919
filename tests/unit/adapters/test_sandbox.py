# SPDX-License-Identifier: GPL-2.0-or-later
"""The walls themselves, with the real bubblewrap; skipped where there can be none."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from vreview.adapters.confine import UNCONFINED, Reach, run_in
from vreview.adapters.proc import Done, Limits, run
from vreview.adapters.sandbox import Allowance, Sandbox, offer
from vreview.adapters.sandbox.aftermath import made_safe
from vreview.errors import LimitExceeded


@pytest.fixture
def sandbox() -> Sandbox:
    found = offer(jobs=1)
    if found.sandbox is None:
        pytest.skip(f"no sandbox here: {'; '.join(found.lacks)}")
    small = Allowance(memory_bytes=256 << 20, processes=60, tmp_bytes=1 << 20, log_bytes=1 << 20)
    return Sandbox(nested=found.sandbox.nested, groups=found.sandbox.groups, allowance=small)


def _said(sandbox: Sandbox, script: str, reach: Reach | None = None, check: bool = True) -> Done:
    return run_in(sandbox, ("sh", "-c", script), reach=reach or Reach(), check=check)


def test_nothing_of_the_host_is_there(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY_TOKEN", "secret")
    (tmp_path / "file").write_text("secret\n")
    done = _said(sandbox, f"env; cat /proc/*/environ {tmp_path}/file; ls /home /root /sys; true")
    assert "secret" not in done.text
    assert "HOME=/tmp" in done.text


def test_one_is_nobody_who_may_anything(sandbox: Sandbox) -> None:
    done = _said(sandbox, "id -u; grep -E 'Cap(Eff|Prm|Bnd|Amb)' /proc/self/status")
    uid, *caps = done.text.split("\n")
    assert uid != "0"
    assert {line.split("\t")[1] for line in caps if line} <= {"0" * 16, "000001ffffffffff"}
    assert "CapEff:\t0000000000000000" in done.text


def test_what_may_be_written_may_be_written(sandbox: Sandbox, tmp_path: Path) -> None:
    reach = Reach(writable=(tmp_path,), cwd=tmp_path)
    _said(sandbox, "echo made > here", reach)
    assert (tmp_path / "here").read_text() == "made\n"


def test_what_may_be_read_may_not_be_written(sandbox: Sandbox, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "file").write_text("ours\n")
    reach = Reach(readable=(tmp_path,), cwd=tmp_path)
    done = _said(sandbox, "cat file; echo theirs > file", reach, check=False)
    assert done.status != 0
    assert "ours" in done.text
    assert (tmp_path / "file").read_text() == "ours\n"


def test_a_folder_is_shown_at_another_place(sandbox: Sandbox, tmp_path: Path) -> None:
    usual = Path("/usual/place")
    reach = Reach(writable=(tmp_path,), cwd=usual, moved=((tmp_path, usual),))
    assert _said(sandbox, "pwd; touch here", reach).text == "/usual/place\n"
    assert (tmp_path / "here").exists()


def test_memory_has_an_end(sandbox: Sandbox) -> None:
    done = _said(sandbox, 'perl -e \'$x = "a" x 900_000_000; print "had it"\'', check=False)
    assert "had it" not in done.text


def test_the_status_is_the_commands(sandbox: Sandbox) -> None:
    assert _said(sandbox, "exit 7", check=False).status == 7


def test_a_talker_is_stopped(sandbox: Sandbox) -> None:
    with pytest.raises(LimitExceeded, match="it printed more than 1 MiB"):
        _said(sandbox, "yes")


def test_a_command_is_asked_whether_it_is_enough() -> None:
    asked: list[int] = []

    def exceeded() -> str:
        asked.append(1)
        return "enough" if len(asked) == 3 else ""

    with pytest.raises(LimitExceeded, match="enough"):
        run(("sleep", "600"), limits=Limits(exceeded=exceeded, poll_s=0.01))
    assert len(asked) == 3


def test_ones_own_code_runs_as_ever(tmp_path: Path) -> None:
    done = run_in(UNCONFINED, ("pwd",), reach=Reach(cwd=tmp_path))
    assert done.text == f"{tmp_path}\n"


def test_several_are_made_at_once(sandbox: Sandbox) -> None:
    """A group that was made and not entered yet is nobody's leftover."""
    with (
        sandbox.entered(("echo", "one"), reach=Reach(), env={}) as first,
        sandbox.entered(("echo", "two"), reach=Reach(), env={}) as second,
    ):
        assert [run(cell.argv).text for cell in (second, first)] == ["two\n", "one\n"]


def test_what_was_planted_is_gone(tmp_path: Path) -> None:
    build, source = tmp_path / "build", tmp_path / "source"
    build.mkdir()
    source.mkdir()
    (tmp_path / "secret").write_text("secret\n")
    (build / "object.o").write_text("an object\n")
    (build / "source").symlink_to(source)
    (build / "same").symlink_to("object.o")
    (build / "out").symlink_to("../secret")
    (build / "far").symlink_to("/etc/passwd")
    (build / "chain").symlink_to("out")
    os.mkfifo(build / "pipe")
    (build / "object.o").chmod(0o6755)
    (build / "shut").mkdir(mode=0)
    assert made_safe(build, inside=(source,)) == 4
    assert sorted(path.name for path in build.iterdir()) == ["object.o", "same", "shut", "source"]
    assert not (build / "object.o").stat().st_mode & (stat.S_ISUID | stat.S_ISGID)
    assert (tmp_path / "secret").read_text() == "secret\n"
