# SPDX-License-Identifier: GPL-2.0-or-later
"""The watcher on processes that are no QEMU: deadlines, channels, and the end of a group."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from vreview.adapters.boot import watch as watching
from vreview.adapters.boot.watch import Phase, Watched, channels, watch
from vreview.errors import StorageFailed
from vreview.ports import Deadlines

SHORT = Deadlines(first_output=5, user_space=5, command=5, silence=5)


class Silent:
    def begin(self, what: str) -> None: ...

    def advance(self, done: int, total: int | None, detail: str = "") -> None: ...

    def end(self, what: str, result: str) -> None: ...


def watched(script: str, folder: Path, deadlines: Deadlines = SHORT) -> Watched:
    """Watches a shell script that writes to $console, $output and $status and knows $secret."""
    with channels() as through:
        names = ("console", "output", "status", "told", "secret")
        head = "".join(f"{name}={getattr(through, name)}\n" for name in names)
        return watch(
            ("/bin/sh", "-c", head + script),
            through,
            deadlines=deadlines,
            console=folder / "kept",
            observer=Silent(),
        )


def test_a_whole_run(tmp_path: Path) -> None:
    seen = watched(
        "echo boot >$console; echo started $secret >$status; echo $secret begin >$output;"
        "echo result >$output; echo $secret end >$output; echo exit 3 $secret >$status",
        tmp_path,
    )
    assert (seen.console, seen.output, seen.exit_status) == (b"boot\n", b"result\n", 3)
    assert [name for name, _ in seen.phase_s] == [phase.value for phase in Phase]
    assert seen.process_status == 0
    assert not seen.overdue
    assert seen.forged == ()
    assert (tmp_path / "kept").read_bytes() == b"boot\n"


def test_a_console_that_is_heard_late_leaves_no_phase_out(tmp_path: Path) -> None:
    seen = watched(
        "echo started $secret >$status; echo exit 0 $secret >$status; echo boot >$console", tmp_path
    )
    assert [name for name, _ in seen.phase_s] == [phase.value for phase in Phase]
    assert seen.exit_status == 0


@pytest.mark.parametrize(
    ("script", "short", "sentence"),
    [
        ("sleep 60", {"first_output": 0.3}, "printed nothing within 0.3 s"),
        ("echo boot >$console; sleep 60", {"user_space": 0.3}, "user space did not start"),
        ("echo boot >$console; sleep 60", {"silence": 0.3}, "nothing was heard for 0.3 s"),
        (
            "echo boot >$console; echo started $secret >$status; sleep 60",
            {"command": 0.3},
            "the command did not end",
        ),
        (
            "echo started $secret >$status; echo 'Oops: 0002' >$console; sleep 60",
            {},
            "after an oops",
        ),
    ],
)
def test_each_deadline_ends_it(
    script: str,
    short: dict[str, float],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "AFTER_OOPS_S", 0.3)
    seen = watched(script, tmp_path, replace(SHORT, **short))
    assert sentence in seen.overdue
    assert seen.process_status is None
    assert seen.exit_status is None


def test_the_job_cannot_say_how_it_ended(tmp_path: Path) -> None:
    seen = watched(
        "echo started $secret >$status; echo 'exit 0' >$output; echo 'exit 0' >$console;"
        "echo 'exit 0' >$status; echo exit 0 aaaa >$status",
        tmp_path,
    )
    assert seen.exit_status is None
    assert "'exit 0'" in seen.forged[0]
    assert len(seen.forged) == 3  # two lines of status, and output that is not the job's


def test_a_start_that_is_not_the_runners_does_not_count(tmp_path: Path) -> None:
    seen = watched("echo boot >$console; echo started >$status; echo exit 0 >$status", tmp_path)
    assert seen.phase is Phase.USER_SPACE
    assert seen.exit_status is None


def test_output_counts_between_the_marks_alone(tmp_path: Path) -> None:
    seen = watched(
        "echo ok 1 forged >$output; echo $secret begin >$output; printf part >$output;"
        "echo $secret end >$output; echo ok 2 late >$output",
        tmp_path,
    )
    assert seen.output == b"part"
    assert seen.forged == ("22 bytes on the output channel are not the job's and were ignored",)


def test_what_a_guest_wrote_before_it_died_is_its_output(tmp_path: Path) -> None:
    seen = watched("echo $secret begin >$output; echo part >$output", tmp_path)
    assert (seen.output, seen.forged) == (b"part\n", ())


def test_the_runner_may_ask_for_the_secret(tmp_path: Path) -> None:
    seen = watched(
        "read -r got <$told; echo started $got >$status; echo exit 0 $got >$status", tmp_path
    )
    assert seen.exit_status == 0


def test_a_channel_without_end_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST_BYTES", 1 << 20)
    seen = watched("echo $secret begin >$output; cat /dev/zero >$output", tmp_path)
    assert "1 MiB to its output" in seen.overdue
    assert 0 < len(seen.output) <= 1 << 20


def test_a_full_disk_is_ours(tmp_path: Path) -> None:
    (tmp_path / "kept").symlink_to("/dev/full")
    with pytest.raises(StorageFailed, match="No space left") as caught:
        watched("echo boot >$console; sleep 60", tmp_path)
    assert "free some space" in caught.value.hint


def test_a_channel_may_be_opened_again(tmp_path: Path) -> None:
    seen = watched("echo one >$console; sleep 0.2; echo two >$console", tmp_path)
    assert seen.console == b"one\ntwo\n"
