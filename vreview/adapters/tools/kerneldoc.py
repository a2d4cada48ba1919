# SPDX-License-Identifier: GPL-2.0-or-later
"""kernel-doc, the tree's own: comments that describe what is not there, or not all that is. Reads a
file alone. Written in Perl, and since 6.15 in Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vreview.adapters.confine import UNCONFINED, Confinement, Reach
from vreview.adapters.tools.calling import alone, called, of_file
from vreview.adapters.tools.treescripts import PERL, TreeScripts, run_by_perl
from vreview.model.look import Look, Seen, Sight
from vreview.parse.toolwords import kernel_doc_said

_SCRIPT = "scripts/kernel-doc"
_ITS_PARTS = ("scripts/kernel-doc.pl", "scripts/kernel-doc.py", "scripts/lib/kdoc",
              "tools/lib/python")  # fmt: skip


@dataclass(frozen=True, slots=True)
class KernelDoc:
    scripts: TreeScripts
    name: str = "kernel-doc"
    sight: Sight = Sight.FILE
    deadline_s: float = 60.0
    install: str = PERL
    confinement: Confinement = UNCONFINED

    def version(self) -> str:
        return run_by_perl()

    def look(self, at: Look, *, deadline_s: float) -> Seen:
        if at.base is None:
            return Seen(())
        folder = self.scripts.folder(at.base, _SCRIPT, *_ITS_PARTS)
        with alone(at) as place:
            # Status: 1 where it found errors, or, of old ones with -Werror, warnings.
            done = called(
                (*_command(folder / _SCRIPT), "-none", at.file),
                reach=Reach((folder,), writable=(place,), cwd=place),
                confinement=self.confinement,
                deadline_s=deadline_s,
                statuses=(0, 1),
            )
        said = kernel_doc_said((done.output + done.errors).decode(errors="replace"))
        return Seen(of_file(said, at.file))


def _command(script: Path) -> tuple[str, str]:
    """With the interpreter of its first line: taken out of git, it is no program."""
    with script.open("rb") as text:
        first = text.readline(200)
    return ("python3" if b"python" in first else "perl", str(script))
