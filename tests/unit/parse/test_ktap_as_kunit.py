# SPDX-License-Identifier: GPL-2.0-or-later
"""The logs that the kernel tests its own kunit.py with, read by both.

They stay in the kernel tree: the parser and its logs are taken from there for the time of the
test. Where the two differ on purpose, ``ON_PURPOSE`` says why.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from vreview.model.trial import Case
from vreview.parse.ktap import parse_ktap

pytestmark = pytest.mark.kernel

Counts = tuple[int, int, int, int]
"""Passed, failed, crashed, skipped."""

_NOTHING = "a suite that printed no results crashed: with kunit.py it has no cases, and an error"
_NOT_RUN = "a list without tests did not pass: it is skipped, and says so"
ON_PURPOSE: dict[str, tuple[Counts, str]] = {
    "test_insufficient_memory.log": ((0, 0, 1, 0), _NOTHING),
    "test_is_test_passed-no_tests_run_no_header.log": ((0, 0, 1, 0), _NOTHING),
    "test_is_test_passed-no_tests_run_with_header.log": ((0, 0, 0, 1), _NOT_RUN),
    "test_is_test_passed-no_tests_no_plan.log": ((0, 0, 0, 1), _NOT_RUN),
    "test_is_test_passed-kselftest.log": (
        (4, 0, 0, 0),
        "the results that kselftest's runner quotes are its cases: kunit.py sees the two programs",
    ),
}

_LOGS = [
    "test_config_printk_time",
    "test_insufficient_memory",
    "test_interrupted_tap_output",
    "test_is_test_passed-all_passed",
    "test_is_test_passed-all_passed_nested",
    "test_is_test_passed-failure",
    "test_is_test_passed-kselftest",
    "test_is_test_passed-missing_plan",
    "test_is_test_passed-no_tests_no_plan",
    "test_is_test_passed-no_tests_run_no_header",
    "test_is_test_passed-no_tests_run_with_header",
    "test_kernel_panic_interrupt",
    "test_multiple_prefixes",
    "test_output_isolated_correctly",
    "test_output_with_prefix_isolated_correctly",
    "test_parse_ktap_output",
    "test_parse_subtest_header",
    "test_pound_no_prefix",
    "test_pound_sign",
    "test_skip_all_tests",
    "test_skip_tests",
    "test_strip_hyphen",
]

_RUN_KUNIT = """
import io, json, sys
real, sys.stdout = sys.stdout, io.StringIO()
import kunit_parser

def leaves(test, path):
    if not test.subtests:
        yield ".".join(path)
    for sub in test.subtests:
        yield from leaves(sub, [*path, sub.name])

answers = {}
for name in sys.argv[1:]:
    with open(name, errors="replace") as log:
        test = kunit_parser.parse_run_tests(log.readlines())
    c = test.counts
    answers[name] = [[c.passed, c.failed, c.crashed, c.skipped], list(leaves(test, []))]
real.write(json.dumps(answers))
"""


@dataclass(frozen=True)
class Read:
    """What kunit.py makes of a log; the name of a test that never came is empty."""

    counts: Counts
    names: tuple[str, ...]


@pytest.fixture(scope="module")
def kunit(kernel_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree's tools/testing/kunit, taken out of its objects; skips where there is none."""
    folder = tmp_path_factory.mktemp("kunit")
    packed = subprocess.run(
        ["git", "-C", str(kernel_tree), "archive", "HEAD", "tools/testing/kunit"],
        capture_output=True,
        check=False,
    )
    if packed.returncode:
        pytest.skip("the kernel tree has no tools/testing/kunit")
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)
    return folder / "tools/testing/kunit"


@pytest.fixture(scope="module")
def as_kunit_reads(kunit: Path) -> dict[str, Read]:
    logs = sorted((kunit / "test_data").glob("*.log"))
    done = subprocess.run(
        [sys.executable, "-c", _RUN_KUNIT, *(f"test_data/{log.name}" for log in logs)],
        cwd=kunit,
        capture_output=True,
        check=True,
    )
    answers = json.loads(done.stdout)
    return {
        Path(name).name: Read((counts[0], counts[1], counts[2], counts[3]), tuple(names))
        for name, (counts, names) in answers.items()
    }


@pytest.fixture
def ours(request: pytest.FixtureRequest, kunit: Path) -> tuple[Case, ...]:
    path = kunit / "test_data" / request.param
    if not path.exists():
        pytest.skip(f"this tree's kunit has no {request.param}")
    return parse_ktap(path.read_text(errors="replace"), suite="kunit")


def _counts(cases: tuple[Case, ...]) -> Counts:
    states = Counter(case.state.value for case in cases)
    return states["passed"], states["failed"], states["crashed"], states["skipped"]


@pytest.mark.parametrize(
    ("ours", "log"),
    [(f"{name}.log", f"{name}.log") for name in _LOGS],
    indirect=["ours"],
    ids=_LOGS,
)
def test_the_counts_and_names_are_kunits(
    ours: tuple[Case, ...], log: str, as_kunit_reads: dict[str, Read]
) -> None:
    read = as_kunit_reads[log]
    if log in ON_PURPOSE:
        counts, why = ON_PURPOSE[log]
        assert _counts(ours) == counts, why
        assert counts != read.counts, f"{log} is no exception any more"
        return
    assert _counts(ours) == read.counts
    assert len(ours) == len(read.names)
    for case, name in zip(ours, read.names, strict=True):
        # Where a planned test never came kunit.py has no name for it, and we have its number.
        assert case.name == name or name.endswith(".")


def test_no_log_of_the_tree_is_left_out(as_kunit_reads: dict[str, Read]) -> None:
    assert set(as_kunit_reads) <= {f"{name}.log" for name in _LOGS}
