# SPDX-License-Identifier: GPL-2.0-or-later
"""The suite that drives /dev/vhost-net as a virtio user would.

The tests themselves are in vreview/guest/vhost.
"""

from __future__ import annotations

from vreview.adapters.suites.program import ProgramSuite


class VhostSuite(ProgramSuite):
    name = "vhost"
