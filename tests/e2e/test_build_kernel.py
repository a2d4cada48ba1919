# SPDX-License-Identifier: GPL-2.0-or-later
"""Real kernels from the imported tree, in the user's own cache: each profile is built once."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from vreview import wiring
from vreview.adapters.kbuild.builder import KbuildBuilder
from vreview.config import Config
from vreview.model.kernel import Recipe
from vreview.model.series import Oid
from vreview.model.trial import BuildState, Built
from vreview.parse.kconfig import parse_config

pytestmark = [pytest.mark.kernel, pytest.mark.build]

_FILE = "drivers/vhost/vhost.c"
_PROFILES = ("test", "perf")


class Silent:
    """An observer of nothing."""

    def begin(self, what: str) -> None: ...

    def advance(self, done: int, total: int | None, detail: str = "") -> None: ...

    def end(self, what: str, result: str) -> None: ...


@pytest.fixture(scope="module")
def builder(kernel_tree: Path) -> KbuildBuilder:
    return wiring.builder(kernel_tree, config=Config())


def _git(tree: Path, *args: str, data: bytes | None = None, **env: str) -> str:
    done = subprocess.run(
        ("git", "-C", str(tree), *args),
        input=data,
        env={**os.environ, **env},
        check=True,
        capture_output=True,
    )
    return done.stdout.decode().strip()


@pytest.fixture(scope="module")
def base(kernel_tree: Path) -> Oid:
    return Oid(_git(kernel_tree, "rev-parse", "HEAD^{commit}"))


def _build(builder: KbuildBuilder, commit: Oid, *touched: str, profile: str = "test") -> Built:
    return builder.build(commit, recipe=Recipe(profile), touched=touched, observer=Silent())


def _appended(tree: Path, base: Oid, text: str, scratch: Path) -> tuple[Oid, int]:
    """A commit on ``base`` with ``text`` at the end of vhost.c, and the line where it begins.

    Only objects are added to the repository, as `vreview apply` does.
    """
    old = subprocess.run(
        ("git", "-C", str(tree), "cat-file", "blob", f"{base}:{_FILE}"),
        check=True,
        capture_output=True,
    ).stdout
    blob = _git(tree, "hash-object", "-w", "--stdin", data=old + text.encode())
    index = {"GIT_INDEX_FILE": str(scratch / "index")}
    _git(tree, "read-tree", base, **index)
    _git(tree, "update-index", "--cacheinfo", f"100644,{blob},{_FILE}", **index)
    made = _git(tree, "commit-tree", _git(tree, "write-tree", **index), "-p", base, "-m", "a step")
    return Oid(made), old.count(b"\n") + 1


def _compiled_by(built: Built) -> list[str]:
    lines = built.log.read_text().splitlines()
    return sorted(line.split()[1] for line in lines if line.startswith("  CC "))


@pytest.mark.parametrize("profile", _PROFILES)
def test_the_base_builds_and_is_built_once(builder: KbuildBuilder, base: Oid, profile: str) -> None:
    built = _build(builder, base, profile=profile)
    assert built.state is BuildState.BUILT
    again = _build(builder, base, _FILE, profile=profile)
    assert (again.from_store, again.kernel) == (True, built.kernel)
    assert again.compiled == (_FILE,)


@pytest.mark.parametrize("profile", _PROFILES)
def test_no_option_of_ours_is_dropped(builder: KbuildBuilder, base: Oid, profile: str) -> None:
    kernel = _build(builder, base, profile=profile).kernel
    assert kernel is not None
    assert kernel.config.dropped == ()
    config = parse_config(kernel.config.text)
    assert config["MMU_NOTIFIER"] == config["SLUB"] == config["VHOST_NET"] == "y"
    assert (config.get("PROVE_LOCKING") == "y") == (profile == "test")


def test_a_file_that_is_not_compiled_has_its_option_named(
    builder: KbuildBuilder, base: Oid
) -> None:
    built = _build(builder, base, "drivers/vhost/vdpa.c", "arch/arm64/kvm/arm.c", "Makefile")
    assert dict(built.not_compiled) == {
        "drivers/vhost/vdpa.c": "CONFIG_VHOST_VDPA is not set",
        "arch/arm64/kvm/arm.c": "this kernel is for x86",
    }


def test_a_series_that_does_not_compile_is_told_with_file_and_line(
    builder: KbuildBuilder, base: Oid, kernel_tree: Path, tmp_path: Path
) -> None:
    _build(builder, base)
    text = "int vreview_broken(void)\n{\n\treturn vreview_missing;\n}\n"
    commit, line = _appended(kernel_tree, base, text, tmp_path)
    built = _build(builder, commit, _FILE)
    assert (built.state, built.kernel) == (BuildState.FAILED, None)
    errors = [(str(o.place), o.place.function) for o in built.observations]
    assert (f"{_FILE}:{line + 2}", "vreview_broken") in errors


def test_a_new_warning_is_seen_and_only_the_touched_file_recompiled(
    builder: KbuildBuilder, base: Oid, kernel_tree: Path, tmp_path: Path
) -> None:
    before = {o.fingerprint for o in _build(builder, base).observations}
    # A stamp of this run: a kernel of an earlier one would come from the store.
    name = f"vreview_never_called_{os.getpid()}_{tmp_path.stat().st_mtime_ns}"
    text = f"static int {name}(void)\n{{\n\treturn 1;\n}}\n"
    commit, line = _appended(kernel_tree, base, text, tmp_path)
    built = _build(builder, commit, _FILE)
    assert built.state is BuildState.BUILT
    new = [o for o in built.observations if o.fingerprint not in before]
    assert [(o.rule, str(o.place)) for o in new] == [("unused-function", f"{_FILE}:{line}")]
    assert before <= {o.fingerprint for o in built.observations}
    # What kbuild makes with every vmlinux: the version's and the boot stub's objects.
    compiled = _compiled_by(built)
    assert "drivers/vhost/vhost.o" in compiled
    assert len(compiled) < 12


def test_a_chosen_option_compiles_the_file_and_leaves_no_false_proof(
    builder: KbuildBuilder, base: Oid, kernel_tree: Path, tmp_path: Path
) -> None:
    card = "drivers/i2c/busses/i2c-nvidia-gpu.c"
    recipe = Recipe("test", (), (("I2C", "y"), ("I2C_NVIDIA_GPU", "y")))
    with_it = builder.build(base, recipe=recipe, touched=(card,), observer=Silent())
    assert with_it.compiled == (card,)
    # Its object stays in the O= folder that the next builds share.
    stamp = f"{os.getpid()} {tmp_path.stat().st_mtime_ns}"
    made = [
        _build(builder, _appended(kernel_tree, base, f"/* {stamp} {n} */\n", tmp_path)[0],
               card, _FILE)
        for n in (1, 2)
    ]  # fmt: skip
    assert [built.from_store for built in made] == [False, False]
    for built in made:
        assert built.compiled == (_FILE,)
        assert dict(built.not_compiled) == {card: "CONFIG_I2C_NVIDIA_GPU is not set"}
    assert made[0].objects == made[1].objects
    assert [path for path, _ in made[0].objects] == [_FILE]
