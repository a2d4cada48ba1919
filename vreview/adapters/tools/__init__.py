# SPDX-License-Identifier: GPL-2.0-or-later
"""Other people's eyes: one module a tool, each an implementation of ``ports.SecondEye``."""
