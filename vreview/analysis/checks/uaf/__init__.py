# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks of who looks at an object, or gives it back, after it was given back."""
