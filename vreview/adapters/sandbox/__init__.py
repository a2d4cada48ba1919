# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a stranger's code runs: bubblewrap around it, limits on it, and what it left looked over.

See docs/untrusted.md for what this holds against and what it does not.
"""

from __future__ import annotations

from vreview.adapters.sandbox.offer import Offer, offer
from vreview.adapters.sandbox.sandbox import Allowance, Sandbox

__all__ = ["Allowance", "Offer", "Sandbox", "offer"]
