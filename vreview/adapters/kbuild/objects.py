# SPDX-License-Identifier: GPL-2.0-or-later
"""An O= folder: mended after a kill, and the warnings of objects that make did not touch again.

Make warns only about what it recompiles. So each unit's diagnostics are kept beside its object,
and a build's warnings are those of its own log over the kept ones. Does not run make.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from vreview.adapters.files import write_whole
from vreview.adapters.kbuild.compiled import sources
from vreview.model.observation import Severity
from vreview.parse.diagnostics import LINKED, Diagnostic, parse_diagnostics, units_made

KEPT = ".vreview-warnings.json"
"""The file with the warnings that are kept, in the O= folder or where our notes about it lie."""


def mend(build: Path) -> tuple[str, ...]:
    """Removes outputs that a killed make may have left half done; gives their names, sorted.

    Kbuild writes a target first and its .cmd file last, so a target that is newer than its .cmd,
    or a .cmd without its end, was interrupted; make itself goes by the target's time alone and
    would take such an object for finished.
    """
    removed = []
    for folder, _, names in os.walk(build):
        for name in names:
            if not (name.startswith(".") and name.endswith(".cmd")):
                continue
            command, target = Path(folder, name), Path(folder, name[1:-4])
            if _interrupted(target, command):
                for path in (target, command):
                    with contextlib.suppress(FileNotFoundError):
                        path.unlink()
                removed.append(str(target.relative_to(build)))
    return tuple(sorted(removed))


def _interrupted(target: Path, command: Path) -> bool:
    try:
        newer = target.stat().st_mtime_ns > command.stat().st_mtime_ns
    except FileNotFoundError:
        return False
    text = command.read_bytes()
    # fixdep ends with "$(deps_x.o):"; a line about objtool may follow.
    cut = b"\ndeps_" in text and b"\n$(deps_" not in text
    return newer or cut or not text.endswith(b"\n")


def merged_warnings(
    build: Path, log: str, *, source: Path, tool: str, notes: Path | None = None
) -> tuple[Diagnostic, ...]:
    """All diagnostics of what the O= folder holds now; remembers them for the next build, in the
    folder ``notes`` (the O= folder itself by default).

    A unit that ``log`` made again has those of ``log`` alone; a unit whose source is gone, none.
    """
    memory = (notes or build) / KEPT
    made = set(units_made(log))
    fresh = parse_diagnostics(log, source=str(source), build=str(build), tool=tool)
    gone = made | {diagnostic.unit for diagnostic in fresh}
    kept = {
        unit: text
        for unit, text in _kept(memory).items()
        if unit not in gone and (unit == LINKED or _has_source(source, unit))
    }
    for diagnostic in fresh:
        before = kept.get(diagnostic.unit)
        text = diagnostic.text.replace(f"{source}/", "")
        kept[diagnostic.unit] = f"{before}\n{text}" if before else text
    write_whole(memory, json.dumps(dict(sorted(kept.items())), indent=0).encode())
    return parse_diagnostics("\n".join(text for _, text in sorted(kept.items())), tool=tool)


def standing_warnings(
    build: Path, log: str, *, source: Path, tool: str, notes: Path | None = None
) -> tuple[Diagnostic, ...]:
    """As ``merged_warnings`` after a build that failed: the warnings of what compiled all the same
    and of what needed not to be compiled. Nothing is known of the rest, and of the whole; and what
    gcc warns of beside an error comes from that."""
    everything = merged_warnings(build, log, source=source, tool=tool, notes=notes)
    broken = {d.unit for d in everything if d.observation.severity is Severity.ERROR}
    made = set(units_made(log)) - broken
    return tuple(
        diagnostic
        for diagnostic in everything
        if diagnostic.unit not in (LINKED, *broken)
        and (diagnostic.unit in made or _is_current(build, source, diagnostic.unit))
    )


def _is_current(build: Path, source: Path, unit: str) -> bool:
    """True when the unit's object is there and newer than all that it was made from."""
    target = build / f"{unit}.o"
    try:
        made = target.stat().st_mtime_ns
        command = target.with_name(f".{target.name}.cmd").read_bytes()
        read = sources(command, os.fsencode(f"{source}/"))
        return all(Path(os.fsdecode(path)).stat().st_mtime_ns <= made for path in read)
    except OSError:
        return False


def _kept(memory: Path) -> Mapping[str, str]:
    try:
        value = json.loads(memory.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else {}


def _has_source(source: Path, unit: str) -> bool:
    return any((source / f"{unit}{ending}").is_file() for ending in (".c", ".S"))
