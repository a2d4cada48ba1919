# SPDX-License-Identifier: GPL-2.0-or-later
"""What is kept on disk, as entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vreview.wiring.places import cache_folder, state_folder

if TYPE_CHECKING:
    from vreview.model.stored import Entry


def stored_entries() -> tuple[Entry, ...]:
    from vreview.adapters.stored import entries

    return entries(cache_folder(), state_folder())


def remove_entry(entry: Entry) -> bool:
    """False when a vreview works with it by now. Raises StorageFailed."""
    from vreview.adapters.stored import remove

    return remove(entry)
