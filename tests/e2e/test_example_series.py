# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo's two series: the same bytes for the same tree, and they apply where they say."""

from __future__ import annotations

import mailbox
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ALL = sorted(str(each.parent.relative_to(EXAMPLES)) for each in EXAMPLES.rglob("series.toml"))
SERIES = ("faulty", "clean", "systems/vhost-counter/right")
"""Of those whose anchors `little_tree` has, one of each way to keep a series."""
BASE = "v0"


def run(
    *argv: str, cwd: Path | None = None, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(argv, cwd=cwd, input=stdin, capture_output=True, check=False)


def make(checkout: Path, tree: Path, base: str, name: str, to: Path) -> bytes:
    script = str(checkout / "examples" / "make_series.py")
    done = run(sys.executable, script, "--tree", str(tree), "--base", base, name, "-o", str(to))
    assert done.returncode == 0, done.stderr.decode()
    return to.read_bytes()


def state(tree: Path) -> tuple[bytes, bytes, int]:
    """What must not change: refs, checkout, number of objects."""
    refs = run("git", "-C", str(tree), "for-each-ref").stdout
    head = run("git", "-C", str(tree), "status", "--porcelain", "--untracked-files=no").stdout
    objects = sum(len(files) for _, _, files in os.walk(tree))
    return refs, head, objects


@pytest.fixture
def little_tree(tmp_path: Path) -> Path:
    """Our own text in the places that the recipes look for: no kernel, but their anchors."""
    tree = tmp_path / "tree"
    folder = tree / "drivers" / "vhost"
    folder.mkdir(parents=True)
    (folder / "Makefile").write_text("obj-$(CONFIG_VHOST) += vhost.o\n")
    (folder / "Kconfig").write_text("config VHOST\n\ttristate\n\tselect VHOST_IOTLB\n")
    (folder / "vhost.h").write_text(
        "#include <linux/mm.h>\nstruct vhost_vring_call {\n\tint a;\n};\n"
        "struct vhost_virtqueue {\n\tint meta_iotlb[3];\n};\n"
        "struct vhost_dev {\n\tint mm;\n};\n"
    )
    (folder / "vhost.c").write_text(
        '#include "vhost.h"\n'
        "void vhost_dev_init(void)\n{\n\tfor (;;) {\n\t}\n}\n"
        "long vhost_dev_set_owner(void)\n{\n\treturn 0;\n}\n"
        "void vhost_dev_cleanup(void)\n{\n\tint i;\n\ti = 0;\n}\n"
        "#define vhost_put_user(x, ptr) \\\n({ \\\n\tret = __put_user(x, ptr); \\\n})\n"
        "static inline int vhost_put_used(void)\n{\n\treturn 1;\n}\n"
        "#define vhost_get_user(x, ptr) \\\n({ \\\n\tret = __get_user(x, ptr); \\\n})\n"
        "static inline int vhost_get_desc(void)\n{\n\treturn 1;\n}\n"
        "int vq_meta_prefetch(void)\n{\n\tif (!vq->iotlb)\n\t\treturn 1;\n\treturn 2;\n}\n"
        "static long vhost_vring_set_num_addr(void)\n{\n\t__vhost_vq_meta_reset(vq);\n}\n"
        "int vhost_init_device_iotlb(void)\n{\n\t\t__vhost_vq_meta_reset(vq);\n}\n"
        "int vhost_get_vq_desc(void)\n{\n\tint ret, access;\n"
        "\tif (unlikely(vhost_get_avail_head(vq, &ring_head, 1))) {\n\t}\n"
        "\t\tret = vhost_get_desc(vq, &desc, i);\n}\n"
    )
    for argv in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "base"), ("tag", BASE)):
        assert run("git", *argv, cwd=tree).returncode == 0
    return tree


@pytest.mark.parametrize("name", SERIES)
def test_same_tree_same_bytes_and_nothing_touched(
    checkout: Path, little_tree: Path, tmp_path: Path, name: str
) -> None:
    before = state(little_tree)
    first = make(checkout, little_tree, BASE, name, tmp_path / "1.mbox")
    second = make(checkout, little_tree, BASE, name, tmp_path / "2.mbox")
    assert first == second
    assert state(little_tree) == before


