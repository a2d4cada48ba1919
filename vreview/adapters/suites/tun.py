# SPDX-License-Identifier: GPL-2.0-or-later
"""The suite for tun and tap, sockets over loopback, and network namespaces that end in use.

The tests themselves are in vreview/guest/tun.
"""

from __future__ import annotations

from vreview.adapters.suites.program import ProgramSuite


class TunSuite(ProgramSuite):
    name = "tun"
