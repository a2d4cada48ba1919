# SPDX-License-Identifier: GPL-2.0-or-later
"""Review manners: what a reviewer remarks on without calling it a bug. Their rules are notes."""
