# SPDX-License-Identifier: GPL-2.0-or-later
"""One run of spatch: one script over one file, in its report mode."""

from __future__ import annotations

import shutil
from pathlib import Path

from vreview.adapters.tools.calling import called
from vreview.parse.cocci import Semantic

PROGRAM = "spatch"
INSTALL = "apt-get install coccinelle"


def report_of(script: Path, header: Semantic, file: str, *, folder: Path, deadline_s: float) -> str:
    """What the script prints about ``folder/file``; lines begin with that absolute path.

    Raises CommandFailed, CommandTimeout, ToolMissing.
    """
    mode = ("-D", "report") if "report" in header.modes else ()
    argv = (
        PROGRAM, *mode, "--no-show-diff", "--very-quiet", "--cocci-file", str(script),
        *header.options, str(folder / file),
    )  # fmt: skip
    return called(argv, cwd=folder, deadline_s=deadline_s).text


def can_run(header: Semantic) -> bool:
    """False for a script with a part in OCaml where there is no compiler for it."""
    return "ocaml" not in header.languages or shutil.which("ocamlopt") is not None
