# SPDX-License-Identifier: GPL-2.0-or-later
"""What other people's tools say about a series, and only what the series introduces.

A tool reads the tip first; where it has something to say, the base as well, and the two are
compared. One that is missing, crashes or is too slow is a remark, never a failed review.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace

from vreview.analysis.spans import spans_of
from vreview.app.lint import LintResult
from vreview.app.panel import Panel, Session
from vreview.app.placing import added_line, attributed, in_functions, in_patch
from vreview.app.quiet import few
from vreview.app.states import TreeStates, Whole, is_kernel_c
from vreview.app.trial import Side
from vreview.logic.delta import delta, with_moves_settled
from vreview.logic.history import FileHistory, histories
from vreview.logic.seconded import seconded
from vreview.model.look import Look, Seen, Sight
from vreview.model.observation import Observation
from vreview.model.review import Applied, Finding
from vreview.model.series import Oid, Patch, Series
from vreview.model.trial import Built
from vreview.ports import BuiltTrees, Repo, SecondEye

# A path that a tool, its output or a shell of its own might read otherwise is not handed on.
_PLAIN = re.compile(r"(?!-)[\w.+,@~-]+(?:/(?!-)[\w.+,@~-]+)*", re.ASCII)

Shown = Callable[[FileHistory], Look | None]
"""A file of one side as a tool is shown it; None where that side has no such file."""
OpenSide = Callable[[Side, Sequence[FileHistory]], AbstractContextManager[Shown]]


def look_at_series(
    series: Series, applied: Applied | None, *, repo: Repo | None, panel: Panel
) -> LintResult:
    """What the tools that need no build say: of each patch, and of each C file.

    Asks none of them where there is no tree or the series does not apply as a whole.
    """
    eyes = [eye for eye in panel.eyes if eye.sight is not Sight.BUILD]
    if not eyes:
        return LintResult((), (), 0.0)
    scene = None if repo is None else _scene(series, applied, repo)
    if scene is None:
        why = "there was no tree" if applied is None else "the series does not apply"
        return _not_asked(why, eyes)
    begun, session = panel.clock(), Session(panel)
    of_files = [eye for eye in eyes if eye.sight is Sight.FILE]
    findings = (
        *_of_patches(series, scene.base, [e for e in eyes if e.sight is Sight.PATCH], session),
        *_of_files(scene, of_files, session, lambda side, _: nullcontext(scene.shown(side))),
    )
    said = (*(scene.strange if of_files else ()), *session.remarks())
    return LintResult(few(seconded((), findings)), said, panel.clock() - begun)


def look_at_builds(
    series: Series,
    applied: Applied,
    built: Mapping[Side, Built],
    *,
    repo: Repo,
    trees: BuiltTrees,
    panel: Panel,
) -> LintResult:
    """What the tools that need a built tree say of the C files that were compiled in."""
    eyes = [eye for eye in panel.eyes if eye.sight is Sight.BUILD]
    scene = _scene(series, applied, repo)
    if not eyes or scene is None:
        return LintResult((), (), 0.0)
    kernels = {side: built[side].kernel for side in Side}
    configs = {side: kernel.config for side, kernel in kernels.items() if kernel is not None}
    if len(configs) < len(Side):
        return _not_asked("not both trees were built", eyes)
    compiled = {path for side in Side for path in built[side].compiled if path.endswith(".c")}
    scene = replace(scene, files=tuple(h for h in scene.files if h.path in compiled))

    @contextmanager
    def opened(side: Side, these: Sequence[FileHistory]) -> Iterator[Shown]:
        alone = scene.shown(side)
        paths = [path for history in these if (path := _path(history, side)) is not None]
        commit = scene.base if side is Side.BASE else scene.tip
        with trees.opened(commit, config=configs[side], files=paths) as units:

            def shown(history: FileHistory) -> Look | None:
                at = alone(history)
                unit = units.get(at.file) if at is not None else None
                return None if at is None or unit is None else replace(at, unit=unit)

            yield shown

    begun, session = panel.clock(), Session(panel)
    findings = _of_files(scene, eyes, session, opened)
    return LintResult(tuple(findings), session.remarks(), panel.clock() - begun)


def with_others(ours: LintResult, theirs: LintResult) -> LintResult:
    """Both as one; what a rule and a tool both say is the rule's, with the tool's word for it."""
    return replace(
        ours,
        findings=seconded(ours.findings, theirs.findings),
        remarks=(*ours.remarks, *theirs.remarks),
        seconds=ours.seconds + theirs.seconds,
    )


@dataclass(frozen=True, slots=True)
class _Scene:
    """The C files of an applied series in their states. ``strange``: those that no tool is shown,
    in sentences."""

    states: TreeStates
    base: Oid
    tip: Oid
    files: tuple[FileHistory, ...]
    headers: tuple[FileHistory, ...]
    strange: tuple[str, ...]

    def text(self, history: FileHistory, side: Side) -> bytes | None:
        source = self.states.source(history, 0 if side is Side.BASE else len(history.steps))
        return source.text if isinstance(source, Whole) else None

    def shown(self, side: Side) -> Shown:
        """A file of the side alone, with the touched headers beside it."""
        headers = {h: self.text(h, side) for h in self.headers}

        def shown(history: FileHistory) -> Look | None:
            path, text = _path(history, side), self.text(history, side)
            if path is None or text is None:
                return None
            beside = ((_path(h, side), t) for h, t in headers.items() if h is not history)
            return Look(path, text, self.base, headers=tuple((p, t) for p, t in beside if p and t))

        return shown

    def placed(
        self, history: FileHistory, side: Side, said: Sequence[Observation]
    ) -> tuple[Observation, ...]:
        """The remarks with their functions, under the file's name at the tip."""
        if not said:
            return ()
        text = self.text(history, side) or b""
        return in_functions(said, text, path=history.path, spans=spans_of(text))


