# SPDX-License-Identifier: GPL-2.0-or-later
"""Benchmarks: a guest program, when to run it, and how to read its figures."""
