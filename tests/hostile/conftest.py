# SPDX-License-Identifier: GPL-2.0-or-later
"""A canary of everything that a stranger's build might want, and a kernel tree to be hostile in.

Of the kernel only what it takes to be configured is checked out: all that is shown here happens
before a compiler runs.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from hostile_series import Git, Victims
from stage import SECRET, WHO, Listener, Scene, alive

from vreview.adapters.confine import UNCONFINED, Confinement
from vreview.adapters.kbuild.make import Make
from vreview.adapters.kbuild.slots import Slot, slot_for
from vreview.adapters.sandbox import Allowance, Sandbox, offer
from vreview.model.series import Oid

_NEEDED = re.compile(
    r"^(?:Makefile|Kbuild|Kconfig|scripts/.*|arch/x86/.*Makefile.*|arch/[^/]*/Makefile)$"
    r"|(?:^|/)Kconfig[^/]*$"
)


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    """With small limits, so that what has no end is stopped soon."""
    found = offer(jobs=1)
    if found.sandbox is None:
        pytest.skip(f"no sandbox here: {'; '.join(found.lacks)}")
    small = Allowance(
        memory_bytes=1 << 30, processes=120, folder_bytes=48 << 20, folder_files=20_000,
        file_bytes=64 << 20, tmp_bytes=16 << 20, log_bytes=2 << 20, poll_s=0.05,
    )  # fmt: skip
    return Sandbox(nested=found.sandbox.nested, groups=found.sandbox.groups, allowance=small)


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield from _serving(made)


def _serving(made: Listener) -> Iterator[Listener]:
    serving = made.serve()
    next(serving)
    yield made
    for _ in serving:
        pass


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The canary's home, which is $HOME; a token is in the environment."""
    made = tmp_path / "home"
    (made / ".ssh").mkdir(parents=True)
    (made / ".ssh" / "id_rsa").write_text(f"{SECRET}\n")
    (made / ".bashrc").write_text("# the canary's\n")
    monkeypatch.setenv("HOME", str(made))
    monkeypatch.setenv("CANARY_TOKEN", SECRET)
    return made


@pytest.fixture(scope="session")
def thin(kernel_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """What of the kernel it takes to configure it, as a repository of one commit."""
    folder = tmp_path_factory.mktemp("thin")
    git = Git(kernel_tree, folder)
    listing = git("ls-tree", "-r", "-z", "HEAD").split(b"\0")
    kept = [line for line in listing if _NEEDED.search(line.partition(b"\t")[2].decode())]
    git("update-index", "-z", "--index-info", stdin=b"\0".join(kept) + b"\0")
    tree = git.words("write-tree")
    commit = Oid(git.words(*WHO, "commit-tree", tree, "-m", "thin"))
    (folder / "objects" / "info").mkdir(exist_ok=True)
    theirs = git.environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"]
    (folder / "objects" / "info" / "alternates").write_text(f"{theirs}\n")
    name = slot_for(kernel_tree, folder).folder.name
    slot = Slot(folder / "cache" / "slots" / name, folder / "objects")
    with slot.held():
        slot.checkout(commit, clean=False)
        Make(slot.source, slot.build_folder("warm"), slot.make_lock, "gcc").configure("")
    return Scene(git, commit, slot)


@pytest.fixture
def confined_make(thin: Scene, tmp_path: Path, sandbox: Sandbox) -> Iterator[Callable[..., Make]]:
    """``confined_make(series, victims, contained=...)``: its checkout, and a make for it."""
    with thin.slot.held():

        def made(name: str, victims: Victims, *, contained: bool) -> Make:
            thin.slot.checkout(thin.commit(name, victims), clean=True)
            confinement: Confinement = sandbox if contained else UNCONFINED
            build = thin.slot.folder / f"build-{tmp_path.name}"
            shutil.copytree(thin.slot.build_folder("warm"), build, symlinks=True)
            return Make(thin.slot.source, build, thin.slot.make_lock, "gcc",
                        confinement=confinement)  # fmt: skip

        yield made


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[str]:
    """A word of this test's own; what still runs with it afterwards is ended, by its number."""
    word = f"canary-{os.getpid()}-{tmp_path.name}"
    yield word
    for pid in alive(word):
        os.kill(pid, signal.SIGKILL)
