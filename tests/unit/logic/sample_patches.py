# SPDX-License-Identifier: GPL-2.0-or-later
"""Patches that carry a diff and nothing else of interest."""

from __future__ import annotations

from datetime import UTC, datetime

from vreview.model.series import FileDiff, Mail, MessageId, Patch, Person

_WHO = Person("Ada", "ada@example.org")
_DAY = datetime(2026, 11, 20, tzinfo=UTC)


def patch_of(n: int, files: tuple[FileDiff, ...]) -> Patch:
    mail = Mail(MessageId(f"{n}@example.org"), f"[PATCH {n}] x", _WHO, _DAY)
    return Patch(n, "x", _WHO, _DAY, "", (), files, b"", mail)
