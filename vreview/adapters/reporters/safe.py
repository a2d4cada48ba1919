# SPDX-License-Identifier: GPL-2.0-or-later
"""The one place where strangers' text loses what could steer a terminal, a mail or a reader.

Mails, diffs and the guest's console are hostile: escape sequences, carriage returns, and the
Unicode controls that reorder what one sees.
"""

from __future__ import annotations

import re

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def safe(text: str) -> str:
    """``text`` with every such character spelt out; newlines and tabs stay."""
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def safe_line(text: str) -> str:
    """``text`` as one line, fit for a header or a table's cell."""
    return " ".join(safe(text).split())
