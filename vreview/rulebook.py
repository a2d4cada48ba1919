# SPDX-License-Identifier: GPL-2.0-or-later
"""The rule book: placeholder of nothing yet."""
