# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels out of commits: configure, build, keep."""
