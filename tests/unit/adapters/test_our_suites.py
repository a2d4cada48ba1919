# SPDX-License-Identifier: GPL-2.0-or-later
"""Our suites' programs, compiled as for a guest: they run here as well, as far as that goes.

Most cases skip on a machine that lacks the thing. What they say in a guest: tests/boot.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from vreview.adapters.proc import run
from vreview.adapters.suites import ours, paths
from vreview.adapters.suites.guestbin import guest_program
from vreview.adapters.suites.ours import OURS
from vreview.adapters.suites.program import ProgramSuite
from vreview.adapters.suites.smoke import SmokeSuite
from vreview.model.trial import CaseState
from vreview.resources import guest_folder

PROGRAMS = [suite for suite in OURS if issubclass(suite, ProgramSuite)]

PLANTED = """
#include <errno.h>
#include <signal.h>
#include <unistd.h>
#include "ktap.h"
static void good(void) { must(3); must_fail(-EINVAL, EINVAL); }
static void other_errno(void) { must_fail(-EBUSY, EINVAL); }
static void no_errno(void) { must_fail(0, EINVAL); }
static void refused(void) { must(-EPERM); }
static void said(void) { fail("%d instead of %d", 7, 8); }
static void absent(void) { skip("no such thing"); }
static void crash(void) { raise(SIGSEGV); }
static void leaves(void) { _exit(7); }
static const struct ktap_case cases[] = {
	{ "good", good }, { "other-errno", other_errno }, { "no-errno", no_errno },
	{ "refused", refused }, { "said", said }, { "absent", absent }, { "crash", crash },
	{ "leaves", leaves },
};
static const struct ktap_group group = CASES(cases);
static const struct ktap_group *const groups[] = { &group };
static const struct ktap_suite suite = { .name = "planted", .groups = groups, .count = 1 };
int main(int argc, char **argv) { return ktap_main(&suite, argc, argv); }
"""


@pytest.fixture(scope="module", params=PROGRAMS, ids=lambda suite: suite.name)
def suite(request: pytest.FixtureRequest) -> ProgramSuite:
    made = request.param()
    assert isinstance(made, ProgramSuite)
    return made


@pytest.fixture(scope="module")
def program(suite: ProgramSuite, tmp_path_factory: pytest.TempPathFactory) -> str:
    job = suite.prepare(tmp_path_factory.mktemp("guest"))
    assert job.command[1:] == ("test",)
    return job.command[0]


def test_every_case_has_a_name_of_its_own_and_runs_alone(suite: ProgramSuite, program: str) -> None:
    names = run((program, "list")).text.split()
    assert names
    assert len(names) == len(set(names))
    done = run((program, "test", "--only", names[0]), check=False)
    assert [case.name for case in suite.read(done.text)] == [names[0]]
    assert run((program, "test", "--only", "no-such"), check=False).status == 2


def test_it_begins_behind_a_case_when_told(suite: ProgramSuite, program: str) -> None:
    names = run((program, "list")).text.split()
    after = suite.prepare(Path(program).parent).after
    done = run((program, "test", *after, names[-3]), check=False)
    assert [case.name for case in suite.read(done.text)] == names[-2:]
    assert run((program, "test", *after, names[-1]), check=False).status == 2  # nothing is left


def test_the_paths_table_and_the_suites_know_each_other() -> None:
    table = tomllib.loads(Path(paths.__file__).with_name("paths.toml").read_text())
    assert set(table) == {suite.name for suite in PROGRAMS}
    assert all(set(entry) == {"paths"} and entry["paths"] for entry in table.values())


@pytest.mark.parametrize(
    ("path", "suites"),
    [
        ("drivers/vfio/vfio_iommu_type1.c", {"vfio"}),
        ("drivers/iommu/intel/iommu.c", {"vfio"}),
        ("mm/gup.c", {"vfio", "vhost", "mm"}),
        ("mm/ksm.c", {"mm"}),
        ("drivers/vhost/vhost.c", {"vhost", "vsock"}),
        ("drivers/vhost/net.c", {"vhost"}),
        ("net/vmw_vsock/af_vsock.c", {"vsock"}),
        ("net/ipv4/tcp.c", {"tun"}),
        ("fs/eventpoll.c", {"syscalls"}),
        ("kernel/fork.c", {"mm", "syscalls"}),
        ("drivers/net/ethernet/intel/e1000e/netdev.c", set()),
        ("Documentation/driver-api/vfio.rst", set()),
        ("tools/testing/selftests/mm/gup_test.c", set()),
    ],
)
def test_a_file_chooses_its_suites(path: str, suites: set[str]) -> None:
    assert {suite.name for suite in PROGRAMS if suite().wanted(["MAINTAINERS", path])} == suites


def test_each_way_to_fail_is_told_as_what_it_is(tmp_path: Path) -> None:
    sources = tmp_path / "guest"
    (sources / "planted").mkdir(parents=True)
    (sources / "planted" / "main.c").write_text(PLANTED)
    shutil.copytree(guest_folder() / "common", sources / "common")
    program = guest_program("planted", folder=tmp_path / "out", sources=sources)

    done = run((str(program), "test"), check=False)
    cases = {case.name: case for case in ProgramNamed("planted").read(done.text)}

    assert done.status == 1
    assert {name for name, c in cases.items() if c.state is CaseState.PASSED} == {"good"}
    assert {name for name, c in cases.items() if c.state is CaseState.SKIPPED} == {"absent"}
    for name, why in {
        "other-errno": "Device or resource busy, expected: Invalid argument",
        "no-errno": "succeeded, expected: Invalid argument",
        "refused": "Operation not permitted",
        "said": "7 instead of 8",
        "crash": "killed by signal 11",
        "leaves": "",
    }.items():
        assert cases[name].state is CaseState.FAILED
        assert why in cases[name].detail


def test_an_expectation_that_does_not_hold_is_a_failed_case(tmp_path: Path) -> None:
    sources = tmp_path / "guest"
    shutil.copytree(guest_folder(), sources)
    broken = sources / "syscalls" / "test_file.c"
    held = "must_fail(err(close(1000)), EBADF);"
    text = broken.read_text()
    assert held in text
    broken.write_text(text.replace(held, held.replace("EBADF", "EDOM")))
    program = guest_program("syscalls", folder=tmp_path / "out", sources=sources)

    case = "file-bad-descriptors"
    done = run((str(program), "test", "--only", case), check=False)
    (read,) = ProgramNamed("syscalls").read(done.text)

    assert (read.name, read.state) == (case, CaseState.FAILED)
    assert f"{case}: syscalls/test_file.c:" in read.detail  # wherever it was compiled
    assert "close(1000)" in read.detail
    assert "Bad file descriptor, expected: Numerical argument out of domain" in read.detail


class ProgramNamed(ProgramSuite):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


def test_smoke_has_the_same_command_line(tmp_path: Path) -> None:
    program = SmokeSuite().prepare(tmp_path).command[0]
    names = run((program, "list")).text.split()
    assert "pipe" in names
    assert run((program, "test", "--only", "no-such"), check=False).status == 2
    assert ours.OURS[0] is SmokeSuite
