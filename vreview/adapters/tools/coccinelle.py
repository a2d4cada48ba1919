# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree's own semantic patches, scripts/coccinelle/. Needs spatch, and no build.

Those about bugs run; those about taste (api, misc) do not. A header is not followed. A script
with a part in OCaml is left out where no OCaml compiler is installed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

from vreview.adapters.confine import UNCONFINED, Confinement
from vreview.adapters.tools.calling import KILLED, alone, of_file, version_line
from vreview.adapters.tools.spatch import INSTALL, PROGRAM, can_run, output_of
from vreview.adapters.tools.treescripts import TreeScripts
from vreview.errors import CommandFailed, CommandTimeout
from vreview.model.look import Look, Seen, Sight
from vreview.model.observation import Observation, Step
from vreview.parse.cocci import first_sentence, read_semantic
from vreview.parse.toolwords import coccinelle_said

_ROOT = "scripts/coccinelle"
ABOUT_BUGS = ("null", "locks", "free", "iterators", "tests")
_ONE_SCRIPT_S = 30.0
_HEADERS = (".h",)


@dataclass(frozen=True, slots=True)
class Coccinelle:
    scripts: TreeScripts
    areas: tuple[str, ...] = ABOUT_BUGS
    name: str = "coccinelle"
    sight: Sight = Sight.FILE
    deadline_s: float = 180.0
    install: str = INSTALL
    confinement: Confinement = UNCONFINED

    def version(self) -> str:
        return version_line(PROGRAM, "--version")

    def look(self, at: Look, *, deadline_s: float) -> Seen:
        if at.base is None or at.file.endswith(_HEADERS):
            return Seen(())
        root = self.scripts.folder(at.base, *(f"{_ROOT}/{area}" for area in self.areas)) / _ROOT
        begun = monotonic()
        found: list[Observation] = []
        troubles: list[str] = []
        with alone(at) as folder:
            for script in sorted(root.rglob("*.cocci")):
                name = script.relative_to(root).with_suffix("").as_posix()
                if at.rules is not None and f"coccinelle/{name}" not in at.rules:
                    continue
                left = deadline_s - (monotonic() - begun)
                if left <= 0:
                    troubles.append(f"there was no time left for {name} and those after it")
                    break
                try:
                    found += _of_one(
                        script,
                        name,
                        at,
                        folder=folder,
                        deadline_s=min(left, _ONE_SCRIPT_S),
                        confinement=self.confinement,
                    )
                except CommandTimeout as err:
                    troubles.append(f"{name} did not end within {err.deadline_s:.0f} s")
                except CommandFailed as err:
                    if err.status == KILLED:
                        raise
                    troubles.append(f"{name} failed (exit {err.status})")
        return Seen(tuple(found), tuple(troubles))


def _of_one(
    script: Path,
    name: str,
    at: Look,
    *,
    folder: Path,
    deadline_s: float,
    confinement: Confinement,
) -> tuple[Observation, ...]:
    header = read_semantic(script.read_text(errors="replace"))
    if not can_run(header):
        return ()
    text = output_of(
        script, header, at.file, folder=folder, deadline_s=deadline_s, confinement=confinement
    )
    said = coccinelle_said(text, prefix=f"{folder}/", rule=name, confidence=header.confidence)
    why = (Step(first_sentence(header.description)),) if header.description else ()
    return tuple(replace(one, evidence=(*one.evidence, *why)) for one in of_file(said, at.file))
