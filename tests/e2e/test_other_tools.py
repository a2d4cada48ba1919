# SPDX-License-Identifier: GPL-2.0-or-later
"""Other people's tools as they are installed here, on the kernel tree: what they say of a patch
that adds a function with faults of theirs, and only of that."""

from __future__ import annotations

import difflib
import shutil
import subprocess
from pathlib import Path

import pytest
from command import Vreview

FILE = "drivers/vhost/iotlb.c"
ADDED = """
int vhost_iotlb_peek(struct vhost_iotlb *iotlb, const int __user *from)
{
	struct vhost_iotlb_map *map;

	map = kmalloc(sizeof(map), GFP_KERNEL);
	if (!map) {
		pr_err("no room after %llu\\n", map->start);
		return -ENOMEM;
	}
	if (*from) return -EFAULT;
	kfree(map);
	return 0;
}
EXPORT_SYMBOL_GPL(vhost_iotlb_peek);
"""

pytestmark = pytest.mark.kernel


def needs(program: str, package: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed: apt-get install {package}")


@pytest.fixture
def patch(kernel_tree: Path, tmp_path: Path) -> Path:
    """A mail with the function, and with a spelling that checkpatch knows."""
    show = ("git", "-C", kernel_tree, "show", f"HEAD:{FILE}")
    old = subprocess.run(show, check=True, capture_output=True, text=True).stdout
    lines = (text.splitlines(keepends=True) for text in (old, old + ADDED))
    diff = "".join(difflib.unified_diff(*lines, f"a/{FILE}", f"b/{FILE}"))
    mail = tmp_path / "peek.eml"
    mail.write_text(
        "From: A Tester <tester@example.org>\nDate: Mon, 6 May 2024 10:00:00 +0000\n"
        "Subject: [PATCH] vhost: look at a map\nMessage-Id: <1@example.org>\n\n"
        "Look at teh map.\n\nSigned-off-by: A Tester <tester@example.org>\n---\n\n"
        f"diff --git a/{FILE} b/{FILE}\n{diff}"
    )
    return mail


def _rules(found: list[dict[str, object]], tool: str) -> set[tuple[str, object]]:
    return {(str(f["rule"]), f["function"]) for f in found if str(f["rule"]).startswith(tool)}


def test_checkpatch_and_coccinelle_read_a_patch_without_a_build(
    vreview: Vreview, patch: Path, kernel_tree: Path
) -> None:
    needs("spatch", "coccinelle")
    tools = ("--tool", "checkpatch", "--tool", "coccinelle")
    ran = vreview(
        "lint", patch, "--tree", kernel_tree, "--base", "HEAD", "--format", "json", *tools
    )
    found = ran.json["findings"]
    assert _rules(found, "coccinelle/null/deref_null") == {
        ("coccinelle/null/deref_null", "vhost_iotlb_peek")
    }
    forms = {rule for rule, _ in _rules(found, "checkpatch")}
    assert {"checkpatch/TYPO_SPELLING", "checkpatch/TRAILING_STATEMENTS"} <= forms
    assert {f["severity"] for f in found if f["rule"] in forms} == {"note"}
    assert ran.status == 1


def test_lint_asks_no_tool_that_is_not_named(
    vreview: Vreview, patch: Path, kernel_tree: Path
) -> None:
    ran = vreview("lint", patch, "--tree", kernel_tree, "--base", "HEAD", "--format", "json")
    assert not _rules(ran.json["findings"], "checkpatch")
    assert not _rules(ran.json["findings"], "coccinelle")


def test_a_rule_folder_of_ones_own_reads_the_series(
    vreview: Vreview, patch: Path, kernel_tree: Path, checkout: Path
) -> None:
    rules = checkout / "examples" / "rules" / "memory"
    ran = vreview(
        "lint", patch, "--tree", kernel_tree, "--base", "HEAD", "--format", "json",
        "--rules", rules,
    )  # fmt: skip
    (found,) = [f for f in ran.json["findings"] if f["rule"] == "size-of-pointer"]
    assert found["message"] == "map gets the size of a pointer, not of what it points to"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--tool", "lint"), "there is no tool 'lint'"),
        (("--rules", "/nowhere"), "there is no rule folder /nowhere"),
    ],
)
def test_a_tool_or_a_folder_that_is_not_there_is_bad_input(
    vreview: Vreview, patch: Path, kernel_tree: Path, words: tuple[str, ...], says: str
) -> None:
    ran = vreview("lint", patch, "--tree", kernel_tree, *words)
    assert (ran.status, ran.out) == (2, "")
    assert says in ran.err
    assert "hint:" in ran.err


@pytest.mark.build
def test_sparse_reads_both_built_trees(vreview: Vreview, patch: Path, kernel_tree: Path) -> None:
    needs("sparse", "sparse")
    ran = vreview(
        "review", patch, "--tree", kernel_tree, "--only", "lint,build", "--format", "json",
        "--tool", "sparse",
    )  # fmt: skip
    found = ran.json["findings"]
    assert ("sparse/dereference-noderef-expression", "vhost_iotlb_peek") in _rules(found, "sparse")
    assert {function for _, function in _rules(found, "sparse")} == {"vhost_iotlb_peek"}
    assert all(f["file"] == FILE for f in found)
