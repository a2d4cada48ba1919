# SPDX-License-Identifier: GPL-2.0-or-later
"""The whole tree's functions in SQLite: built in parallel, updated by blob, read by lint."""
