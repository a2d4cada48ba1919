# SPDX-License-Identifier: GPL-2.0-or-later
"""The stages alone, on one revision of the real tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Vreview

pytestmark = [pytest.mark.kernel, pytest.mark.build, pytest.mark.boot]


def test_build_prints_the_image_first(vreview: Vreview, kernel_tree: Path) -> None:
    ran = vreview("build", "HEAD", "--tree", kernel_tree)
    assert ran.status == 0, ran.err
    assert Path(ran.out.splitlines()[0]).stat().st_size > 1_000_000


@pytest.mark.parametrize("profile", ["test", "perf"])
def test_boot(profile: str, vreview: Vreview, kernel_tree: Path, qemu: None) -> None:
    ran = vreview("boot", "HEAD", "--tree", kernel_tree, "--profile", profile)
    assert ran.status == 0, ran.out + ran.err
    assert "boot: done" in ran.out


def test_one_suite(vreview: Vreview, kernel_tree: Path, qemu: None) -> None:
    ran = vreview("test", "HEAD", "--tree", kernel_tree, "--suite", "smoke")
    assert ran.status == 0, ran.out + ran.err
    assert "16 passed" in ran.out


@pytest.mark.parametrize(
    ("mode", "unit"), [("wall", "packets_per_second"), ("deterministic", "instructions_per_packet")]
)
def test_perf(mode: str, unit: str, vreview: Vreview, kernel_tree: Path, qemu: None) -> None:
    ran = vreview("perf", "HEAD", "--tree", kernel_tree, "--mode", mode)
    assert ran.status == 0, ran.out + ran.err
    assert {line.split(":")[1] for line in ran.out.splitlines() if line.startswith("vhost-")} == {
        unit
    }
