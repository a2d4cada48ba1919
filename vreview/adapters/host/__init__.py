# SPDX-License-Identifier: GPL-2.0-or-later
"""What the machine has: packages, accelerator, room."""
