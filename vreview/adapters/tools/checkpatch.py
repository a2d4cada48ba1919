# SPDX-License-Identifier: GPL-2.0-or-later
"""checkpatch.pl, the tree's own: the form of one patch. Needs perl, and no build.

What it would ask git (does the commit of a Fixes: line exist?) is not asked, and that a file was
added is not told: it says so of every new file, in MAINTAINERS or not.
"""

from __future__ import annotations

from dataclasses import dataclass

from vreview.adapters.confine import UNCONFINED, Confinement, Reach
from vreview.adapters.leftovers import scratch
from vreview.adapters.tools.calling import called
from vreview.adapters.tools.treescripts import PERL, TreeScripts, run_by_perl
from vreview.errors import CommandFailed
from vreview.model.look import Look, Seen, Sight
from vreview.parse.toolwords import checkpatch_said

_SCRIPT = "scripts/checkpatch.pl"
_ITS_LISTS = ("scripts/spelling.txt", "scripts/const_structs.checkpatch")
_OPTIONS = (
    "--no-tree", "--patch", "--terse", "--showfile", "--show-types", "--no-summary",
    "--color=never", "--ignore=UNKNOWN_COMMIT_ID,FILE_PATH_CHANGES",
)  # fmt: skip
# What a diff that came without its mail would always be told.
_OF_A_MAIL = "COMMIT_MESSAGE,MISSING_SIGN_OFF"


@dataclass(frozen=True, slots=True)
class Checkpatch:
    scripts: TreeScripts
    name: str = "checkpatch"
    sight: Sight = Sight.PATCH
    deadline_s: float = 60.0
    install: str = PERL
    confinement: Confinement = UNCONFINED

    def version(self) -> str:
        return run_by_perl()

    def look(self, at: Look, *, deadline_s: float) -> Seen:
        if at.base is None:
            return Seen(())
        folder = self.scripts.folder(at.base, _SCRIPT, *_ITS_LISTS)
        bare = ("--no-signoff", f"--ignore={_OF_A_MAIL}") if at.bare else ()
        argv = ("perl", str(folder / _SCRIPT), *_OPTIONS, *bare, "-")
        with scratch("look") as empty:
            done = called(
                argv,
                reach=Reach((folder,), writable=(empty,), cwd=empty),
                confinement=self.confinement,
                deadline_s=deadline_s,
                data=at.text,
                statuses=(0, 1),
            )
        said = checkpatch_said(done.text)
        if done.status and not said:
            raise CommandFailed(argv, done.status, output=done.errors.decode(errors="replace"))
        return Seen(said)
