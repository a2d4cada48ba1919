# SPDX-License-Identifier: GPL-2.0-or-later
"""3-way merge of one file by `git merge-file`, as `git am -3` falls back to.

Works on bytes in a scratch folder; needs no repository and touches none.
"""

from __future__ import annotations

from vreview.adapters import proc
from vreview.adapters.leftovers import scratch


def merge(ours: bytes, *, base: bytes, theirs: bytes) -> bytes | None:
    """The merge of both sides' changes to ``base``; None when they conflict.

    Not pygit2.merge_file_from_index: that returns text, and kernel files are not all UTF-8.
    """
    with scratch("merge") as folder:
        for side, data in (("ours", ours), ("base", base), ("theirs", theirs)):
            (folder / side).write_bytes(data)
        done = proc.run(
            ("git", "merge-file", "-p", "-q", "ours", "base", "theirs"),
            cwd=folder,
            env={"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"},
            deadline_s=60,
            check=False,
            apart=True,
            needed_for="merge a patch that does not fit as it is",
        )
    return done.output if done.status == 0 else None
