# SPDX-License-Identifier: GPL-2.0-or-later
"""A command of the user's as a suite: what its output and status mean, and what is refused when."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from vreview.adapters.suites.command import CommandSuite, Word, command_suite
from vreview.config import Config, from_overrides
from vreview.errors import InputError
from vreview.model.trial import CaseState
from vreview.parse.elf import Program, program

MARK = "0123456789abcdef"
SUITE = CommandSuite("mine", (Word("sh"),), MARK)
KTAP = "TAP version 13\n1..2\nok 1 first\n{} second\n"


def _states(output: str) -> list[tuple[str, CaseState]]:
    return [(case.name, case.state) for case in SUITE.read(output)]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (0, CaseState.PASSED),
        (4, CaseState.SKIPPED),
        (77, CaseState.SKIPPED),
        (125, CaseState.SKIPPED),
        (1, CaseState.FAILED),
        (139, CaseState.FAILED),
    ],
)
def test_without_ktap_the_status_is_the_one_case(status: int, state: CaseState) -> None:
    assert _states(f"hello\nok then\n\n# {MARK} status {status}\n") == [("run", state)]


def test_a_failure_says_its_last_words_and_125_that_it_cannot_tell() -> None:
    (failed,) = SUITE.read(f"no such queue\n\n# {MARK} status 3\n")
    assert failed.detail == "no such queue\nexit status 3"
    (untold,) = SUITE.read(f"\n# {MARK} status 125\n")
    assert "cannot tell" in untold.detail


@pytest.mark.parametrize(
    "output", ["", "half a line", "# status 0\n", "# fedcba9876543210 status 0\n"]
)
def test_a_command_that_did_not_come_to_its_end_has_crashed(output: str) -> None:
    assert _states(output) == [("run", CaseState.CRASHED)]


def test_ktap_is_read_and_a_status_that_says_more_is_a_case_of_its_own() -> None:
    good, bad = KTAP.format("ok 2"), KTAP.format("not ok 2")
    first = ("first", CaseState.PASSED)
    assert _states(f"{good}\n# {MARK} status 0\n") == [first, ("second", CaseState.PASSED)]
    assert _states(f"{bad}\n# {MARK} status 1\n") == [first, ("second", CaseState.FAILED)]
    # Everything is ok, and yet it failed.
    assert _states(f"{good}\n# {MARK} status 1\n")[-1] == ("run", CaseState.FAILED)
    assert _states(good)[-1] == ("run", CaseState.CRASHED)


def test_the_files_it_names_are_copied_and_the_rest_of_its_words_stay(tmp_path: Path) -> None:
    script, data = tmp_path / "my test", tmp_path / "data.txt"
    script.write_text('#!/bin/sh\ncat "$1"; echo "$2"; exit 7\n')
    data.write_text("from the file\n")
    suite = command_suite("mine='my test' data.txt 'a b;c'", folder=tmp_path)
    folder = tmp_path / "guest"
    folder.mkdir()
    job = suite.prepare(folder)
    assert (folder / "my test").stat().st_mode & 0o111
    ran = subprocess.run(job.command, cwd=folder, capture_output=True, text=True, check=False)
    (case,) = suite.read(ran.stdout)
    assert (case.state, case.detail) == (
        CaseState.FAILED,
        "from the file\na b;c\nexit status 7",
    )


def test_its_command_means_the_same_in_every_folder(tmp_path: Path) -> None:
    (tmp_path / "a,b.sh").write_text("true\n")
    suite = command_suite("mine=sh a,b.sh x=1,2", folder=tmp_path)
    again = command_suite(f"mine={suite.command}", folder=Path("/"))
    assert [w.file for w in again.words] == [w.file for w in suite.words]
    config = from_overrides(
        Config(), [f"suite_commands=mine={suite.command}", "suite_commands=b=sh -c 'a,b'"]
    )
    assert config.suite_commands == (f"mine={suite.command}", "b=sh -c 'a,b'")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("./x", "expected NAME=CMD"),
        ("My Test=sh", "expected NAME=CMD"),
        ("mine=", "there is no command"),
        ("mine='sh", "cannot split it into words"),
        ("vhost=sh", "there is a suite 'vhost' already"),
        ("mine=./nothing", "there is no file"),
        ("mine=python3", "no command 'python3' in the guest"),
        ("mine=bash.sh", "is a script for /bin/bash, which is not in the guest"),
        ("mine=env.sh", "is a script for /usr/bin/env"),
        ("mine=binary", "is neither an ELF program nor a script"),
        ("mine=sh a/x b/x", "have one name"),
        ("mine=arm", "is a program for arm64, not x86_64"),
    ],
)
def test_what_cannot_run_in_the_guest_is_told_before(
    text: str, complaint: str, tmp_path: Path
) -> None:
    (tmp_path / "bash.sh").write_text("#!/bin/bash -e\n")
    (tmp_path / "env.sh").write_text("#!/usr/bin/env sh\n")
    (tmp_path / "binary").write_bytes(b"\x00\x01")
    (tmp_path / "arm").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(11) + b"\xb7\x00" + bytes(60))
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x").write_text("")
    with pytest.raises(InputError, match=re.escape(complaint)):
        command_suite(text, folder=tmp_path, taken=("vhost",))


def test_a_dynamic_program_is_told_with_its_loader(tmp_path: Path) -> None:
    shutil.copyfile("/bin/true", tmp_path / "dynamic")
    with pytest.raises(InputError, match=r"its loader /lib64/ld-linux-x86-64\.so\.2") as caught:
        command_suite("mine=./dynamic", folder=tmp_path)
    assert "-static" in caught.value.hint


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", Program("")),
        (b"\x7fELF", Program("elf", "damaged")),
        (b"\x7fELF\x02\x01" + b"\xff" * 70, Program("elf", "damaged")),
        (b"echo hello\n", Program("script")),
        (b"#! /bin/sh -e\n", Program("script", interpreter="/bin/sh")),
        (b"#!", Program("script")),
    ],
)
def test_a_programs_first_bytes(data: bytes, found: Program) -> None:
    assert program(data) == found
