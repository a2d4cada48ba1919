# SPDX-License-Identifier: GPL-2.0-or-later
"""The series that vreview was founded on, read without a tree: what reviewers said about them.

The numbers are the rows of seeds/findings.md.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from vreview.adapters.mail.folders import messages_at
from vreview.app.lint import LintResult, lint
from vreview.parse.mail import parse_series
from vreview.rulebook import load_rules

pytestmark = pytest.mark.shared

SAID = {
    3: ("vhost-metadata-rfc", "errno/positive-errno", "vhost_init_vmap"),
    4: ("vhost-metadata-rfc", "errno/stale-error-on-success", "vhost_init_vmap"),
    7: ("vhost-metadata-rfc", "pages/kept-after-release", "vhost_init_vmap"),
    8: ("vhost-metadata-rfc", "locking/waiter-under-callback-lock", "vhost_vring_ioctl"),
    11: ("vhost-metadata-rfc", "locking/sleep-in-callback", "vhost_invalidate_vmap"),
    19: ("vhost-metadata-series", "errno/positive-errno", "vhost_map_prefetch"),
    29: ("vfio-hugetlb", "errno/minus-one-errno", "hugetlb_get_residual_pages"),
    32: ("vfio-hugetlb", "errno/minus-one-errno", "hugetlb_page_vaddr_get_pfn"),
    34: ("vfio-hugetlb", "pages/asymmetric-release", "vfio_pin_pages_remote"),
}

TRUE_AS_WELL = {33: ("vfio-hugetlb", "errno/invented-errno", "vfio_pin_pages_remote")}
"""Said by a reviewer and within a rule's words, but not seen yet: it may come, it need not."""


@cache
def linted(folder: Path) -> LintResult:
    series = parse_series(messages_at(folder / "series.mbox"))
    return lint(series, repo=None, applied=None, rulebook=load_rules())


@pytest.mark.parametrize("row", SAID)
def test_what_reviewers_said_is_found(row: int, shared: Path) -> None:
    seed, rule, function = SAID[row]
    found = linted(shared / "seeds" / seed).findings
    assert (rule, function) in {(f.observation.rule, f.observation.place.function) for f in found}


@pytest.mark.parametrize("seed", sorted({seed for seed, _, _ in SAID.values()}))
def test_nothing_else_is_claimed(seed: str, shared: Path) -> None:
    true = (*SAID.values(), *TRUE_AS_WELL.values())
    expected = {(rule, function) for name, rule, function in true if name == seed}
    found = linted(shared / "seeds" / seed).findings
    assert {(f.observation.rule, f.observation.place.function) for f in found} <= expected


@pytest.mark.parametrize("seed", ["vhost-polling", "vhost-notifier-sync"])
def test_series_whose_faults_are_of_another_kind_are_left_alone(seed: str, shared: Path) -> None:
    assert linted(shared / "seeds" / seed).findings == ()
