# SPDX-License-Identifier: GPL-2.0-or-later
"""A patch as a mail that ``git am`` takes: author, date, title, message and diff, nothing else."""

from __future__ import annotations

from vreview.model.series import Patch


def as_mail(patch: Patch, *, total: int) -> bytes:
    """One RFC 2822 message, its text in UTF-8, its diff byte for byte."""
    head = (
        f"From: {patch.author}",
        f"Date: {patch.date.strftime('%a, %d %b %Y %H:%M:%S %z')}",
        f"Subject: [PATCH {patch.n}/{total}] {patch.title}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        patch.message.rstrip("\n"),
        "---",
        "",
        "",
    )
    return "\n".join(head).encode(errors="replace") + patch.diff.rstrip(b"\n") + b"\n-- \n"
