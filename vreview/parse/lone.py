# SPDX-License-Identifier: GPL-2.0-or-later
"""A diff without a mail around it, as a series of one patch.

What `git diff` or `quilt` leave in a file: there is no author, no message and nobody to answer.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from vreview.errors import SeriesError
from vreview.model.series import Mail, MessageId, Patch, Person, Series
from vreview.parse.diff import parse_diff

_BARE = re.compile(rb"\s*(?:diff --git |Index: |--- [^\n]*\r?\n\+\+\+ )")
_NOBODY = Person("", "unknown@invalid")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_bare_diff(text: bytes) -> bool:
    """True when the text begins with a diff instead of a mail's headers or its ``From`` line."""
    return _BARE.match(text) is not None


def series_of_diff(diff: bytes, name: str) -> Series:
    """The diff as patch 1/1 titled ``name``. Raises SeriesError when there is no file in it."""
    files = parse_diff(diff)
    if not files:
        raise SeriesError(f"{name}: there is no diff in it")
    mail = Mail(MessageId(""), name, _NOBODY, _EPOCH)
    patch = Patch(1, name, _NOBODY, _EPOCH, "", (), files, diff, mail)
    return Series(name, 1, 1, (patch,))