def _scene(series: Series, applied: Applied | None, repo: Repo) -> _Scene | None:
    if applied is None or applied.base.commit is None or applied.tip is None:
        return None
    commits = {0: applied.base.commit}
    commits |= {row.n: row.commit for row in applied.patches if row.commit is not None}
    touched = [
        h
        for h in histories(series.patches)
        if is_kernel_c(h.path) and any(step.diff.hunks for step in h.steps)
    ]
    plain = tuple(h for h in touched if _is_plain(h.path) and _is_plain(h.base_path or h.path))
    return _Scene(
        TreeStates(repo, commits),
        applied.base.commit,
        applied.tip,
        plain,
        tuple(h for h in plain if h.path.endswith(".h")),
        tuple(
            f"{h.path!r} is no plain path: other tools were not shown it"
            for h in touched
            if h not in plain
        ),
    )


def _is_plain(path: str) -> bool:
    return _PLAIN.fullmatch(path) is not None and ".." not in path.split("/")


def _path(history: FileHistory, side: Side) -> str | None:
    return history.base_path if side is Side.BASE else history.path


def _not_asked(why: str, eyes: Sequence[SecondEye]) -> LintResult:
    names = ", ".join(eye.name for eye in eyes)
    return LintResult((), (f"{why}, so these could not be asked: {names}",), 0.0)


def as_mail(patch: Patch) -> bytes:
    """A patch as git format-patch would write it, from the parts that were read."""
    head = f"From: {patch.author}\nDate: {patch.date:%a, %d %b %Y %H:%M:%S %z}\n"
    text = f"{head}Subject: [PATCH] {patch.title}\n\n{patch.message.strip()}\n---\n\n"
    return text.encode(errors="surrogateescape") + patch.diff


def _of_patches(
    series: Series, base: Oid, eyes: Sequence[SecondEye], session: Session
) -> Iterator[Finding]:
    """What is said of a patch is new by its nature: there is no other side."""
    asked = [(patch, eye) for eye in eyes for patch in series.patches if patch.files]
    looks = [
        (eye, Look("", patch.diff, base, bare=True))
        if not patch.mail.message_id
        else (eye, Look("", as_mail(patch), base))
        for patch, eye in asked
    ]
    for (patch, _), seen in zip(asked, session.ask(looks), strict=True):
        for observation in seen.observations if seen is not None else ():
            finding = in_patch(observation, patch)
            if finding is not None:
                yield finding


def _of_files(
    scene: _Scene, eyes: Sequence[SecondEye], session: Session, open_side: OpenSide
) -> Iterator[Finding]:
    """Tip, then base for the tools that have something to say of the tip, then the difference."""
    if not eyes or not scene.files:
        return
    with open_side(Side.TIP, scene.files) as shown:
        tip = _asked(session, [(eye, h, shown(h)) for eye in eyes for h in scene.files])
    said = {
        name: frozenset(o.rule for _, seen in answers if seen for o in seen.observations)
        for name, answers in tip.items()
    }
    loud = [eye for eye in eyes if said[eye.name]]
    if not loud:
        return
    with open_side(Side.BASE, scene.files) as shown:
        looks = [
            (eye, h, None if (at := shown(h)) is None else replace(at, rules=said[eye.name]))
            for eye in loud
            for h in scene.files
        ]
        base = _asked(session, looks)
    for name in base:
        dark = [h for h, seen in base[name] if seen is None]
        for history in dark:
            if any(h is history and seen and seen.observations for h, seen in tip[name]):
                session.note(name, f"cannot tell what is new in {history.path}")
        yield from _new(
            scene,
            [(h, s.observations) for h, s in base[name] if s is not None],
            [(h, s.observations) for h, s in tip[name] if s is not None and h not in dark],
        )


_Answers = list[tuple[FileHistory, Seen | None]]


def _asked(
    session: Session, looks: Sequence[tuple[SecondEye, FileHistory, Look | None]]
) -> dict[str, _Answers]:
    """The answers by tool; a file that a side does not have is one that nothing is said of."""
    there = [(eye, at) for eye, _, at in looks if at is not None]
    answers = iter(session.ask(there))
    found: dict[str, _Answers] = {}
    for eye, history, at in looks:
        seen = Seen(()) if at is None else next(answers)
        found.setdefault(eye.name, []).append((history, seen))
    return found


_Said = Sequence[tuple[FileHistory, tuple[Observation, ...]]]


def _new(scene: _Scene, base: _Said, tip: _Said) -> Iterator[Finding]:
    """What only the tip has; of several equal remarks those on old lines are the old ones."""
    before = [o for h, said in base for o in scene.placed(h, Side.BASE, said)]
    after = [(o, h) for h, said in tip for o in scene.placed(h, Side.TIP, said)]
    after.sort(key=lambda pair: added_line(pair[0], scene.states.edits(pair[1])))
    new = Counter(with_moves_settled(delta(before, [o for o, _ in after])).new)
    for observation, history in reversed(after):
        if new[observation] > 0:
            new[observation] -= 1
            spans = spans_of(scene.text(history, Side.TIP) or b"")
            yield attributed(observation, history, scene.states.edits(history), spans=spans)
