# SPDX-License-Identifier: GPL-2.0-or-later
"""Series of one line that break a kernel in four ways: each is told for what it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from broken import one_line
from command import Vreview

pytestmark = [pytest.mark.kernel, pytest.mark.build, pytest.mark.boot]


def _reviewed(vreview: Vreview, tree: Path, series: str, only: str) -> dict[str, Any]:
    once = ("-c", "again=0")  # how often it breaks is not the question, and a hang takes 90 s each
    ran = vreview("review", series, "--tree", tree, "--only", only, "--format", "json", *once)
    assert ran.status == 1, ran.err
    assert ran.json["verdict"] == "something new"
    return ran.json


def _ends(report: dict[str, Any], side: str) -> list[str]:
    return [run["boot"]["state"] for trial in report["trials"][side] for run in trial["runs"]]


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ('panic("broken by a test");', "panic"),
        ("local_irq_disable(); for (;;) cpu_relax();", "hang"),
    ],
)
def test_a_kernel_that_does_not_boot(
    line: str, state: str, vreview: Vreview, kernel_tree: Path, qemu: None
) -> None:
    function = "static noinline void __init kernel_init_freeable"
    series = one_line(kernel_tree, "init/main.c", function, line)
    report = _reviewed(vreview, kernel_tree, series, "build,boot")
    assert _ends(report, "base") == ["done"]
    assert _ends(report, "tip") == [state]
    assert f"boot-{state}" in {f["rule"] for f in report["findings"]}
    if state == "hang":  # with interrupts off: an NMI alone tells where
        (hang,) = [f for f in report["findings"] if f["rule"] == "hang"]
        assert hang["message"] == "hang in kernel_init_freeable"
        assert hang["patch"] == 1


def test_a_kernel_that_oopses_in_the_test(vreview: Vreview, kernel_tree: Path, qemu: None) -> None:
    series = one_line(
        kernel_tree, "drivers/vhost/net.c", "static int vhost_net_open", "*(volatile int *)8 = 1;"
    )
    report = _reviewed(vreview, kernel_tree, series, "build,boot,test")
    oops = [f for f in report["findings"] if f["rule"] == "null-deref"]
    assert [f["patch"] for f in oops] == [1]
    assert "vhost_net_open" in oops[0]["message"]
    cases = {c["state"] for t in report["trials"]["base"] for r in t["runs"] for c in r["cases"]}
    assert cases <= {"passed", "skipped"}


def test_a_kernel_that_does_not_compile(vreview: Vreview, kernel_tree: Path, qemu: None) -> None:
    series = one_line(
        kernel_tree, "drivers/vhost/net.c", "static int vhost_net_open", "return no_such_thing;"
    )
    report = _reviewed(vreview, kernel_tree, series, "build,boot")
    (error,) = [f for f in report["findings"] if f["severity"] == "error"]
    assert (error["file"], error["function"], error["patch"]) == (
        "drivers/vhost/net.c", "vhost_net_open", 1,
    )  # fmt: skip
    assert "no_such_thing" in error["message"]
    stages = {s["stage"]: s["state"] for s in report["stages"]}
    assert stages["build"] == "failed"
    assert stages["boot"] == "not run"
