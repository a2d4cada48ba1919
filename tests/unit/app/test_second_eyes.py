# SPDX-License-Identifier: GPL-2.0-or-later
"""What tools say of base and tip, and what of it is the series': tools that look for one word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import pytest
from series_of_states import PATH, Tree, TreesOnly, series_through

from vreview.app.lint import LintResult
from vreview.app.panel import Panel
from vreview.app.secondeyes import look_at_builds, look_at_series, with_others
from vreview.app.trial import Side
from vreview.errors import CommandFailed, ConfigError, InputError, OurFailure, ToolMissing
from vreview.model.kernel import Kernel, KernelConfig, KernelKey, Toolchain
from vreview.model.look import Look, Seen, Sight, Unit
from vreview.model.observation import (
    Category,
    Confidence,
    Observation,
    Origin,
    Place,
    Severity,
)
from vreview.model.review import Applied, AppliedPatch, Base, BaseReason, Finding
from vreview.model.series import Oid
from vreview.model.trial import BuildState, Built

ONE = """\
static int port_get(struct port *port)
{
	wrong(port);
	return 0;
}
"""
NONE = ONE.replace("\twrong(port);\n", "")
TWO = ONE.replace("\twrong(port);\n", "\twrong(port);\n\twrong(port);\n")
BELOW = "#define PORT_A 1\n#define PORT_B 2\n\n"


@dataclass
class Eye:
    """Flags every line with the word ``wrong``; fails on texts with the word that it is given."""

    name: str = "finder"
    sight: Sight = Sight.FILE
    deadline_s: float = 60.0
    install: str = "apt-get install finder"
    word: str = "wrong"
    category: Category = Category.OTHER
    severity: Severity = Severity.WARNING
    fails_on: str = ""
    failure: OurFailure | InputError = field(
        default_factory=lambda: CommandFailed(("finder",), 9, output="core dumped")
    )
    seen: list[tuple[str, str]] = field(default_factory=list)

    def version(self) -> str:
        return self.name

    def look(self, at: Look, *, deadline_s: float) -> Seen:
        text = at.text.decode()
        self.seen.append((at.file, text))
        if self.fails_on and self.fails_on in text:
            raise self.failure
        rule = f"{self.name}/{self.word}"
        if at.rules is not None and rule not in at.rules:
            return Seen(())
        return Seen(
            tuple(
                Observation(
                    Origin.TOOL, self.name, rule, self.severity, Confidence.HIGH,
                    self.category, Place(at.file, n), f"{self.word} thing",
                )
                for n, line in enumerate(text.splitlines(), start=1)
                if re.search(self.word, line)
            )
        )  # fmt: skip


def _looked(
    *states: Tree | str,
    eyes: Sequence[Eye],
    renames: Mapping[str, str] | None = None,
    clock: Iterator[float] | None = None,
    upto: int = 99,
) -> LintResult:
    trees: list[Tree] = [{PATH: s} if isinstance(s, str) else s for s in states]
    series = series_through(trees, renames or {})
    rows = tuple(
        AppliedPatch(p.n, p.mail.message_id, p.title, Oid(str(p.n)) if p.n <= upto else None, None)
        for p in series.patches
    )
    applied = Applied(Base(Oid("0"), "base", BaseReason.ASKED), rows)
    repo = TreesOnly({str(n): tree for n, tree in enumerate(trees)})
    ticks = clock or (float(n) for n in count())
    panel = Panel(tuple(eyes), jobs=1, clock=lambda: next(ticks))
    return look_at_series(series, applied, repo=repo, panel=panel)  # type: ignore[arg-type]


def _where(result: LintResult) -> list[tuple[str, int, str, int | None, int | None]]:
    return [
        (f.observation.place.file, f.observation.place.line, f.observation.place.function,
         f.patch, f.hunk)
        for f in result.findings
    ]  # fmt: skip


def test_what_only_the_tip_has_is_new_and_has_its_function_patch_and_hunk() -> None:
    assert _where(_looked(NONE, ONE, eyes=[Eye()])) == [(PATH, 3, "port_get", 1, 1)]


def test_what_the_base_has_too_is_not_the_series_wherever_it_moved() -> None:
    assert _looked(ONE, BELOW + ONE, eyes=[Eye()]).findings == ()


def test_of_equal_remarks_the_one_on_the_added_line_is_new() -> None:
    added_above = ONE.replace("\twrong(port);\n", "\twrong(port); /* new */\n\twrong(port);\n")
    assert _where(_looked(ONE, added_above, eyes=[Eye()])) == [(PATH, 3, "port_get", 1, 1)]


def test_a_file_that_was_renamed_brings_its_old_remarks_along() -> None:
    old, new = {"drivers/a.c": ONE}, {"drivers/b.c": BELOW + ONE}
    assert _looked(old, new, eyes=[Eye()], renames={"drivers/a.c": "drivers/b.c"}).findings == ()


def test_code_that_moves_to_another_file_brings_its_remarks_along() -> None:
    old = {"drivers/a.c": ONE + "\nint one;\n", "drivers/b.c": "int two;\n"}
    new = {"drivers/a.c": "int one;\n", "drivers/b.c": "int two;\n\n" + ONE}
    assert _looked(old, new, eyes=[Eye()]).findings == ()


def test_the_patch_that_brought_it_is_named() -> None:
    result = _looked(NONE, BELOW + NONE, BELOW + ONE, BELOW + ONE + "\nint z;\n", eyes=[Eye()])
    assert _where(result) == [(PATH, 6, "port_get", 2, 1)]


def test_the_base_is_read_only_where_the_tip_has_something() -> None:
    quiet, loud = Eye(), Eye(name="other", word="return")
    _looked(NONE, NONE.replace("0", "1"), eyes=[quiet, loud])
    assert (len(quiet.seen), len(loud.seen)) == (1, 2)


def test_a_crash_is_told_once_and_the_other_tools_go_on() -> None:
    dead = Eye(name="dead", fails_on="return")
    states = {"drivers/a.c": NONE, "drivers/b.c": NONE}, {"drivers/a.c": ONE, "drivers/b.c": ONE}
    result = _looked(*states, eyes=[dead, Eye()])
    assert [f.observation.tool for f in result.findings] == ["finder", "finder"]
    (remark,) = result.remarks
    assert remark.startswith("dead: `finder`")
    assert remark.endswith("(2 times)")


def test_a_missing_tool_is_said_once_with_what_installs_it() -> None:
    absent = Eye(fails_on="return", failure=ToolMissing("finder", needed_for="find"))
    states = {"drivers/a.c": NONE, "drivers/b.c": NONE}, {"drivers/a.c": ONE, "drivers/b.c": ONE}
    result = _looked(*states, eyes=[absent])
    assert result.remarks == (
        "finder is not installed, so it was not asked: apt-get install finder",
    )
    assert len(absent.seen) == 1


def test_a_rule_that_cannot_be_used_is_no_tools_failure() -> None:
    bad = Eye(fails_on="return", failure=ConfigError("own/rule.yml: refused"))
    with pytest.raises(ConfigError, match="refused"):
        _looked(NONE, ONE, eyes=[bad])


def test_when_the_base_could_not_be_read_nothing_is_called_new() -> None:
    result = _looked(NONE + "/* old */", ONE, eyes=[Eye(fails_on="old")])
    assert result.findings == ()
    assert f"finder: cannot tell what is new in {PATH}" in result.remarks


def test_a_tool_that_has_used_its_time_up_is_not_asked_again() -> None:
    slow = Eye(deadline_s=1.0)
    states = (
        {"drivers/a.c": NONE, "drivers/b.c": NONE},
        {"drivers/a.c": ONE, "drivers/b.c": NONE + "\n"},
    )
    result = _looked(*states, eyes=[slow], clock=(10.0 * n for n in count()))
    assert [path for path, _ in slow.seen] == ["drivers/a.c"]
    assert any("had used up its 1 s" in remark for remark in result.remarks)
    assert result.findings == ()


def test_a_path_that_is_not_plain_is_shown_to_no_tool() -> None:
    eye = Eye()
    odd = "drivers/a b;id.c"
    result = _looked({odd: NONE}, {odd: ONE}, eyes=[eye])
    assert eye.seen == []
    assert result.remarks == (f"{odd!r} is no plain path: other tools were not shown it",)


def test_without_the_whole_series_no_tool_is_asked() -> None:
    eye = Eye()
    result = _looked(NONE, ONE, TWO, eyes=[eye], upto=1)
    assert (eye.seen, result.findings) == ([], ())
    assert result.remarks == ("the series does not apply, so these could not be asked: finder",)


def test_a_patch_is_shown_as_a_mail_and_its_remarks_are_new() -> None:
    eye = Eye(sight=Sight.PATCH, word="Subject")
    result = _looked(NONE, ONE, eyes=[eye])
    ((_, mail),) = eye.seen
    assert mail.startswith("From: A Tester <tester@example.org>\n")
    assert "Subject: [PATCH] demo: 1\n\n" in mail
    assert [(f.patch, f.observation.place.file) for f in result.findings] == [(1, "")]


def test_of_many_notes_of_a_kind_three_are_told_and_one_says_how_many_there_were() -> None:
    eye = Eye(severity=Severity.NOTE)
    many = NONE + "".join(f"int wrong_{n};\n" for n in range(10))
    found = _looked(NONE, many, eyes=[eye]).findings
    assert [f.notes for f in found] == [(), (), ("and 7 more like it in this patch",)]
    assert len(_looked(NONE, many, eyes=[Eye()]).findings) == 10


def test_what_a_rule_and_a_tool_both_say_is_told_once() -> None:
    (theirs,) = _looked(NONE, ONE, eyes=[Eye(category=Category.LEAK)]).findings
    ours = replace(theirs, observation=replace(theirs.observation, tool="vreview", rule="leak/x"))
    both = with_others(LintResult((ours,), ("read",), 1.0), LintResult((theirs,), ("asked",), 2.0))
    assert [f.observation.rule for f in both.findings] == ["leak/x"]
    assert both.findings[0].observation.evidence[-1].text.startswith("finder says so too")
    assert (both.remarks, both.seconds) == (("read", "asked"), 3.0)


@dataclass
class Trees:
    """Built trees that know how every file is compiled but those in ``without``."""

    without: tuple[str, ...] = ()
    opened_at: list[str] = field(default_factory=list)

    @contextmanager
    def opened(
        self, commit: Oid, *, config: KernelConfig, files: Sequence[str]
    ) -> Iterator[Mapping[str, Unit]]:
        self.opened_at.append(commit)
        unit = Unit(("gcc",), Path("/build"), Path("/source"))
        yield {file: unit for file in files if file not in self.without}


def _built(state: BuildState = BuildState.BUILT, compiled: Sequence[str] = (PATH,)) -> Built:
    kernel = Kernel(
        KernelKey(Oid("t"), "", ""), Path("bzImage"), KernelConfig("test", (), ""),
        Toolchain("gcc", "", ""), "6.1",
    )  # fmt: skip
    there = kernel if state is BuildState.BUILT else None
    return Built(state, there, (), Path("log"), 1.0, compiled=tuple(compiled))


def _looked_built(
    before: str, after: str, eye: Eye, *, base: Built, tip: Built, trees: Trees
) -> tuple[Finding, ...] | tuple[str, ...]:
    series = series_through([{PATH: before}, {PATH: after}], {})
    row = AppliedPatch(1, series.patches[0].mail.message_id, "demo", Oid("1"), None)
    applied = Applied(Base(Oid("0"), "base", BaseReason.ASKED), (row,))
    repo = TreesOnly({"0": {PATH: before}, "1": {PATH: after}})
    result = look_at_builds(
        series,
        applied,
        {Side.BASE: base, Side.TIP: tip},
        repo=repo,  # type: ignore[arg-type]
        trees=trees,
        panel=Panel((eye,)),
    )
    return result.findings or result.remarks


def test_a_built_tree_is_opened_for_the_tip_then_for_the_base() -> None:
    trees, eye = Trees(), Eye(sight=Sight.BUILD)
    found = _looked_built(NONE, ONE, eye, base=_built(), tip=_built(), trees=trees)
    assert len(found) == 1
    assert trees.opened_at == ["1", "0"]


def test_a_tree_without_anything_to_say_is_opened_once() -> None:
    trees, eye = Trees(), Eye(sight=Sight.BUILD)
    assert _looked_built(ONE, NONE, eye, base=_built(), tip=_built(), trees=trees) == ()
    assert trees.opened_at == ["1"]


def test_what_was_not_compiled_in_is_not_looked_at() -> None:
    eye, no = Eye(sight=Sight.BUILD), _built(compiled=())
    assert _looked_built(NONE, ONE, eye, base=no, tip=no, trees=Trees()) == ()
    trees = Trees(without=(PATH,))
    assert _looked_built(NONE, ONE, eye, base=_built(), tip=_built(), trees=trees) == ()
    assert eye.seen == []


def test_a_side_that_does_not_build_leaves_the_tools_out() -> None:
    eye, failed = Eye(sight=Sight.BUILD), _built(BuildState.FAILED)
    found = _looked_built(NONE, ONE, eye, base=_built(), tip=failed, trees=Trees())
    assert found == ("not both trees were built, so these could not be asked: finder",)
