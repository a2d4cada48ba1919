# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview review`` on real kernels: the demo's series, and killed at every stage."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import signal
import subprocess
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from broken import one_line
from command import Ran, Vreview

pytestmark = [pytest.mark.kernel, pytest.mark.build, pytest.mark.boot]
RUNTIME = ("runtime", "test", "build", "lock")


def _fingerprint(folder: Path) -> dict[str, str]:
    """Every file below a folder with its content's hash; vreview's own refs and objects apart."""

    def parts() -> Iterator[tuple[str, str]]:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            own = name.startswith(("objects/", "refs/vreview")) or "vreview" in path.name
            if path.is_file() and not own:
                yield name, hashlib.sha256(path.read_bytes()).hexdigest()

    return dict(parts())


@pytest.fixture(scope="module")
def reviewed(
    faulty: Path, kernel_tree: Path, qemu: None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Ran, Vreview]:
    """The faulty example, reviewed once for all tests that look at the result."""
    vreview = Vreview(tmp_path_factory.mktemp("state"))
    before = _fingerprint(kernel_tree)
    ran = vreview("review", faulty, "--tree", kernel_tree, "--format", "json")
    assert _fingerprint(kernel_tree) == before
    assert ran.status == 1, ran.err
    return ran, vreview


def _kinds(finding: dict[str, Any]) -> set[str]:
    """A finding's rule, and the kinds of splats that confirmed it."""
    return {finding["rule"], *(one["rule"] for one in finding.get("shown", ()))}


