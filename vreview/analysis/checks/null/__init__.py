# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks of pointers that may be NULL."""
