# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a series comes from: files, folders, stdin, a git range, a public-inbox mirror.

Hands out raw messages; what they mean is ``parse.mail``'s work. Asks no network.
"""

from __future__ import annotations

from vreview.adapters.mail.source import MailSource, open_source

__all__ = ["MailSource", "open_source"]
