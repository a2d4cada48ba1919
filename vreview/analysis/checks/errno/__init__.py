# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks of how failures are told to the caller."""
