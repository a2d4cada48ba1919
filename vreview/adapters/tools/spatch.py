# SPDX-License-Identifier: GPL-2.0-or-later
"""One run of spatch: one script over one file."""

from __future__ import annotations

import shutil
from pathlib import Path

from vreview.adapters.confine import UNCONFINED, Confinement, Reach
from vreview.adapters.tools.calling import called
from vreview.parse.cocci import Semantic

PROGRAM = "spatch"
INSTALL = "apt-get install coccinelle"


def output_of(
    script: Path,
    header: Semantic,
    file: str,
    *,
    folder: Path,
    deadline_s: float,
    confinement: Confinement = UNCONFINED,
) -> str:
    """What a script prints about ``folder/file``, whose lines begin with that absolute path; for
    a script that has no report mode, with the diff that it makes.

    Raises CommandFailed, CommandTimeout, ToolMissing.
    """
    mode = next((name for name in ("report", "context", "patch") if name in header.modes), "")
    argv = (
        PROGRAM,
        *(("-D", mode) if mode else ()),
        *(("--no-show-diff",) if mode == "report" else ()),
        *("--very-quiet", "--cocci-file", str(script.resolve())),
        *header.options,
        str(folder / file),
    )
    reach = Reach((script.resolve(),), writable=(folder,), cwd=folder)
    return called(argv, reach=reach, confinement=confinement, deadline_s=deadline_s).text


def can_run(header: Semantic) -> bool:
    """False for a script with a part in OCaml where there is no compiler for it."""
    return "ocaml" not in header.languages or shutil.which("ocamlopt") is not None
