# SPDX-License-Identifier: GPL-2.0-or-later
"""clang-tidy: clang's static analyzer and the checks named bugprone and linuxkernel. Needs the
tree as it was built; of gcc's flags it gets those that it knows.

A .clang-tidy of the tree is not read: it could name options that run code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vreview.adapters.confine import UNCONFINED, Confinement
from vreview.adapters.tools.calling import called, of_file, of_unit, version_line
from vreview.model.look import Look, Seen, Sight
from vreview.parse.toolwords import clang_tidy_said

CHECKS = ",".join(
    (
        "-*", "bugprone-*", "linuxkernel-*", "clang-analyzer-core.*", "clang-analyzer-unix.*",
        # About taste, or about every second line of a kernel file:
        "-bugprone-easily-swappable-parameters", "-bugprone-reserved-identifier",
        "-bugprone-macro-parentheses", "-bugprone-narrowing-conversions",
        "-bugprone-implicit-widening-of-multiplication-result",
        "-bugprone-assignment-in-if-condition", "-bugprone-branch-clone",
    )
)  # fmt: skip
_KNOWN = re.compile(r"-(?:[IDU].+|nostdinc|std=\S+|m64|mcmodel=kernel|mno-[a-z0-9]+|ffreestanding"
                    r"|fshort-wchar|funsigned-char|fno-strict-aliasing|fno-common)")  # fmt: skip
_WITH_A_VALUE = ("-include", "-isystem", "-iquote", "-I", "-D", "-U")


@dataclass(frozen=True, slots=True)
class ClangTidy:
    program: str = "clang-tidy"
    name: str = "clang-tidy"
    sight: Sight = Sight.BUILD
    deadline_s: float = 300.0
    install: str = "apt-get install clang-tidy"
    confinement: Confinement = UNCONFINED

    def version(self) -> str:
        return version_line(self.program, "--version")

    def look(self, at: Look, *, deadline_s: float) -> Seen:
        if at.unit is None:
            return Seen(())
        argv = (
            self.program, "--quiet", f"--config={{Checks: '{CHECKS}'}}",
            str(at.unit.source / at.file), "--", *clang_flags(at.unit.command[1:]),
        )  # fmt: skip
        done = called(
            argv,
            reach=of_unit(at.unit),
            confinement=self.confinement,
            deadline_s=deadline_s,
            statuses=(0, 1),
        )
        return Seen(of_file(clang_tidy_said(done.text, prefix=f"{at.unit.source}/"), at.file))


def clang_flags(flags: tuple[str, ...]) -> tuple[str, ...]:
    """Those of gcc's flags that decide what the source says to clang."""
    kept: list[str] = []
    rest = iter(flags)
    for flag in rest:
        if flag in _WITH_A_VALUE:
            kept += [flag, next(rest, "")]
        elif _KNOWN.fullmatch(flag):
            kept.append(flag)
    return tuple(kept)
