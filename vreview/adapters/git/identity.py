# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is at the keyboard, as git would say: the environment, else the user's own git config.

The config of a tree under review is not asked.
"""

from __future__ import annotations

from collections.abc import Mapping

import pygit2

from vreview.model.series import Person

NOBODY = Person("vreview", "vreview@localhost")


def identity(environment: Mapping[str, str]) -> Person:
    """Name and address for the replies; NOBODY where the user has told git neither."""
    name = environment.get("GIT_AUTHOR_NAME") or _configured("user.name")
    email = environment.get("GIT_AUTHOR_EMAIL") or _configured("user.email")
    return Person(name or NOBODY.name, email) if email else NOBODY


def _configured(key: str) -> str:
    try:
        return str(pygit2.Config.get_global_config()[key])
    except (KeyError, OSError, pygit2.GitError):
        return ""
