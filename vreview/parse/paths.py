# SPDX-License-Identifier: GPL-2.0-or-later
"""Paths as diffs write them: unquoted, without their ``a/``, and kept inside the tree.

Does not look at any file system; a path through a symbolic link is the tree's matter.
"""

from __future__ import annotations

import posixpath
import re

from vreview.errors import HostileInput, SeriesError

_ESCAPES = {
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
    b'"': b'"',
    b"\\": b"\\",
}
_ESCAPE = re.compile(rb'\\([0-3][0-7]{2}|[abfnrtv"\\])')
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')
# What HFS+ ignores in names: ".g\u200cit" is ".git" there (CVE-2014-9390).
_IGNORABLE = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")


def unquoted(text: bytes) -> tuple[bytes, bytes] | None:
    """A C-quoted name at the start of ``text`` and what follows it; None without a quote."""
    match = _QUOTED.match(text)
    if match is None:
        return None

    def plain(escape: re.Match[bytes]) -> bytes:
        code = escape[1]
        return _ESCAPES[code] if code in _ESCAPES else bytes([int(code, 8)])

    return _ESCAPE.sub(plain, match[1]), text[match.end() :]


def checked_path(raw: bytes, *, strip: int) -> str:
    """The path in the tree that ``raw`` names, ``strip`` leading components removed.

    Raises HostileInput for an absolute path, for ``..`` and ``.git`` components, for empty
    ones and ``.`` in the part that is kept; SeriesError when nothing is left or it is not UTF-8.
    """
    try:
        name = raw.decode()
    except UnicodeDecodeError as err:
        raise SeriesError(f"the path {raw!r} of a patch is not UTF-8") from err
    if name.startswith("/"):
        raise HostileInput(f"the path {name!r} of a patch is absolute", path=name)
    components = name.split("/")
    for component in components:
        if component == "..":
            raise HostileInput(f"the path {name!r} of a patch leaves the tree", path=name)
        if _is_git_folder(component):
            raise HostileInput(f"the path {name!r} of a patch reaches into .git", path=name)
    kept = components[strip:]
    if not kept or kept == [""]:
        raise SeriesError(
            f"the path {name!r} of a patch has fewer than {strip + 1} components",
            hint="make the patch with `git format-patch`, whose paths begin with a/ and b/",
        )
    if any(component in ("", ".") for component in kept) or "\0" in name:
        raise HostileInput(f"the path {name!r} of a patch is not a plain one", path=name)
    return "/".join(kept)


def check_link(path: str, target: bytes) -> None:
    """Raises HostileInput when a symbolic link at ``path`` would point out of the tree."""
    to = target.decode("utf-8", "surrogateescape")
    end = posixpath.normpath(posixpath.join(posixpath.dirname(path), to))
    if to.startswith("/") or end == ".." or end.startswith("../") or "\0" in to:
        raise HostileInput(
            f"the patch makes {path!r} a symbolic link out of the tree, to {to!r}", path=path
        )
    if any(_is_git_folder(component) for component in to.split("/")):
        raise HostileInput(
            f"the patch makes {path!r} a symbolic link into .git, to {to!r}", path=path
        )


def _is_git_folder(component: str) -> bool:
    """True for ``.git`` in every spelling that some file system takes for it."""
    plain = _IGNORABLE.sub("", component).rstrip(" .").split(":")[0].lower()
    return plain in (".git", "git~1")
