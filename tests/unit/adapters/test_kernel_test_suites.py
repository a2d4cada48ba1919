# SPDX-License-Identifier: GPL-2.0-or-later
"""KUnit's results as a guest hands them over, and kselftest's programs under our runner."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from vreview.adapters.kbuild.selftests import BuiltTarget
from vreview.adapters.suites.kselftest import SelftestSuite
from vreview.adapters.suites.kunit import KunitSuite
from vreview.model.trial import CaseState

ONE = """\
# vreview-kunit suite list
KTAP version 1
1..1
    KTAP version 1
    # Subtest: list
    1..2
    ok 1 add
    {0} del
# list: pass:2 fail:0 skip:0 total:2
{0} 1 list
"""
CUT = """\
# vreview-kunit suite slub
KTAP version 1
1..1
    KTAP version 1
    # Subtest: slub
    1..2
    # redzone: much was said here and then the buffer was fu
    ok 2 free
ok 1 slub
"""
LOG = """\
# vreview-kunit log
[    1.000000] KTAP version 1
[    1.000000] 1..2
[    1.100000]     KTAP version 1
[    1.100000]     # Subtest: list
[    1.100000]     1..2
[    1.100000]     ok 1 add
[    1.100000]     ok 2 del
[    1.100000] ok 1 list
[    1.200000]     KTAP version 1
[    1.200000]     # Subtest: slub
[    1.200000]     1..2
[    1.200000]     ok 1 redzone
[    1.210000] clocksource: something else
[    1.210000]     ok 2 free
[    1.210000] ok 2 slub
"""


def _states(output: str, *expected: str) -> dict[str, CaseState]:
    return {case.name: case.state for case in KunitSuite(expected).read(output)}


def test_each_suite_in_debugfs_is_read() -> None:
    good = ONE.format("ok") + LOG
    assert _states(good, "list") == {
        "list.add": CaseState.PASSED, "list.del": CaseState.PASSED,
    }  # fmt: skip
    # The ring buffer, where anyone may write, does not speak against what is whole.
    assert _states(ONE.format("not ok") + LOG)["list.del"] is CaseState.FAILED


def test_a_suite_that_debugfs_cut_short_is_read_from_the_ring_buffer() -> None:
    assert _states(CUT + LOG) == {
        "slub.redzone": CaseState.PASSED, "slub.free": CaseState.PASSED,
    }  # fmt: skip
    assert CaseState.CRASHED in _states(CUT).values()


def test_a_suite_that_did_not_run_is_skipped_and_silence_is_a_crash() -> None:
    assert _states(ONE.format("ok") + LOG, "list", "hash")["hash"] is CaseState.SKIPPED
    assert _states("") == {"kunit": CaseState.CRASHED}


SCRIPTS = {
    "good": "#!/bin/sh\necho TAP version 13\necho 1..1\necho ok 1 inner\n",
    "bad": "#!/bin/sh\necho went wrong\nexit 1\n",
    "skips": "#!/bin/sh\nexit 4\n",
    "hangs": "#!/bin/sh\nwhile :; do :; done\n",
    "bash": "#!/bin/bash\nexit 0\n",
    "left-out": "#!/bin/sh\nexit 1\n",
}


def _suite(*, only: tuple[str, ...] = ()) -> SelftestSuite:
    def build(folder: Path) -> tuple[BuiltTarget, ...]:
        place = folder / "quux"
        place.mkdir()
        for name, text in SCRIPTS.items():
            (place / name).write_text(text)
            (place / name).chmod(0o755)
        shutil.copyfile("/bin/true", place / "dynamic")
        tests = ("good", "bad", "skips", "hangs", "bash", "dynamic", "absent")
        files = frozenset((*SCRIPTS, "dynamic"))
        return (
            BuiltTarget("quux", tests, files, "x.c:1: error: no", timeout_s=1),
            BuiltTarget("frob", ("a",), frozenset(), "cannot find -lcap"),
        )

    return SelftestSuite(build, lambda target: only)


@pytest.mark.skipif(shutil.which("busybox") is None, reason="busybox is not installed")
def test_the_runner_says_how_each_program_ended(tmp_path: Path) -> None:
    suite = _suite()
    (folder := tmp_path / "job").mkdir()
    job = suite.prepare(folder)
    ran = subprocess.run(
        ("busybox", "sh", *job.command[1:]),
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**os.environ, "ROOM": str(tmp_path)},
    )  # fmt: skip
    cases = {case.name: case for case in suite.read(ran.stdout)}
    states = {name: case.state for name, case in cases.items()}
    assert states == {
        "quux: good.inner": CaseState.PASSED,
        "quux: bad": CaseState.FAILED,
        "quux: skips": CaseState.SKIPPED,
        "quux: hangs": CaseState.FAILED,
        "quux: bash": CaseState.SKIPPED,
        "quux: dynamic": CaseState.SKIPPED,
        "quux: absent": CaseState.SKIPPED,
    }
    assert "went wrong" in cases["quux: bad"].detail
    assert "TIMEOUT" in cases["quux: hangs"].detail
    assert "/bin/bash" in cases["quux: bash"].detail
    assert "linked statically" in cases["quux: dynamic"].detail
    assert "error: no" in cases["quux: absent"].detail


def test_what_could_not_be_built_is_remarked_and_a_table_may_choose_programs(
    tmp_path: Path,
) -> None:
    suite = _suite(only=("bad",))
    suite.prepare(tmp_path)
    suite.prepare(tmp_path)  # a second boot builds nothing again
    assert suite.remarks == [
        "kselftest: nothing of frob could be built statically: cannot find -lcap"
    ]
    script = (tmp_path / "run.sh").read_text()
    assert "one 1 quux bad 1" in script
    assert "good" not in script
