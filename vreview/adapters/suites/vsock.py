# SPDX-License-Identifier: GPL-2.0-or-later
"""The suite for vsock: a host's sockets, and a guest that drives /dev/vhost-vsock by hand.

The tests themselves are in vreview/guest/vsock.
"""

from __future__ import annotations

from vreview.adapters.suites.program import ProgramSuite


class VsockSuite(ProgramSuite):
    name = "vsock"
