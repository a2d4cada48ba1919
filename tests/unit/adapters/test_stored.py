# SPDX-License-Identifier: GPL-2.0-or-later
"""What is on disk, and that a running vreview's part of it is never removed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from vreview.adapters.files import locked
from vreview.adapters.leftovers import hold
from vreview.adapters.stored import entries, remove
from vreview.model.stored import Entry, Kind

HOLDER = """
import signal, sys
from pathlib import Path
from vreview.adapters.leftovers import hold
print(hold(Path(sys.argv[1])), flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[], dict[Kind, Entry]]:
    cache, state = tmp_path / "cache", tmp_path / "state"
    kernel = cache / "kernels" / "abc"
    for folder in (kernel, cache / "slots/s/build-test", cache / "trees/linux.git",
                   state / "runs/r1", cache / "configs"):  # fmt: skip
        folder.mkdir(parents=True)
    (kernel / "meta.json").write_text(
        json.dumps({"release": "6.1.0", "fragments": ["common", "test", "gcov"]})
    )
    (kernel / "bzImage").write_bytes(b"x" * 100_000)
    (cache / "configs/c.json").write_text("{}")
    (state / "runs/r1/run.json").write_text(json.dumps({"names": ["thread.mbox"]}))
    (cache / "kernels/.abc.tmp").mkdir()
    os.utime(cache / "kernels/.abc.tmp", (1, 1))
    (cache / "kernels/.being-written").mkdir()
    return lambda: {one.kind: one for one in entries(cache, state)}


@contextmanager
def holder(folder: Path) -> Iterator[None]:
    """Another process that holds a folder until the block ends."""
    argv = [sys.executable, "-c", HOLDER, str(folder)]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        yield
        process.kill()


def test_all_kinds_with_their_names(stored: Callable[[], dict[Kind, Entry]]) -> None:
    found = stored()
    assert {kind: one.name for kind, one in found.items()} == {
        Kind.KERNEL: "6.1.0 test+gcov",
        Kind.CONFIG: "c.json",
        Kind.SLOT: "test",
        Kind.TREE: "linux.git",
        Kind.RUN: "thread.mbox",
        Kind.SCRATCH: ".abc.tmp",  # what is being written at this time is not
    }
    assert found[Kind.KERNEL].bytes >= 100_000
    assert not any(one.held for one in found.values())


@pytest.mark.parametrize("kind", [Kind.KERNEL, Kind.RUN])
def test_what_another_holds_stays_until_that_dies(
    kind: Kind, stored: Callable[[], dict[Kind, Entry]]
) -> None:
    one = stored()[kind]
    with holder(one.path):
        assert stored()[kind].held
        assert not remove(one)
        assert one.path.is_dir()
    assert not stored()[kind].held
    assert remove(one)
    assert kind not in stored()


def test_a_slot_that_is_built_in_stays(stored: Callable[[], dict[Kind, Entry]]) -> None:
    one = stored()[Kind.SLOT]
    with locked(one.path.parent / "slot.lock"):
        assert stored()[Kind.SLOT].held
        assert not remove(one)
    assert remove(one)


def test_a_file_goes_and_one_that_is_gone_is_no_error(
    stored: Callable[[], dict[Kind, Entry]],
) -> None:
    one = stored()[Kind.CONFIG]
    assert remove(one)
    assert remove(one)
    assert not hold(one.path.parent / "nothing")
