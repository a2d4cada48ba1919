# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks of error pointers: taken for NULL, and NULL taken for one."""
