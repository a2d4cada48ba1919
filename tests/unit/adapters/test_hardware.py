# SPDX-License-Identifier: GPL-2.0-or-later
"""What a job wants its guest to have, as options."""

from __future__ import annotations

from vreview.adapters.boot.hardware import kernel_words, qemu_options
from vreview.ports import Hardware


def test_nothing_is_added_unasked() -> None:
    assert qemu_options(frozenset()) == ()
    assert kernel_words(frozenset()) == ()


def test_the_iommu_comes_before_what_is_behind_it() -> None:
    options = " ".join(qemu_options({Hardware.EDU, Hardware.IOMMU}))
    assert 0 < options.index("intel-iommu") < options.index("edu")


def test_every_kind_of_hardware_is_known() -> None:
    assert all(qemu_options({part}) for part in Hardware)
    assert "intel_iommu=on" in kernel_words(set(Hardware))
