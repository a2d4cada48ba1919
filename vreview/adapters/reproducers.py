# SPDX-License-Identifier: GPL-2.0-or-later
"""Reproducers on disk: a folder each, that ``vreview replay`` reads and a person can paste from.

``reproducer.json`` is what was done, ``mails/`` the series as it was read, ``config`` the kernel's
configuration, ``README.md`` the commands. A folder may come from a stranger: what it says is
checked before a command is made of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from cattrs.errors import BaseValidationError
from cattrs.preconf.json import make_converter

from vreview.adapters.files import write_whole
from vreview.errors import InputError
from vreview.model.kernel import Recipe
from vreview.model.reproducer import Reproducer

SCHEMA = 1
NAME = "reproducer.json"

_CONVERTER = make_converter()
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_WORD = re.compile(r"[a-z0-9][a-z0-9-]*")
_SYMBOL = re.compile(r"[A-Za-z0-9_]+")
_VALUE = re.compile(r'[ymn]|-?[0-9]+|0x[0-9a-fA-F]+|"[\w ./,:+-]*"')
_VARIABLE = re.compile(r"(?:GCOV_PROFILE|KASAN_SANITIZE|KCSAN_SANITIZE)_[\w.+,-]+=[yn]|W=[123]")
"""All that a review gives make. Others would be commands: CC=, SHELL=, MAKEFLAGS=."""


def write_reproducer(
    folder: Path,
    made: Reproducer,
    *,
    mails: Sequence[bytes],
    files: Mapping[str, bytes],
) -> None:
    """Writes the folder; the JSON last, so that a folder that was cut short is none.

    ``files`` are further ones by their names. Raises StorageFailed.
    """
    for number, mail in enumerate(mails):
        write_whole(folder / "mails" / f"{number:05d}.eml", mail)
    for name, data in files.items():
        write_whole(folder / name, data)
    value = {"schema": SCHEMA, "reproducer": _CONVERTER.unstructure(made)}
    write_whole(folder / NAME, json.dumps(value, indent=1, sort_keys=True).encode() + b"\n")


def read_reproducer(folder: Path) -> tuple[Reproducer, tuple[bytes, ...]]:
    """What to do again, and the series' mails.

    Raises InputError when the folder holds no reproducer, one of another version, or one that
    asks for what no review does.
    """
    path = folder / NAME
    try:
        value = json.loads(path.read_bytes())
        if value["schema"] != SCHEMA:
            raise InputError(f"{path} was written by another version of vreview")
        made = _CONVERTER.structure(value["reproducer"], Reproducer)
        mails = tuple(mail.read_bytes() for mail in sorted((folder / "mails").glob("*.eml")))
    except OSError as err:
        raise InputError(
            f"{folder} holds no reproducer: {err.strerror or err}",
            hint="a review names its reproducers at its end; they lie in its run folder",
        ) from err
    except (BaseValidationError, ValueError, KeyError, TypeError) as err:
        raise InputError(f"{path} is damaged: {type(err).__name__}") from err
    strange = _strange(made)
    if strange:
        raise InputError(
            f"{path} asks for {strange}, which no review does",
            hint="it was written by hand or damaged; nothing was run",
        )
    if not mails:
        raise InputError(f"{folder} holds no mails of the series")
    return made, mails


def _strange(made: Reproducer) -> str:
    """The first word in it that is not of the kind that a review writes."""
    recipe: Recipe = made.recipe
    words = (*recipe.fragments, recipe.profile, *((made.suite,) if made.suite else ()))
    checks = (
        *((word, _WORD) for word in words),
        *((commit, _COMMIT) for commit in (made.base, made.tip, made.tip_tree)),
        *((symbol, _SYMBOL) for symbol, _ in recipe.options),
        *((value, _VALUE) for _, value in recipe.options),
        *((variable, _VARIABLE) for variable in recipe.variables),
    )
    return next((repr(word) for word, shape in checks if not shape.fullmatch(word)), "")
