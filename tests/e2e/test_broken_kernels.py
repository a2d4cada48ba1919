# SPDX-License-Identifier: GPL-2.0-or-later
"""Series of one line that break a kernel in four ways: each is told for what it is."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from command import Vreview

pytestmark = [pytest.mark.kernel, pytest.mark.build, pytest.mark.boot]


def _git(tree: Path, *args: str, data: bytes | None = None, index: str = "") -> str:
    env = {**os.environ, **({"GIT_INDEX_FILE": index} if index else {})}
    done = subprocess.run(
        ("git", "-C", str(tree), *args), input=data, env=env, check=True, capture_output=True
    )
    return done.stdout.decode(errors="replace").strip()


def one_line(tree: Path, path: str, opening: str, line: str) -> str:
    """The range of a commit that puts a line of ours first into a function of the tree."""
    before = subprocess.run(
        ("git", "-C", str(tree), "show", f"HEAD:{path}"), check=True, capture_output=True
    ).stdout.decode()
    after, count = re.subn(rf"(?m)^({opening}[^;{{]*\n\{{\n)", rf"\1\t{line}\n", before, count=1)
    assert count == 1, f"{path} has no function that begins like {opening!r}"
    blob = _git(tree, "hash-object", "-w", "--stdin", data=after.encode())
    with tempfile.TemporaryDirectory() as scratch:
        index = f"{scratch}/index"
        _git(tree, "read-tree", "HEAD", index=index)
        _git(tree, "update-index", "--cacheinfo", f"100644,{blob},{path}", index=index)
        written = _git(tree, "write-tree", index=index)
    commit = _git(tree, "commit-tree", written, "-p", "HEAD", "-m", "test: break a kernel")
    return f"{_git(tree, 'rev-parse', 'HEAD')}..{commit}"


def _reviewed(vreview: Vreview, tree: Path, series: str, only: str) -> dict[str, Any]:
    ran = vreview("review", series, "--tree", tree, "--only", only, "--format", "json")
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
