# SPDX-License-Identifier: GPL-2.0-or-later
"""sparse: address spaces, byte orders, lock contexts. Needs the tree as it was built.

A warning inside a header is not told: it would come once for every file that includes it.
"""

from __future__ import annotations

from dataclasses import dataclass

from vreview.adapters.confine import UNCONFINED, Confinement
from vreview.adapters.tools.calling import called, of_file, of_unit, version_line
from vreview.model.look import Look, Seen, Sight
from vreview.parse.toolwords import sparse_said

# CHECKFLAGS of the top Makefile and of arch/x86.
CHECK_FLAGS = (
    "-D__linux__", "-Dlinux", "-D__STDC__", "-Dunix", "-D__unix__", "-Wbitwise",
    "-Wno-return-void", "-Wno-unknown-attribute", "-D__x86_64__", "--arch=x86",
    "-mlittle-endian", "-m64",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sparse:
    program: str = "sparse"
    name: str = "sparse"
    sight: Sight = Sight.BUILD
    deadline_s: float = 120.0
    install: str = "apt-get install sparse"
    confinement: Confinement = UNCONFINED

    def version(self) -> str:
        return f"sparse {version_line(self.program, '--version')}"

    def look(self, at: Look, *, deadline_s: float) -> Seen:
        if at.unit is None:
            return Seen(())
        argv = (
            self.program, *CHECK_FLAGS, *at.unit.command[1:], str(at.unit.source / at.file),
        )  # fmt: skip
        done = called(
            argv,
            reach=of_unit(at.unit),
            confinement=self.confinement,
            deadline_s=deadline_s,
            statuses=(0, 1),
        )
        said = sparse_said((done.output + done.errors).decode(errors="replace"),
                           prefix=f"{at.unit.source}/")  # fmt: skip
        return Seen(of_file(said, at.file))
