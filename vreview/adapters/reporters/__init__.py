# SPDX-License-Identifier: GPL-2.0-or-later
"""How a review is told: terminal, JSON, mail. None of them decides anything."""
