# SPDX-License-Identifier: GPL-2.0-or-later
"""On a disk that is really full: our side failed, which is said, and nothing is left half made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# In a mount namespace of its own: mounts a small tmpfs, fills it, and does what writes there.
FILLED = """
import os, subprocess, sys, tempfile
from pathlib import Path
disk = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", disk], check=True)
place = disk / "place"
place.mkdir()
with open(disk / "filler", "wb", buffering=0) as out:
    try:
        while out.write(b"x" * 4096) == 4096:
            pass
    except OSError:
        pass
tempfile.tempdir = str(place)
before = sorted(place.rglob("*"))
from vreview.errors import StorageFailed
try:
    {what}
except StorageFailed as err:
    print("failed:", err)
    print("hint:", err.hint)
assert sorted(place.rglob("*")) == before, sorted(place.rglob("*"))
"""

ROOT = "GuestFile('d', 0o40755), GuestFile('d/f', 0o100644, bytes(100000))"
WRITERS = {
    "write_whole": "from vreview.adapters.files import write_whole;"
    " write_whole(place / 'f', b'x' * 8192)",
    "a run's step": "from vreview.adapters.runs import RunFolder;"
    " RunFolder(place).save('step', {'x': 'y' * 8192})",
    "an output": "from vreview.app.artifacts import keep_output;"
    " keep_output(place, 'run', 'x' * 8192)",
    "a build's log": "from vreview.app.artifacts import keep_log;"
    " keep_log(place, 'build', disk / 'filler')",
    "a guest's root": "from vreview.adapters.leftovers import scratch\n"
    "    from vreview.adapters.boot.guestroot import GuestFile, write_root\n"
    f"    with scratch('boot') as folder: write_root(({ROOT}), folder / 'root')",
}


@pytest.mark.parametrize("what", WRITERS)
def test_a_full_disk(what: str, tmp_path: Path) -> None:
    script = FILLED.replace("{what}", WRITERS[what])
    argv = ["unshare", "--map-root-user", "--mount", sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip("this user may not mount a tmpfs")
    assert done.returncode == 0, done.stderr
    said, hint = done.stdout.splitlines()
    assert "No space left on device" in said
    assert len(hint) > len("hint: ")
