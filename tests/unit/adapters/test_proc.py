# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vreview.adapters import proc
from vreview.errors import CommandFailed, CommandTimeout, ToolMissing


def _gone(pid: int) -> bool:
    """True once the process has ended; waits for it for 10 s at most."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            with open(f"/proc/{pid}/stat") as stat:
                if stat.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except FileNotFoundError:
            return True
        os.sched_yield()
    return False


def test_output_status_and_input_come_back() -> None:
    done = proc.run(
        ("sh", "-c", "cat; echo err >&2; exit 3"), data=b"in\n", check=False, apart=True
    )
    assert (done.status, done.output, done.errors) == (3, b"in\n", b"err\n")


def test_failure_names_command_status_and_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(CommandFailed) as failed:
        proc.run(("sh", "-c", "seq 100; exit 7"), log=log)
    assert "status 7" in str(failed.value)
    assert "100" in str(failed.value)
    assert "\n50\n" not in str(failed.value)
    assert log.read_text().splitlines()[49] == "50"


def test_missing_program_is_said_with_its_purpose() -> None:
    with pytest.raises(ToolMissing, match="boot kernels"):
        proc.run(("no-such-program-at-all",), needed_for="boot kernels")


def test_deadline_kills_the_children_too() -> None:
    with pytest.raises(CommandTimeout) as late:
        proc.run(("sh", "-c", "sleep 600 & echo $!; wait"), deadline_s=0.5)
    child = int(late.value.output.split()[0])
    assert _gone(child)


def test_a_command_dies_with_a_killed_parent() -> None:
    script = (
        "import sys; from vreview.adapters import proc\n"
        "with proc.started(('sleep', '600')) as child:\n"
        "    print(child.pid, flush=True); child.wait()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)
    assert _gone(child)


def test_lines_are_told_as_they_come() -> None:
    seen: list[str] = []
    proc.run(("printf", "a\\nb\\n"), on_line=seen.append)
    assert seen == ["a", "b"]
