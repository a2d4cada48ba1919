# SPDX-License-Identifier: GPL-2.0-or-later
"""Commits that were not sent yet: a range of the tree, as `git format-patch` would mail it.

Writes nothing into the repository; the user's format.* and diff.* settings do not count.
"""

from __future__ import annotations

from pathlib import Path

from vreview.adapters import proc
from vreview.errors import CommandFailed, SeriesError
from vreview.parse.mail.mbox import Dialect, split_mbox

_COMMITS_MAX = 1000
_SETTINGS = (
    *("-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false"),
    *(
        "-c",
        "format.headers=",
        "-c",
        "format.noprefix=false",
        "-c",
        "format.encodeEmailHeaders=true",
    ),
    *("-c", "diff.context=3", "-c", "diff.interHunkContext=0", "-c", "log.showSignature=false"),
    *("-c", "diff.suppressBlankEmpty=false", "-c", "diff.submodule=short", "-c", "core.pager=cat"),
)
_FORMAT = (
    *("--stdout", "--pretty=mboxrd", "--numbered", "--subject-prefix=PATCH", "--no-cover-letter"),
    *("--full-index", "--binary", "--find-renames", "--no-ext-diff", "--no-textconv"),
    *(
        "--no-signature",
        "--no-attach",
        "--no-thread",
        "--no-signoff",
        "--no-from",
        "--no-notes",
        "--no-to",
        "--no-cc",
        "--no-color",
    ),
    *("--src-prefix=a/", "--dst-prefix=b/", "--no-relative", "--no-stat", "-O/dev/null"),
)


def messages_of_range(name: str, *, tree: Path) -> tuple[bytes, ...]:
    """The mails of ``A..B`` in order, with a ``base-commit:``; () when git knows no such range.

    Raises SeriesError for a range without commits, with merges, or with too many.
    """
    commits = _rev_list(name, tree=tree)
    if commits is None:
        return ()
    if not commits:
        raise SeriesError(f"the range {name} of {tree} holds no commit", hint="B must be newer")
    if len(commits) > _COMMITS_MAX:
        raise SeriesError(
            f"the range {name} of {tree} holds {len(commits)} commits, more than {_COMMITS_MAX}",
            hint="review a shorter range",
        )
    merges = [commit for commit, parents in commits if len(parents) > 1]
    if merges:
        raise SeriesError(
            f"the range {name} of {tree} holds {len(merges)} merges, such as {merges[0][:12]}; "
            "a series has none",
            hint="review a linear range, or rebase it first",
        )
    # Without merges, the parent outside of the range is the base.
    inside = {commit for commit, _ in commits}
    outside = [p for _, parents in commits for p in parents if p not in inside]
    base = (f"--base={outside[0]}",) if len(outside) == 1 else ("--no-base",)
    done = proc.run(
        ("git", "-C", str(tree), *_SETTINGS, "format-patch", *_FORMAT, *base, name),
        deadline_s=120,
        apart=True,
        needed_for="read a range of commits",
    )
    return split_mbox(done.output, dialect=Dialect.MBOXRD)


def _rev_list(name: str, *, tree: Path) -> list[tuple[str, tuple[str, ...]]] | None:
    """(commit, parents) of a range, newest first; None when it does not name commits."""
    argv = ("git", "-C", str(tree), "rev-list", "--parents", f"--max-count={_COMMITS_MAX + 1}")
    try:
        done = proc.run(
            (*argv, "--end-of-options", name),
            deadline_s=60,
            apart=True,
            needed_for="read a range of commits",
        )
    except CommandFailed:
        return None
    rows = [line.split() for line in done.text.splitlines()]
    return [(row[0], tuple(row[1:])) for row in rows if row]
