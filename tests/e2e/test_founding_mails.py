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
from vreview.model.observation import Severity
from vreview.model.review import Finding
from vreview.parse.mail import parse_series
from vreview.rulebook import load_rules

pytestmark = pytest.mark.shared

RFC, SERIES, HUGETLB = "vhost-metadata-rfc", "vhost-metadata-series", "vfio-hugetlb"
POLLING, SYNC = "vhost-polling", "vhost-notifier-sync"
SAID = {
    3: (RFC, "errno/positive-errno", "vhost_init_vmap"),
    4: (RFC, "errno/stale-error-on-success", "vhost_init_vmap"),
    5: (RFC, "leak/lost-on-error", "vhost_init_vmap"),
    6: (RFC, "manners/overwritten-error", "vhost_init_vmap"),
    7: (RFC, "pages/kept-after-release", "vhost_init_vmap"),
    8: (RFC, "locking/waiter-under-callback-lock", "vhost_vring_ioctl"),
    9: (RFC, "locking/inverts-callers-lock", "vhost_invalidate_vmap"),
    10: (RFC, "errno/unchecked-result", "vhost_vring_ioctl"),
    11: (RFC, "locking/sleep-in-callback", "vhost_invalidate_vmap"),
    12: (RFC, "manners/debug-leftover", "vhost_invalidate_vmap"),
    13: (RFC, "manners/result-unread", "vq_meta_prefetch"),
    14: (RFC, "uaf/torn-down-before-stopped", "vhost_dev_cleanup"),
    15: (RFC, "manners/uneven-exit", "handle_tx"),
    18: (RFC, "claims/untold-column", ""),
    19: (SERIES, "errno/positive-errno", "vhost_map_prefetch"),
    20: (SERIES, "leak/container-not-freed", "vhost_map_unprefetch"),
    21: (SERIES, "errno/unchecked-result", "vhost_vring_set_num_addr"),
    22: (SERIES, "locking/unbalanced-count", "vhost_invalidate_vq_end"),
    23: (SERIES, "errno/published-despite-error", "vhost_vring_set_num_addr"),
    24: (SERIES, "locking/grace-period-in-callback", "vhost_invalidate_vq_start"),
    27: (SERIES, "claims/untold-column", ""),
    28: (HUGETLB, "manners/condition-as-return", "is_hugetlbpage"),
    29: (HUGETLB, "errno/minus-one-errno", "hugetlb_get_residual_pages"),
    30: (HUGETLB, "manners/assembler-constant", "hugetlb_get_residual_pages"),
    31: (HUGETLB, "manners/mask-shifted-back", "hugetlb_get_residual_pages"),
    32: (HUGETLB, "errno/minus-one-errno", "hugetlb_page_vaddr_get_pfn"),
    33: (HUGETLB, "errno/invented-errno", "vfio_pin_pages_remote"),
    34: (HUGETLB, "pages/asymmetric-release", "vfio_pin_pages_remote"),
    37: (HUGETLB, "manners/advanced-before-use", "vfio_unpin_pages_remote"),
    39: (HUGETLB, "uaf/use-after-put", "hugetlb_put_pfn"),
    44: (HUGETLB, "claims/optimisation-without-figures", ""),
    45: (POLLING, "claims/claimed-change", ""),
    46: (POLLING, "manners/bug-on-failure", "vhost_vq_enable_vqpoll"),
    47: (POLLING, "errno/unchecked-result", "vhost_vq_enable_vqpoll"),
    48: (POLLING, "manners/jiffies-compared", "roundrobin_poll"),
    53: (POLLING, "uninit/member-not-reset", "vhost_vq_reset"),
    54: (POLLING, "manners/volatile-for-synchronisation", ""),
    55: (POLLING, "manners/kmap-kept", "vhost_vq_enable_vqpoll"),
    57: (SYNC, "manners/handmade-seqcount", "vhost_vq_sync_access"),
    58: (SYNC, "manners/value-dropped", "vhost_vq_access_map_begin"),
    59: (SYNC, "manners/marked-increment", "vhost_vq_access_map_begin"),
    60: (SYNC, "manners/mixed-barriers", "vhost_vq_sync_access"),
    64: (SYNC, "claims/gain-without-figures", ""),
    65: (SYNC, "claims/barriers-in-a-fix", ""),
    66: (SYNC, "manners/running-schedule", "vhost_vq_sync_access"),
}


@cache
def linted(folder: Path) -> LintResult:
    series = parse_series(messages_at(folder / "series.mbox"))
    return lint(series, repo=None, applied=None, rulebook=load_rules())


def key(finding: Finding) -> tuple[str, str]:
    return finding.observation.rule, finding.observation.place.function


@pytest.mark.parametrize("row", SAID)
def test_what_reviewers_said_is_found(row: int, shared: Path) -> None:
    seed, rule, function = SAID[row]
    found = [f for f in linted(shared / "seeds" / seed).findings if key(f) == (rule, function)]
    assert found
    assert all("?" in f.observation.question for f in found)
    assert all(f.observation.evidence for f in found)


@pytest.mark.parametrize("seed", [RFC, SERIES, HUGETLB, POLLING, SYNC])
def test_nothing_else_is_claimed(seed: str, shared: Path) -> None:
    """Notes beside those of SAID are remarks of taste; other warnings would be false ones."""
    expected = {(rule, function) for name, rule, function in SAID.values() if name == seed}
    warned = [
        f
        for f in linted(shared / "seeds" / seed).findings
        if f.observation.severity in (Severity.WARNING, Severity.ERROR)
    ]
    assert {key(f) for f in warned} <= expected