@pytest.mark.parametrize("name", SERIES)
def test_a_thread_as_git_send_email_makes_it(
    checkout: Path, little_tree: Path, tmp_path: Path, name: str
) -> None:
    make(checkout, little_tree, BASE, name, tmp_path / "series.mbox")
    cover, *patches = mailbox.mbox(tmp_path / "series.mbox")
    commit = run("git", "rev-parse", BASE, cwd=little_tree).stdout.decode().strip()

    assert cover["Subject"].startswith(f"[PATCH 0/{len(patches)}] vhost: ")
    assert f"base-commit: {commit}" in cover.get_payload()
    assert len({mail["Message-Id"] for mail in (cover, *patches)}) == len(patches) + 1
    for number, patch in enumerate(patches, 1):
        assert patch["Subject"].startswith(f"[PATCH {number}/{len(patches)}] vhost: ")
        assert patch["In-Reply-To"] == patch["References"] == cover["Message-Id"]
        assert f"\nSigned-off-by: {patch['From']}\n---\n" in patch.get_payload()


@pytest.mark.parametrize("name", SERIES)
def test_a_tree_that_does_not_fit_is_named_not_guessed(
    checkout: Path, little_tree: Path, tmp_path: Path, name: str
) -> None:
    (little_tree / "drivers" / "vhost" / "vhost.h").write_text("/* nothing to hold on to */\n")
    assert run("git", "commit", "-qam", "other", cwd=little_tree).returncode == 0
    target = tmp_path / "series.mbox"
    script = str(checkout / "examples" / "make_series.py")
    done = run(sys.executable, script, "--tree", str(little_tree), name, "-o", str(target))
    assert done.returncode == 3
    assert b"drivers/vhost/vhost.h: no line matches" in done.stderr
    assert not target.exists()


@pytest.mark.kernel
@pytest.mark.parametrize("name", ALL)
def test_applies_where_it_says(
    checkout: Path, kernel_tree: Path, tmp_path: Path, name: str
) -> None:
    make(checkout, kernel_tree, "HEAD", name, tmp_path / "series.mbox")

    work = tmp_path / "work"
    assert run("git", "clone", "-qsn", str(kernel_tree), str(work)).returncode == 0
    run("git", "sparse-checkout", "set", "drivers/vhost", "drivers/vfio", cwd=work)
    assert run("git", "checkout", "-q", cwd=work).returncode == 0
    base = run("git", "rev-parse", "HEAD", cwd=work).stdout.decode().strip()
    mbox = str(tmp_path / "series.mbox")
    done = run("git", "am", "-q", "--empty=drop", "--patch-format=mboxrd", mbox, cwd=work)
    assert done.returncode == 0, done.stderr.decode()

    _, *patches = mailbox.mbox(mbox)
    subjects = run("git", "log", "--reverse", "--format=%s", f"{base}..", cwd=work).stdout
    assert subjects.decode().splitlines() == [
        mail["Subject"].partition("] ")[2] for mail in patches
    ]


FAULTS = {"faulty": EXAMPLES / "faults.toml"} | {
    str(each.parent.relative_to(EXAMPLES)): each
    for each in sorted((EXAMPLES / "systems").rglob("faults.toml"))
}


@pytest.mark.kernel
@pytest.mark.parametrize("name", FAULTS)
def test_each_planted_fault_is_where_the_list_says(
    checkout: Path, kernel_tree: Path, tmp_path: Path, name: str
) -> None:
    listed = tomllib.loads(FAULTS[name].read_text("utf-8"))["fault"]
    make(checkout, kernel_tree, "HEAD", name, tmp_path / "series.mbox")
    _, *patches = mailbox.mbox(tmp_path / "series.mbox")
    for fault in listed:
        added = [
            line
            for line in patches[fault["patch"] - 1].get_payload().splitlines()
            if line.startswith("+") and fault["words"] in line
        ]
        assert added, f"patch {fault['patch']} does not add {fault['words']!r}"
        assert "rule" not in fault or (checkout / "rules" / fault["rule"]).is_dir()
