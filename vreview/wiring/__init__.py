# SPDX-License-Identifier: GPL-2.0-or-later
"""From settings to adapters: the only package that names a concrete adapter.

Heavy imports are made where they are needed: ``vreview --help`` must not wait for them.
"""

from __future__ import annotations

from vreview.wiring.findings import (
    RESULT,
    dismiss,
    dismissal_files,
    dismissals,
    explainable,
    keep_findings,
    kept_results,
    today,
)
from vreview.wiring.host import checks, install_missing
from vreview.wiring.index import function_index, habit_source
from vreview.wiring.machine import (
    benchmarks,
    boot_backend,
    builder,
    command_settings,
    debug_settings,
    kernel_fragments,
    rule_book,
    stage_tools,
    stored_kernel,
    suites,
)
from vreview.wiring.places import (
    IMPORTED,
    cache_folder,
    config_file,
    runs_folder,
    settings,
    state_folder,
)
from vreview.wiring.replays import keep_reproducers, replay_tools, reproducer_of
from vreview.wiring.reviews import (
    ReviewRequest,
    forget,
    new_run,
    resumed_run,
    review_tools,
    series_of,
)
from vreview.wiring.shelf import shelf
from vreview.wiring.sources import (
    import_tree,
    kernel_repo,
    open_repo,
    read_messages,
    read_series,
    series_from,
    tree_path,
)
from vreview.wiring.storage import remove_entry, stored_entries
from vreview.wiring.telling import keep, observer, reporter, reports, terminal
from vreview.wiring.tools import panel, panel_settings
from vreview.wiring.trust import untrusted_settings

__all__ = [
    "IMPORTED",
    "RESULT",
    "ReviewRequest",
    "benchmarks",
    "boot_backend",
    "builder",
    "cache_folder",
    "checks",
    "command_settings",
    "config_file",
    "debug_settings",
    "dismiss",
    "dismissal_files",
    "dismissals",
    "explainable",
    "forget",
    "function_index",
    "habit_source",
    "import_tree",
    "install_missing",
    "keep",
    "keep_findings",
    "keep_reproducers",
    "kept_results",
    "kernel_fragments",
    "kernel_repo",
    "new_run",
    "observer",
    "open_repo",
    "panel",
    "panel_settings",
    "read_messages",
    "read_series",
    "remove_entry",
    "replay_tools",
    "reporter",
    "reports",
    "reproducer_of",
    "resumed_run",
    "review_tools",
    "rule_book",
    "runs_folder",
    "series_from",
    "series_of",
    "settings",
    "shelf",
    "stage_tools",
    "state_folder",
    "stored_entries",
    "stored_kernel",
    "suites",
    "terminal",
    "today",
    "tree_path",
    "untrusted_settings",
]
