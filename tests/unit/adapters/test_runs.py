# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from vreview.adapters.runs import new_run, unfinished_run
from vreview.app.journal import Journal
from vreview.errors import InputError


@dataclass(frozen=True, slots=True)
class Value:
    words: tuple[str, ...]
    where: Path | None = None


def test_a_step_is_done_once_even_by_another_process(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    calls: list[int] = []

    def compute() -> Value:
        calls.append(1)
        return Value(("a", "\ud800 b"), Path("/x"))

    first = Journal(run).once("step", Value, compute)
    again = Journal(unfinished_run(tmp_path, run.name)).once("step", Value, compute)
    assert calls == [1]
    assert again.where == first.where == Path("/x")


def test_what_does_not_fit_is_computed_again(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    run.save("step", {"schema": 1, "value": {"unheard": "of"}})
    assert Journal(run).once("step", Value, lambda: Value(("b",))) == Value(("b",))
    (run.folder / "torn.json").write_text('{"schema": 1, "val')
    assert Journal(run).once("torn", Value, lambda: Value(("c",))) == Value(("c",))


def test_the_newest_unfinished_run_is_taken_up(tmp_path: Path) -> None:
    finished, begun = new_run(tmp_path / "a"), new_run(tmp_path / "a")
    for run in (finished, begun):
        run.save("run", {"tree": ""})
    finished.save("end", {})
    assert unfinished_run(tmp_path / "a").name == begun.name
    begun.save("end", {})
    with pytest.raises(InputError, match="no interrupted run"):
        unfinished_run(tmp_path / "a")


def test_mails_count_only_when_all_were_kept(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    assert run.messages() is None
    run.save_messages((b"one", b"two"))
    assert run.messages() == (b"one", b"two")


@pytest.mark.parametrize("key", ["../x", "a/b", "", ".x"])
def test_a_key_never_leaves_the_folder(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        new_run(tmp_path).save(key, {})


def test_the_name_of_a_recipe_is_a_key(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    run.save("build-test+fault-injection+gcov-patch-3", {"state": "built"})
    assert run.load("build-test+fault-injection+gcov-patch-3") == {"state": "built"}