def _of_rules(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [f for f in report["findings"] if f["origin"] == "rule"]


def test_every_planted_fault_is_found_and_nothing_else(
    reviewed: tuple[Ran, Vreview], checkout: Path
) -> None:
    faults = tomllib.loads((checkout / "examples" / "faults.toml").read_text())
    planted = sorted((f["rule"], f["patch"], f["file"], f["function"]) for f in faults["fault"])
    found = sorted(
        (f["rule"], f["patch"], f["file"], f["function"]) for f in _of_rules(reviewed[0].json)
    )
    assert found == planted


def test_running_catches_what_can_be_caught_by_running(
    reviewed: tuple[Ran, Vreview], checkout: Path
) -> None:
    report = reviewed[0].json
    faults = tomllib.loads((checkout / "examples" / "faults.toml").read_text())
    for splat in faults["splat"]:
        seen = [f for f in report["findings"] if splat["kind"] in _kinds(f)]
        assert [f["patch"] for f in seen] == [splat["patch"]]
        assert splat["function"] in json.dumps(seen[0]["evidence"])
    assert {f["category"] for f in report["findings"]} >= {"lock", "errno"}
    for side in ("base", "tip"):
        states = {run["boot"]["state"] for t in report["trials"][side] for run in t["runs"]}
        assert "done" in states
    cases = [c["state"] for t in report["trials"]["base"] for r in t["runs"] for c in r["cases"]]
    assert cases
    assert set(cases) <= {"passed", "skipped"}


def test_both_trees_are_measured(reviewed: tuple[Ran, Vreview]) -> None:
    comparisons = {c["metric"]: c for c in reviewed[0].json["comparisons"]}
    tx = comparisons["vhost-tx:instructions_per_packet"]
    assert tx["verdict"] in ("faster", "slower", "same")
    assert tx["base"] > 100
    assert tx["tip"] > 100


def test_the_report_keeps_its_schema(reviewed: tuple[Ran, Vreview], checkout: Path) -> None:
    schema = json.loads((checkout / "docs/schema/review-1.schema.json").read_text())
    jsonschema.validate(reviewed[0].json, schema)


def test_git_send_email_takes_the_replies(reviewed: tuple[Ran, Vreview], tmp_path: Path) -> None:
    (run,) = reviewed[1].runs()
    files = sorted((run / "replies").glob("*.eml"))
    assert len(files) >= 3
    done = subprocess.run(
        ["git", "send-email", "--dry-run", "--confirm=never", "--suppress-cc=all", *files],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Result: OK") == len(files)


def test_the_clean_example_has_no_finding(
    clean: Path, kernel_tree: Path, vreview: Vreview, qemu: None
) -> None:
    ran = vreview("review", clean, "--tree", kernel_tree, "--format", "json")
    report = ran.json
    assert report["findings"] == []
    assert report["verdict"] == "nothing new"
    assert ran.status == 0
    assert {s["state"] for s in report["stages"]} == {"done"}
    assert [t["profile"] for t in report["trials"]["tip"]] == ["test", "perf"]


def _wait_for(moment: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Returns at the moment; fails when the process ends before it."""
    tick = threading.Event()
    end = time.monotonic() + 1200
    while time.monotonic() < end and process.poll() is None:
        if moment():
            return
        tick.wait(0.02)
    raise AssertionError(f"the moment did not come before the end (status {process.poll()})")


def _kept(vreview: Vreview, pattern: str) -> Callable[[], bool]:
    """True once the run has a file that matches."""
    return lambda: any(vreview.state.glob(f"vreview/runs/*/{pattern}"))


def _of_verdict(report: dict[str, Any]) -> dict[str, Any]:
    """What must not depend on an interruption: all but times, paths, and the planted deadlock,
    which takes a race and so shows in some boots only."""
    return {
        "verdict": report["verdict"],
        "findings": sorted((f["id"], f["patch"], f["hunk"]) for f in _of_rules(report)),
        "sleeps": [f["patch"] for f in report["findings"] if "sleep-in-atomic" in _kinds(f)],
        "stages": [(s["stage"], s["state"]) for s in report["stages"]],
        "comparisons": [(c["metric"], c["verdict"]) for c in report["comparisons"]
                        if c["mode"] == "deterministic"],
    }  # fmt: skip


def _mentioned(folder: Path) -> list[int]:
    """The processes that have the folder on their command line."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in words and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def _compiling(cache: Path, since: float) -> Callable[[], bool]:
    """True once a build slot's log, written since, names a compiled object."""

    def seen() -> bool:
        logs = cache.glob("vreview/slots/*/build-*/.vreview-build.log")
        return any(log.stat().st_mtime >= since and b"  CC " in log.read_bytes() for log in logs)

    return seen


def _stopped(
    vreview: Vreview,
    series: Path | str,
    tree: Path,
    *,
    moment: Callable[[], bool],
    number: signal.Signals,
) -> int:
    """A review that got a signal at a moment; its status.

    Returns when no process of the run is left, so a guest that outlives it fails the test."""
    with subprocess.Popen(
        vreview.argv("review", series, "--tree", tree, "--format", "json", "-q"),
        env=vreview.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # A shell without job control starts what is in the background with SIGINT ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        _wait_for(moment, process)
        os.kill(process.pid, number)
        status = process.wait(timeout=60)
    tick = threading.Event()
    end = time.monotonic() + 30
    while _mentioned(vreview.state):
        assert time.monotonic() < end, f"left behind: {_mentioned(vreview.state)}"
        tick.wait(0.05)
    return status


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("mails.json", marks=pytest.mark.long),
        "applied.json",
        pytest.param("lint.json", marks=pytest.mark.long),
        "build-test*-base.json",
        pytest.param("run-smoke-*.json", marks=pytest.mark.long),
        "run-vhost-*.console",
        pytest.param("run-vhost-deterministic-*.console", marks=pytest.mark.long),
    ],
)
def test_a_killed_review_is_resumed_to_the_same_verdict(
    moment: str, reviewed: tuple[Ran, Vreview], faulty: Path, kernel_tree: Path, vreview: Vreview
) -> None:
    before = _fingerprint(kernel_tree)
    _stopped(vreview, faulty, kernel_tree, moment=_kept(vreview, moment), number=signal.SIGKILL)
    resumed = vreview("review", "--resume", "--format", "json")
    assert _of_verdict(resumed.json) == _of_verdict(reviewed[0].json)
    assert resumed.status == reviewed[0].status
    assert len(vreview.runs()) == 1
    assert _fingerprint(kernel_tree) == before


def test_ctrl_c_ends_the_guests_and_keeps_what_was_done(
    faulty: Path, kernel_tree: Path, vreview: Vreview, qemu: None
) -> None:
    moment = _kept(vreview, "run-smoke-*.console")
    status = _stopped(vreview, faulty, kernel_tree, moment=moment, number=signal.SIGINT)
    assert status == 130
    (run,) = vreview.runs()
    assert list(run.glob("build-test*-tip.json"))
    assert not (run / "end.json").exists()


def test_killed_inside_make_the_build_goes_on(
    kernel_tree: Path, vreview: Vreview, qemu: None
) -> None:
    # A line that no stored kernel has: the tip must really be compiled.
    line = f'/* {secrets.token_hex(8)} */ pr_debug("{secrets.token_hex(8)}");'
    series = one_line(kernel_tree, "drivers/vhost/vhost.c", "static int __init vhost_init", line)
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    moment = _compiling(home, time.time())
    _stopped(vreview, series, kernel_tree, moment=moment, number=signal.SIGKILL)
    assert not list(vreview.runs()[0].glob("build-test*-tip.json"))
    resumed = vreview("review", "--resume", "--format", "json")
    assert resumed.status == 0, resumed.err
    again = Vreview(vreview.state.with_name("again"))
    undisturbed = again("review", series, "--tree", kernel_tree, "--format", "json")
    assert _of_verdict(resumed.json) == _of_verdict(undisturbed.json)
