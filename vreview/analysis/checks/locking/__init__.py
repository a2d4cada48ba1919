# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks of what is done with locks, and while they are held."""
