# SPDX-License-Identifier: GPL-2.0-or-later
"""Mails in, a series out: what `git am` would commit, and what the thread said about it.

Reads no file, asks no network and no git; where mails come from is ``adapters.mail``.
"""

from __future__ import annotations

from vreview.parse.mail.thread import parse_series

__all__ = ["parse_series"]
