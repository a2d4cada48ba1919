# SPDX-License-Identifier: GPL-2.0-or-later
"""A right system and a faulty one through the whole of a review; benchmarks/systems.py has all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from command import Vreview

pytestmark = [pytest.mark.kernel, pytest.mark.build, pytest.mark.boot]


def reviewed(name: str, vreview: Vreview, tree: Path, checkout: Path, folder: Path) -> Any:
    mbox = folder / "series.mbox"
    script = checkout / "examples" / "make_series.py"
    subprocess.run(
        [sys.executable, script, "--tree", tree, f"systems/{name}", "-o", mbox], check=True
    )
    options = (
        "--only",
        "lint,build,boot,test",
        "--runs",
        "1",
        "--debug",
        "none",
        "--no-inject",
        "--format",
        "json",
    )
    return vreview("review", mbox, "--tree", tree, *options)


def test_the_right_one_is_clean_and_ran(
    vreview: Vreview, kernel_tree: Path, checkout: Path, qemu: None, tmp_path: Path
) -> None:
    ran = reviewed("vfio-hugetlb/right", vreview, kernel_tree, checkout, tmp_path)
    assert ran.status == 0, ran.err
    report = ran.json
    assert not report["findings"]
    states = {
        case["name"]: case["state"]
        for trial in report["trials"]["tip"]
        for run in trial["runs"]
        for case in run["cases"]
    }
    huge = [name for name in states if "huge-" in name]
    assert len(huge) > 5
    assert {states[name] for name in huge} == {"passed"}


@pytest.mark.long
def test_pins_that_do_not_match_are_seen_by_counting_them(
    vreview: Vreview, kernel_tree: Path, checkout: Path, qemu: None, tmp_path: Path
) -> None:
    ran = reviewed("vfio-hugetlb/asymmetric", vreview, kernel_tree, checkout, tmp_path)
    assert ran.status == 1, ran.err
    splats = [each for each in ran.json["findings"] if each["origin"] == "console"]
    assert any("vfio_pin_pages_remote" in str(each["evidence"]) for each in splats), splats
    assert {each["origin"] for each in ran.json["findings"]} >= {"test"}
