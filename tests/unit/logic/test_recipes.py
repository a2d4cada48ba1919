# SPDX-License-Identifier: GPL-2.0-or-later
"""Which kernels are chosen, for what."""

from __future__ import annotations

import pytest

from vreview.errors import ConfigError
from vreview.logic.recipes import recipes_for
from vreview.model.kernel import Recipes
from vreview.model.observation import (
    Category,
    Confidence,
    Observation,
    Origin,
    Place,
    Severity,
)
from vreview.model.review import Finding, Stage

EVERY = (Stage.BUILD, Stage.BOOT, Stage.TEST, Stage.PERF)
TEST = "test+fault-injection+gcov"


def _finding(category: Category) -> Finding:
    seen = Observation(
        Origin.RULE, "vreview", "some-rule", Severity.WARNING, Confidence.HIGH, category,
        Place("drivers/x.c", 3), "text",
    )  # fmt: skip
    return Finding(seen, 1)


def _chosen(
    *touched: str, found: tuple[Finding, ...] = (), debug: str = "", fragments: str = ""
) -> Recipes:
    return recipes_for(
        touched, found, stages=EVERY, debug=debug.split(), fragments=fragments.split()
    )


def _names(recipes: Recipes) -> dict[str, str]:
    return {word: recipe.name for word, recipe in recipes.named()}


def test_the_usual_is_a_kernel_that_counts_and_fails_and_one_that_is_measured() -> None:
    assert _names(_chosen("drivers/x.c")) == {"test": TEST, "perf": "perf"}


@pytest.mark.parametrize("category", [Category.UAF, Category.LEAK, Category.UNINIT])
def test_a_suspicion_about_memory_asks_for_a_hunt(category: Category) -> None:
    chosen = _chosen("drivers/x.c", found=(_finding(category),))
    assert _names(chosen)["hunt"] == f"{TEST}+kasan+kmemleak"
    assert chosen.why == (
        "a kernel with kasan and kmemleak was run besides: a finding asks for it"
        " (some-rule in drivers/x.c)",
    )


@pytest.mark.parametrize("category", [Category.LOCK, Category.ERRNO, Category.NULL])
def test_what_the_test_kernel_sees_itself_asks_for_none(category: Category) -> None:
    assert _chosen("drivers/x.c", found=(_finding(category),)).hunt is None


def test_the_checkers_own_files_ask_for_it() -> None:
    assert _names(_chosen("kernel/kcsan/core.c"))["hunt"] == f"{TEST}+kcsan"
    assert _names(_chosen("mm/kmemleak.c"))["hunt"] == f"{TEST}+kasan+kmemleak"


def test_the_user_is_obeyed() -> None:
    uaf = (_finding(Category.UAF),)
    assert _names(_chosen(debug="kcsan", found=uaf))["hunt"] == f"{TEST}+kcsan"
    assert _chosen(debug="none", found=uaf).hunt is None
    assert _names(_chosen(fragments="kasan kmemleak", found=uaf)) == {
        "test": f"{TEST}+kasan+kmemleak", "perf": "perf+kasan+kmemleak",
    }  # fmt: skip
    assert _names(_chosen(debug="lockdep"))["test"] == f"{TEST}+lockdep"
    assert _chosen(debug="lockdep").hunt is None


def test_what_excludes_each_other_is_refused_before_anything_is_built() -> None:
    with pytest.raises(ConfigError, match="kasan and kcsan exclude each other"):
        _chosen(debug="kcsan kasan")
    # A choice of our own yields to the user's.
    assert _chosen(fragments="kcsan", found=(_finding(Category.UAF),)).hunt is None


def test_only_the_stages_that_run_get_a_kernel() -> None:
    uaf = (_finding(Category.UAF),)
    assert recipes_for((), uaf, stages=(Stage.PERF,)).named()[0][0] == "perf"
    assert recipes_for((), uaf, stages=(Stage.BUILD,)).hunt is None
    assert recipes_for((), (), stages=(Stage.BUILD,), debug=("kasan",)).hunt is not None


def test_the_touched_files_are_counted_and_nothing_else() -> None:
    test = _chosen(
        "drivers/vhost/vhost.c",
        "drivers/vhost/net.c",
        "drivers/vhost/vhost.h",
        "tools/virtio/test.c",
        "arch/arm/mm/fault.c",
        "arch/x86/boot/compressed/misc.c",
        "drivers/x/we ird=$(shell x).c",
    ).test
    assert test is not None
    assert test.variables == ("GCOV_PROFILE_net.o=y", "GCOV_PROFILE_vhost.o=y")


def test_both_kernels_of_a_hunt_count_and_the_measured_one_does_not() -> None:
    chosen = _chosen("mm/slub.c", debug="kasan")
    assert {word: bool(recipe.variables) for word, recipe in chosen.named()} == {
        "test": True, "hunt": True, "perf": False,
    }  # fmt: skip
