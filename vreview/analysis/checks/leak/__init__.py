# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks of what was acquired and is not given back."""
