# SPDX-License-Identifier: GPL-2.0-or-later
"""The checks, by the id of the rule that words their hits. One module each; no shared state."""

from __future__ import annotations

from collections.abc import Mapping

from vreview.analysis.checks import (
    asymmetric_release,
    invented_errno,
    kept_after_release,
    minus_one_errno,
    missing_unlock,
    positive_errno,
    sleep_in_callback,
    stale_error_on_success,
    waiter_under_callback_lock,
)
from vreview.analysis.facts import Check, FileCheck

CHECKS: Mapping[str, Check] = {
    module.RULE: module.check
    for module in (
        asymmetric_release,
        invented_errno,
        kept_after_release,
        minus_one_errno,
        missing_unlock,
        positive_errno,
        sleep_in_callback,
        stale_error_on_success,
        waiter_under_callback_lock,
    )
}

FILE_CHECKS: Mapping[str, FileCheck] = {}
"""Checks of the text, for what stands outside of functions too."""
