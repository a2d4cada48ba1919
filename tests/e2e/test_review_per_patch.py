# SPDX-License-Identifier: GPL-2.0-or-later
"""A series that base and tip do not tell about: each of its faults is named at its patch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command import Vreview
from made import example

pytestmark = [pytest.mark.kernel, pytest.mark.build, pytest.mark.boot]


def test_each_fault_of_a_series_is_named_at_its_patch(
    vreview: Vreview, kernel_tree: Path, tmp_path: Path, checkout: Path, qemu: None
) -> None:
    series = example("stumbling", kernel_tree, tmp_path, checkout)
    ran = vreview(
        "review", series, "--tree", kernel_tree, "--only", "build,boot,test",
        "--per-patch", "test", "--format", "json", "-c", "again=0",
    )  # fmt: skip
    assert ran.status == 1, ran.err
    places = {(f["rule"], f["patch"], f["repaired_by"]) for f in ran.json["findings"]}
    assert places == {
        ("unused-function", 2, 4),
        ("implicit-function-declaration", 3, 4),
        ("boot-panic", 4, 5),
        ("bug", 4, 5),
        ("test-failed", 5, None),
    }
    assert {"pipe"} <= {f["subject"] for f in ran.json["findings"] if f["rule"] == "test-failed"}
    told = {f["rule"]: f["notes"][-1] for f in ran.json["findings"]}
    assert told["unused-function"] == "introduced at 2/5, gone at 4/5"
    assert told["implicit-function-declaration"] == "breaks the build at 3/5, repaired at 4/5"
    alone = "alone on top of 2/5"
    assert told["boot-panic"] == (
        f"does not boot at 4/5 (so does patch 4 {alone}), boots again at 5/5"
    )
    assert told["test-failed"] == f"fails from 5/5 (so does patch 5 {alone})"
    assert _states(ran.json) == [
        ("built", "done"), ("built", "done"), ("built", "done"), ("failed", ""),
        ("built", "panic"), ("built", "done"),
    ]  # fmt: skip


def _states(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (state["build"]["state"], state["runs"][0]["boot"]["state"] if state["runs"] else "")
        for state in report["walk"]["states"]
    ]
