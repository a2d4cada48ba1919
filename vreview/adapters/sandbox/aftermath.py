# SPDX-License-Identifier: GPL-2.0-or-later
"""What a stranger's command left in a folder, made safe to be read by us.

Nothing runs in the sandbox any more when this looks. Links that lead elsewhere, devices, pipes,
set-id bits, and what is nested too deep for a path to name it are removed; a compiler makes none of
these. What the files say is another matter: it is still the stranger's word.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from vreview.adapters.proc import run

_DEEPEST = 15
"""Folders below the O= folder: kbuild has 7, and 15 names of 255 bytes are still a path."""
_DEPENDENCIES_BYTES = 8 << 20
"""Of a .cmd file, which is read whole; the largest of 6.1 has 60 KiB."""
_DEADLINE_S = 120.0


def made_safe(folder: Path, *, inside: Sequence[Path]) -> int:
    """How many entries were removed below ``folder``. A link may lead to it, or into ``inside``."""
    removed = 0
    _find(folder, "-type", "d", "!", "-perm", "-u=rwx", "-exec", "chmod", "u+rwx", "{}", ";")
    removed += _count(
        _find(folder, "-mindepth", str(_DEEPEST), "-maxdepth", str(_DEEPEST), "-printf", "x",
              "-exec", "rm", "-rf", "--", "{}", "+")
    )  # fmt: skip
    odd = ("!", "-type", "f", "!", "-type", "d", "!", "-type", "l")
    removed += _count(_find(folder, *odd, "-printf", "x", "-delete"))
    bulky = ("-type", "f", "-name", ".*.cmd", "-size", f"+{_DEPENDENCIES_BYTES}c")
    removed += _count(_find(folder, *bulky, "-printf", "x", "-delete"))
    _find(folder, "-perm", "/7000", "!", "-type", "l", "-exec", "chmod", "a-st", "{}", "+")
    roots = tuple(os.path.realpath(path) for path in (folder, *inside))
    links = _find(folder, "-type", "l", "-printf", "%p\\0").split(b"\0")[:-1]
    # All are looked at before one goes: a link over it would lead nowhere then.
    out = [link for link in links if not _within(os.path.realpath(os.fsdecode(link)), roots)]
    for link in out:
        os.unlink(link)
    return removed + len(out)


def handed_over(folder: Path, owner: int) -> None:
    """Gives what lies in ``folder`` to the uid that is to write there; follows no link."""
    _find(folder, "!", "-uid", str(owner), "-exec", "chown", "-h", f"{owner}:{owner}", "{}", "+")


def gone(folder: Path) -> None:
    """Removes a folder, however deep it is."""
    run(("rm", "-rf", "--", str(folder)), deadline_s=_DEADLINE_S, check=False)


def _find(folder: Path, *words: str) -> bytes:
    argv = ("find", str(folder), "-xdev", *words)
    return run(argv, env={"LC_ALL": "C"}, deadline_s=_DEADLINE_S, check=False, apart=True).output


def _count(marks: bytes) -> int:
    return marks.count(b"x")


def _within(path: str, roots: Sequence[str]) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in roots)
