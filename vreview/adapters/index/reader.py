# SPDX-License-Identifier: GPL-2.0-or-later
"""One process of the building: reads blobs out of a repository, gives back what they hold.

Started fresh (spawn), so that it shares nothing with its parent; says nothing, ignores Ctrl-C,
which its parent answers.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pygit2

from vreview.adapters.index.store import Entry, Read
from vreview.adapters.proc import die_with_parent
from vreview.analysis.exported import exported
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.packed import pack
from vreview.analysis.reading import read_file
from vreview.analysis.summary import Callback, FunctionSummary
from vreview.analysis.taught import knowledge_from

_FUNCTION = frozenset({"name", "path", "undoing"})  # the last is asked of functions in view only
_CALLBACK = frozenset({"function", "path"})


@dataclass(frozen=True, slots=True)
class _Place:
    repo: pygit2.Repository
    knowledge: Knowledge


_place: _Place | None = None


def start(git_folder: str, tables: Mapping[str, Mapping[str, object]]) -> None:
    """A process of its own begins."""
    die_with_parent()  # the queue's pipe stays open when that is killed: nobody would tell us
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    opened(git_folder, tables)
    gc.freeze()
    gc.disable()  # reading a file leaves next to nothing in cycles


def opened(git_folder: str, tables: Mapping[str, Mapping[str, object]]) -> None:
    """Makes this process ready to read."""
    global _place
    _place = _Place(pygit2.Repository(git_folder), knowledge_from(tables))


def knowledge() -> Knowledge:
    """What this process reads with."""
    assert _place is not None
    return _place.knowledge


def texts(files: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of the blobs (path, id); no bytes for one that a partial clone lacks."""
    assert _place is not None
    for path, oid in files:
        found = _place.repo.get(oid.hex())
        yield path, found.data if isinstance(found, pygit2.Blob) else b""


def read_blobs(files: Sequence[tuple[str, bytes]]) -> list[Read]:
    """What the blobs (path, id) hold. A blob is read as the file that it lies at."""
    return [
        read_text(text, path, oid, knowledge())
        for (path, oid), (_, text) in zip(files, texts(files), strict=True)
    ]


def read_text(text: bytes, path: str, oid: bytes, knowledge: Knowledge) -> Read:
    """What one file holds for the others. A header without a function body is not parsed."""
    if path.endswith(".h") and b"inline" not in text:
        return Read(oid, (), ())
    summary = exported(read_file(text, path, knowledge).summary, text)
    return Read(
        oid,
        tuple(_function(function) for function in summary.functions),
        tuple(_callback(callback) for callback in summary.callbacks),
    )


def _function(function: FunctionSummary) -> Entry:
    return Entry(function.name, pack(function, without=_FUNCTION))


def _callback(callback: Callback) -> Entry:
    return Entry(callback.function, pack(callback, without=_CALLBACK))
