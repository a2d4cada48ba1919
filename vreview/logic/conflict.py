# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a patch does not apply, in words that say what to do about it.

Finds the nearest place of a hunk and tells "already applied", "made on something else" and
"an earlier patch is missing" apart. Changes nothing, and its search is bounded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from vreview.logic.patching import (
    Changes,
    Misfit,
    Placed,
    Rejected,
    TreeView,
    apply_files,
    blob_id,
    place_hunks,
    reversed_hunks,
    split_lines,
)
from vreview.model.review import HunkConflict, Refusal
from vreview.model.series import Change, FileDiff, Hunk, Patch

_COMMON = 200
"""A line that a file has this often (a brace, a blank) says nothing about the place."""

_SHOWN_LINES = 8
_ALIGNED_LINES = 400
"""Hunks beyond this are compared line by line: difflib takes quadratic time."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known beside the tree: ``known`` tells whether the repository has a blob whose id
    begins so; ``unapplied`` are the series' earlier patches without a commit; ``missing`` the
    numbers below this patch that no mail carries."""

    known: Callable[[str], bool]
    unapplied: tuple[Patch, ...] = ()
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    refusal: Refusal
    why: str
    conflicts: tuple[HunkConflict, ...] = ()


def explain(
    files: Sequence[FileDiff], rejected: Sequence[Rejected], tree: TreeView, around: Surroundings
) -> Explanation:
    """What stands against a patch whose files were ``rejected`` on ``tree``.

    ``why`` begins with the first failing file and its hunk; the refusal is the most telling of
    all files.
    """
    conflicts = tuple(c for r in rejected if (c := nearest(r)) is not None)
    if is_applied(files, tree):
        names = ", ".join(dict.fromkeys(file.path for file in files))
        return Explanation(Refusal.ALREADY_APPLIED, f"already applied: {names} has all of it")
    reasons = [_reason(one, around) for one in rejected]
    refusals = [refusal for refusal, _ in reasons]
    order = (
        Refusal.BINARY,
        Refusal.MISSING_PATCH,
        Refusal.MISSING_FILE,
        Refusal.OTHER_SERIES,
        Refusal.CONFLICT,
    )
    chosen = min(refusals, key=order.index)
    words = [text for _, text in reasons[:3]]
    if len(reasons) > 3:
        words.append(f"and {len(reasons) - 3} more files")
    return Explanation(chosen, "; ".join(words), conflicts)


def _reason(rejected: Rejected, around: Surroundings) -> tuple[Refusal, str]:
    file = rejected.file
    misfit = rejected.misfit
    what = rejected.why or f"{file.path}: does not fit"
    if misfit is not None:
        what = _misfit_words(rejected, misfit)
    source = file.old_path or file.path
    maker = next((p for p in around.unapplied if _makes(p, source, file.old_blob)), None)
    if maker is not None:
        return (
            Refusal.MISSING_PATCH,
            f"{what} (made on patch {maker.n} of this series, which did not apply)",
        )
    if rejected.refusal is Refusal.MISSING_FILE:
        return Refusal.MISSING_FILE, what + _missing_words(around, source)
    if rejected.refusal is not Refusal.CONFLICT or rejected.data is None:
        return rejected.refusal, what
    if file.change is Change.ADD:
        return Refusal.CONFLICT, f"{what}, with other content"
    blob = file.old_blob
    if not blob or blob_id(rejected.data).startswith(blob):
        return Refusal.CONFLICT, what
    if around.known(blob):
        return Refusal.CONFLICT, f"{what} (made on another version of the file, blob {blob})"
    missing = f", and of this series {_numbers(around.missing)} is missing" * bool(around.missing)
    return (
        Refusal.OTHER_SERIES,
        f"{what} (made on blob {blob}, which is not in this repository: on another kernel "
        f"version or a series that is not here{missing})",
    )


def _misfit_words(rejected: Rejected, misfit: Misfit) -> str:
    path = rejected.file.path
    where = f"{path}: hunk {misfit.n} ({_ranges(misfit.hunk)})"
    if _fits_reversed(misfit):
        return f"{where} is already in the file"
    if _fits_but_for_space(misfit):
        return f"{where} fits but for white space, which was damaged on the way"
    conflict = nearest(rejected)
    if conflict is None or not conflict.near_line:
        return f"{where} does not fit: nothing like it is in the file"
    line = conflict.near_line
    expected, found = (
        repr(side[0]) if side else "" for side in (conflict.expected, conflict.found)
    )
    if not found:
        return f"{where} does not fit: it expects {expected} before line {line}"
    if not expected:
        return f"{where} does not fit: it does not know line {line}, {found}"
    if expected == found:
        return (
            f"{where} does not fit where it must, at the file's begin or end; it is at line {line}"
        )
    return f"{where} does not fit: it expects {expected}, and line {line} is {found}"


def _missing_words(around: Surroundings, path: str) -> str:
    for patch in around.unapplied:
        if any(file.new_path == path for file in patch.files):
            return f" (patch {patch.n} of this series, which did not apply, touches it)"
    if around.missing:
        return f" (of this series {_numbers(around.missing)} is missing, which may make it)"
    return ""


