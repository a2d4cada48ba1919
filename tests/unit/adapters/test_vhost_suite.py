# SPDX-License-Identifier: GPL-2.0-or-later
"""The vhost suite: when it is wanted, what it runs, how a run that dies reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from vreview.adapters.proc import run
from vreview.adapters.suites.vhost import VhostSuite
from vreview.model.trial import CaseState

PLAN = "KTAP version 1\n1..3\n# case 1: tx-one\n# case 2: ring-fork-cow\n# case 3: end-lifecycle\n"


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("drivers/vhost/vhost.c", True),
        ("drivers/vhost/net.c", True),
        ("drivers/net/tun.c", True),
        ("mm/mmu_notifier.c", True),
        ("include/uapi/linux/vhost_types.h", True),
        ("drivers/net/ethernet/intel/e1000/e1000_main.c", False),
        ("Documentation/virt/index.rst", False),
        ("tools/virtio/drivers/vhost/vhost.c", False),
    ],
)
def test_wanted_for_what_lies_on_a_packets_way(path: str, wanted: bool) -> None:
    assert VhostSuite().wanted(["MAINTAINERS", path]) is wanted


def test_passed_failed_and_skipped_cases() -> None:
    text = PLAN + "ok 1 tx-one\n# ring-fork-cow: byte 3 is 00\nnot ok 2 ring-fork-cow\n"
    cases = VhostSuite().read(text + "ok 3 end-lifecycle # SKIP no vhost-net\n")
    assert [(c.name, c.state) for c in cases] == [
        ("tx-one", CaseState.PASSED),
        ("ring-fork-cow", CaseState.FAILED),
        ("end-lifecycle", CaseState.SKIPPED),
    ]
    assert "byte 3 is 00" in cases[1].detail


def test_a_run_that_died_names_the_cases_that_never_reported() -> None:
    cases = VhostSuite().read(PLAN + "ok 1 tx-one\n")
    assert [(c.name, c.state) for c in cases[1:]] == [
        ("ring-fork-cow", CaseState.CRASHED),
        ("end-lifecycle", CaseState.CRASHED),
    ]


def test_silence_is_a_crash() -> None:
    assert [c.state for c in VhostSuite().read("")] == [CaseState.CRASHED]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guest program, compiled as for a guest; it runs here as well, without vhost."""
    job = VhostSuite().prepare(tmp_path_factory.mktemp("guest"))
    assert job.command[1:] == ("test",)
    return Path(job.command[0])


def test_every_case_has_a_name_of_its_own(program: Path) -> None:
    names = run((str(program), "list")).text.split()
    assert len(names) == len(set(names))
    assert {"tx-many", "rx-many", "ring-fork-cow", "end-killed-under-traffic"} <= set(names)


def test_usage_is_an_error_of_its_own(program: Path) -> None:
    done = run((str(program), "bench", "--mode", "guess"), check=False)
    assert done.status == 2
    assert "usage:" in done.text


def test_the_plan_is_kept_even_where_there_is_no_vhost(program: Path) -> None:
    # In an empty root there is neither /dev/vhost-net nor a tap: each case says so for itself.
    done = run((str(program), "test", "ioctl-needs"), check=False)
    cases = VhostSuite().read(done.text)
    assert [c.name for c in cases] == ["ioctl-needs-owner"]
    assert cases[0].state is not CaseState.CRASHED


def test_one_case_runs_alone(program: Path) -> None:
    done = run((str(program), "test", "--only", "tx-one"), check=False)
    assert [c.name for c in VhostSuite().read(done.text)] == ["tx-one"]
    assert run((str(program), "test", "--only", "tx"), check=False).status == 2
