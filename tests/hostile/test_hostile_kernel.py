# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel that says of itself, on the console, that all is well; and then dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_series import Victims, mbox

from vreview.model.review import Verdict

pytestmark = [pytest.mark.kernel, pytest.mark.build, pytest.mark.boot]


def _review(series: Path, tree: Path, state: Path, form: str, *more: str) -> tuple[int, str]:
    argv = (
        *(sys.executable, "-m", "vreview", "review", str(series), "--tree", str(tree)),
        *("--untrusted", "--only", "boot", "--format", form, "-q", *more),
    )
    env = {**os.environ, "XDG_STATE_HOME": str(state)}
    done = subprocess.run(argv, env=env, stdout=subprocess.PIPE, check=False)
    return done.returncode, done.stdout.decode()


@pytest.mark.long
@pytest.mark.usefixtures("sandbox")
def test_what_a_kernel_prints_is_no_result(kernel_tree: Path, tmp_path: Path) -> None:
    """The verdict is of its panic, and no escape sequence of its comes through."""
    series = tmp_path / "series.mbox"
    series.write_text(mbox("forges-its-results", Victims(), kernel_tree, "HEAD"))
    status, said = _review(series, kernel_tree, tmp_path / "state", "json")
    found = json.loads(said)
    assert status == 1
    assert found["verdict"] == Verdict.NEW_PROBLEMS.value
    assert "all tests passed" not in said
    for form in ("text", "mail"):
        _, report = _review(series, kernel_tree, tmp_path / "state", form)
        assert "panic" in report
        assert not any(sign in report for sign in ("\x1b", "\x07", "\u202e"))
