# SPDX-License-Identifier: GPL-2.0-or-later
"""Reproducers of a review's failures, and what a replay of them says."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_review import BASE, TIP, WHO, Machine, Suite, _applied, _review, _series, _warning

from vreview.adapters.mail.asmail import as_mail
from vreview.adapters.reporters.reproduction import readme
from vreview.adapters.reproducers import NAME, read_reproducer, write_reproducer
from vreview.app.replay import ReplayTools, replay
from vreview.app.trial import Exercise, suite_exercise
from vreview.errors import InputError, TreeError
from vreview.logic.reproducing import reproducers
from vreview.model.kernel import Recipe, Recipes, Toolchain
from vreview.model.observation import Severity
from vreview.model.reproducer import Again, Failure, Replayed, Reproducer
from vreview.model.review import Applied
from vreview.model.series import Mail, MessageId, Oid, Patch, Series
from vreview.model.trial import BootState, BuildState

RECIPE = Recipe("test", ("gcov", "fault-injection"))
RECIPES = Recipes(test=RECIPE, perf=Recipe("perf"))
GCC = Toolchain("gcc", "gcc 12", "ld 2")


def _reproducers(machine: Machine) -> tuple[Reproducer, ...]:
    return reproducers(_review(machine), RECIPES, toolchain=GCC)


class Tree:
    """A repository in which the series gives the commit that it always gave, or another."""

    def __init__(self, *, there: bool = True, tree: Oid = TIP) -> None:
        self.there, self.made, self.kept = there, tree, False

    def resolve(self, revision: str) -> Oid:
        if not self.there:
            raise TreeError(f"there is no commit {revision}")
        return Oid(revision)

    def tree(self, commit: Oid) -> Oid:
        return self.made if commit == TIP else commit

    def apply(self, series: Series, *, base: str | None) -> Applied:
        assert base == BASE
        return _applied()

    def keep(self, applied: Applied) -> None:
        self.kept = True


def _replayed(
    machine: Machine,
    made: Reproducer,
    *,
    runs: int = 1,
    tree: Tree | None = None,
    known: bool = True,
) -> Replayed:
    def exercise(one: Reproducer) -> Exercise | None:
        return suite_exercise(Suite(one.suite), one.recipe) if known else None

    again = Machine(machine.folder, machine.build, machine.boot, machine.warnings, machine.failing)
    lab = again.tools().lab
    tools = ReplayTools(tree or Tree(), lab, exercise)  # type: ignore[arg-type]
    return replay(made, _series(), runs=runs, tools=tools)


def test_a_failed_test_has_a_reproducer_that_shows_it_again(tmp_path: Path) -> None:
    machine = Machine(tmp_path, failing={TIP: ("net.one",)})
    (made,) = _reproducers(machine)
    assert (made.failure, made.suite, made.kernel, made.recipe) == (
        Failure.BOOT, "net", "test", RECIPE,
    )  # fmt: skip
    assert (made.base, made.tip, made.tip_tree) == (BASE, TIP, TIP)
    result = _replayed(machine, made, runs=3)
    assert (result.again, result.seen, result.runs) == (Again.SEEN, 3, 3)


def test_a_failure_that_does_not_come_again_is_gone_and_other_faults_are_told(
    tmp_path: Path,
) -> None:
    (made,) = _reproducers(Machine(tmp_path, failing={TIP: ("net.one",)}))
    gone = _replayed(Machine(tmp_path), made, runs=2)
    assert (gone.again, gone.seen, gone.runs, gone.others) == (Again.GONE, 0, 2, ())


def test_a_boot_that_does_not_end_otherwise_cannot_tell(tmp_path: Path) -> None:
    (made,) = _reproducers(Machine(tmp_path, failing={TIP: ("net.one",)}))
    result = _replayed(Machine(tmp_path, boot={TIP: BootState.PANIC}), made)
    assert result.again is Again.CANNOT_TELL
    assert "1 of 1 boots" in result.why
    assert result.others


def test_a_kernel_that_does_not_build_is_shown_by_its_build(tmp_path: Path) -> None:
    error = replace(_warning("implicit declaration"), severity=Severity.ERROR)
    machine = Machine(tmp_path, build={TIP: BuildState.FAILED}, warnings={TIP: (error,)})
    made = _reproducers(machine)[0]
    assert (made.failure, made.suite, made.toolchain) == (Failure.BUILD, "", GCC)
    assert _replayed(machine, made).again is Again.SEEN
    assert _replayed(Machine(tmp_path), made).again is Again.GONE
    other = replace(error, message="another error")
    failed = Machine(tmp_path, build={TIP: BuildState.FAILED}, warnings={TIP: (other,)})
    result = _replayed(failed, made)
    assert (result.again, result.others) == (Again.CANNOT_TELL, ("another error",))


def test_a_series_that_is_not_in_the_tree_any_more_is_applied_again(tmp_path: Path) -> None:
    machine = Machine(tmp_path, failing={TIP: ("net.one",)})
    (made,) = _reproducers(machine)
    tree = Tree(there=False)
    assert _replayed(machine, made, tree=tree).again is Again.SEEN
    assert tree.kept
    other = _replayed(machine, made, tree=Tree(there=False, tree=Oid("c" * 40)))
    assert other.again is Again.CANNOT_TELL
    assert "does not make the tree" in other.why


def test_what_this_version_cannot_run_is_not_judged(tmp_path: Path) -> None:
    machine = Machine(tmp_path, failing={TIP: ("net.one",)})
    (made,) = _reproducers(machine)
    result = _replayed(machine, made, known=False)
    assert (result.again, result.why) == (Again.CANNOT_TELL, "there is no suite net here")


def test_notes_and_what_the_base_has_too_have_none(tmp_path: Path) -> None:
    both = {BASE: ("net.one",), TIP: ("net.one",)}
    assert _reproducers(Machine(tmp_path, failing=both)) == ()


def _made() -> Reproducer:
    return Reproducer(
        "5" * 20, "test-failed", "test net:one failed \x1b[31m", Failure.BOOT, "x", BASE, TIP, TIP,
        replace(RECIPE, variables=("GCOV_PROFILE_x.o=y",), options=(("TUN", "y"),)), GCC, "net",
    )  # fmt: skip


def test_a_folder_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_reproducer(tmp_path / "one", _made(), mails=(b"a", b"b"), files={"config": b"c"})
    assert read_reproducer(tmp_path / "one") == (_made(), (b"a", b"b"))
    assert (tmp_path / "one/config").read_bytes() == b"c"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"variables": ["CC=touch /tmp/x"]}, "CC=touch"),
        ({"variables": ["GCOV_PROFILE_x.o=y$(shell id)"]}, "shell"),
        ({"options": [["TUN", 'y"\nCONFIG_X=y']]}, "TUN|CONFIG_X"),
        ({"fragments": ["../../etc/passwd"]}, "passwd"),
    ],
)
def test_a_strangers_folder_is_refused_before_anything_runs(
    tmp_path: Path, change: dict[str, object], word: str
) -> None:
    write_reproducer(tmp_path / "one", _made(), mails=(b"a",), files={})
    path = tmp_path / "one" / NAME
    value = json.loads(path.read_text())
    value["reproducer"]["recipe"].update(change)
    path.write_text(json.dumps(value))
    with pytest.raises(InputError, match="no review does") as refused:
        read_reproducer(tmp_path / "one")
    assert any(part in str(refused.value) for part in word.split("|"))


def test_a_folder_without_a_reproducer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no reproducer"):
        read_reproducer(tmp_path)
    (tmp_path / NAME).write_text("{}")
    with pytest.raises(InputError, match="damaged"):
        read_reproducer(tmp_path)


def test_the_readme_quotes_no_control_characters() -> None:
    text = readme(
        _made(), version="1", make=("ARCH=x86", "CC=gcc"), boot=("qemu", "-append", "a b")
    )
    assert "\x1b" not in text
    assert "qemu -append 'a b'" in text
    assert "GCOV_PROFILE_x.o=y" in text


def test_git_am_takes_the_patch_as_a_mail(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        return subprocess.run(
            ("git", "-C", str(tmp_path), "-c", "user.name=A", "-c", "user.email=a@b", *words),
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip

    git("init", "-q")
    (tmp_path / "a").write_text("one\n")
    git("add", "a")
    git("commit", "-qm", "first")
    diff = b"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n one\n+tw\xc3\xb6\n"
    day = datetime(2026, 11, 20, tzinfo=UTC)
    mail = Mail(MessageId("1@x"), "", WHO, day)
    patch = Patch(1, "a: grow", WHO, day, "Because.\n\nSigned-off-by: Ada <ada@example.org>\n",
                  (), (), diff, mail)  # fmt: skip
    (tmp_path / "p").write_bytes(as_mail(patch, total=1))
    git("am", "-q", "p")
    assert (tmp_path / "a").read_text() == "one\ntwö\n"
    said = git("log", "-1", "--format=%an %s|%b")
    assert said.strip() == "Ada a: grow|Because.\n\nSigned-off-by: Ada <ada@example.org>"