def _numbers(missing: Sequence[int]) -> str:
    return "patch " + ", ".join(map(str, missing))


def _makes(patch: Patch, path: str, blob: str) -> bool:
    """True when ``patch`` surely leaves what the pre-image needs: the blob, or the new file."""
    return any(
        file.new_path == path
        and (
            file.change in (Change.ADD, Change.RENAME, Change.COPY)
            or bool(blob and file.new_blob and _same_blob(file.new_blob, blob))
        )
        for file in patch.files
    )


def _same_blob(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def is_applied(files: Sequence[FileDiff], tree: TreeView) -> bool:
    """True when the reverse of every file applies: the tree has the whole patch."""
    textual = [file for file in files if file.binary is None and not file.binary_missing]
    for file in files:
        if file.binary is None and not file.binary_missing:
            continue
        entry = tree.find(file.path)
        if entry is None or not file.new_blob or not blob_id(entry.data).startswith(file.new_blob):
            return False
    undone = apply_files([_reversed_file(file) for file in reversed(textual)], tree)
    return isinstance(undone, Changes)


def _reversed_file(file: FileDiff) -> FileDiff:
    change = {Change.ADD: Change.DELETE, Change.DELETE: Change.ADD}.get(file.change, file.change)
    if change is Change.COPY:
        # Undoing a copy takes the copy away and leaves its source alone.
        change = Change.RENAME
    return replace(
        file,
        change=change,
        old_path=file.new_path,
        new_path=file.old_path,
        old_mode=file.new_mode,
        new_mode=file.old_mode,
        old_blob=file.new_blob,
        new_blob=file.old_blob,
        hunks=reversed_hunks(file.hunks),
    )


def _fits_reversed(misfit: Misfit) -> bool:
    return isinstance(place_hunks(misfit.data, reversed_hunks([misfit.hunk])), Placed)


def _fits_but_for_space(misfit: Misfit) -> bool:
    """True when the pre-image is in the file once all white space is taken out of both."""
    old = [b"".join(line.split()) for line in misfit.hunk.old]
    if not any(old):
        return False
    image = [b"".join(line.split()) for line in split_lines(misfit.data)]
    size = len(old)
    return any(
        line == old[0] and image[at : at + size] == old
        for at, line in enumerate(image[: len(image) - size + 1])
    )


def hunk_header(hunk: Hunk) -> str:
    """``@@ -1,7 +1,8 @@ section``."""
    return f"{_ranges(hunk)} {hunk.section}".rstrip()


def _ranges(hunk: Hunk) -> str:
    return f"@@ -{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count} @@"


def nearest(rejected: Rejected) -> HunkConflict | None:
    """Where the hunk that does not fit comes nearest, and the first lines that differ there."""
    misfit = rejected.misfit
    if misfit is None:
        return None
    image = split_lines(misfit.data)
    old = list(misfit.hunk.old)
    start = _best_place(image, old, wanted=misfit.hunk.new_start - 1)
    expected: Sequence[bytes] = old
    found: Sequence[bytes] = ()
    line = 0
    if start is not None:
        expected, found, line = _first_difference(image, old, start)
    return HunkConflict(
        path=rejected.file.path,
        hunk=misfit.n,
        header=hunk_header(misfit.hunk),
        expected=_text(expected),
        found=_text(found),
        near_line=line,
    )


def _text(lines: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(line.decode(errors="replace").rstrip("\r\n") for line in lines[:_SHOWN_LINES])


def _best_place(image: Sequence[bytes], old: Sequence[bytes], *, wanted: int) -> int | None:
    """The line at which most of ``old`` lies in ``image``; of equals the nearest to ``wanted``.

    Every line of the hunk votes for the starts that it would fit, rare lines only; so the work
    is bounded by the lines of both and not by their product.
    """
    wanted_lines = {line.strip() for line in old} - {b""}
    places: dict[bytes, list[int]] = {}
    for at, line in enumerate(image):
        if (bare := line.strip()) in wanted_lines:
            places.setdefault(bare, []).append(at)
    votes: Counter[int] = Counter()
    for offset, line in enumerate(old):
        found = places.get(line.strip(), ())
        if len(found) <= _COMMON:
            votes.update(at - offset for at in found)
    if not votes:
        return None
    best = max(votes, key=lambda start: (votes[start], -abs(start - wanted), -start))
    return max(best, 0)


def _first_difference(
    image: Sequence[bytes], old: Sequence[bytes], start: int
) -> tuple[Sequence[bytes], Sequence[bytes], int]:
    """(expected lines, found lines, line number from 1) of the first place that differs."""
    window = list(image[start : start + len(old) + 10])
    if len(old) > _ALIGNED_LINES:
        for k, line in enumerate(old):
            if k >= len(window) or window[k] != line:
                return old[k:], window[k : k + _SHOWN_LINES], start + k + 1
        return (), (), start + 1
    matcher = SequenceMatcher(None, old, window, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal" and i1 < len(old):
            return old[i1:i2], window[j1:j2], start + j1 + 1
    # All lines are there: only the place (the file's begin or end) is wrong, or it was patched.
    return old[:1], window[:1], start + 1
