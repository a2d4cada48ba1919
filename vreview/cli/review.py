# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview review``: from an mbox to a verdict."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from vreview import wiring
from vreview.app.artifacts import within
from vreview.app.review import review
from vreview.cli.boundary import Exit
from vreview.cli.options import (
    SERIES,
    Base,
    NoTools,
    Quiet,
    ReportFormat,
    RuleFolders,
    Settings,
    ShowDismissed,
    Since,
    SuiteCommands,
    Tools,
    Tree,
    Untrusted,
    Version,
)
from vreview.errors import InputError
from vreview.model.review import Stage, Verdict
from vreview.model.walk import Depth

EXIT = {
    Verdict.NOTHING_NEW: Exit.NOTHING_NEW,
    Verdict.NEW_PROBLEMS: Exit.SOMETHING_NEW,
    Verdict.CANNOT_TELL: Exit.CANNOT_TELL,
}
_CHOOSABLE = (Stage.LINT, Stage.BUILD, Stage.BOOT, Stage.TEST, Stage.PERF)


def chosen_stages(only: str, skip: str) -> frozenset[Stage]:
    """The stages of --only and --skip. Raises InputError for a word that is no stage, and for a
    choice whose steps cannot follow from each other."""
    known = {stage.value: stage for stage in _CHOOSABLE}
    asked = {
        option: [word for word in text.split(",") if word]
        for option, text in (("--only", only), ("--skip", skip))
    }
    for option, words in asked.items():
        for word in words:
            if word not in known:
                raise InputError(
                    f"{option} {word}: there is no such stage", hint=f"stages: {', '.join(known)}"
                )
    stages = {known[w] for w in asked["--only"]} or set(_CHOOSABLE)
    stages -= {known[w] for w in asked["--skip"]}
    if not stages:
        raise InputError("--only and --skip together leave no stage to run")
    return frozenset(stages)


def asked_depth(asked: Depth | None, stages: frozenset[Stage], *, no_tree: bool) -> str:
    """The word of --per-patch. Raises InputError where base and tip are not tried that far."""
    if asked is None:
        return ""
    if no_tree:
        raise InputError("--per-patch builds every patch, and --no-tree builds nothing")
    needed = {Depth.BUILD: Stage.BUILD, Depth.BOOT: Stage.BOOT, Depth.TEST: Stage.TEST}[asked]
    if needed not in stages:
        raise InputError(
            f"--per-patch {asked.value} needs the stage {needed.value}, which is not chosen",
            hint=f"--only build,boot,test --per-patch {asked.value}",
        )
    return asked.value


def review_command(
    series: Annotated[list[str] | None, SERIES] = None,
    tree: Tree = None,
    base: Base = None,
    take: Version = None,
    only: Annotated[
        str,
        typer.Option(
            help="Run these stages alone, of lint, build, boot, test and perf.", metavar="STAGE,..."
        ),
    ] = "",
    skip: Annotated[str, typer.Option(help="Leave these stages out.", metavar="STAGE,...")] = "",
    no_tree: Annotated[
        bool, typer.Option("--no-tree", help="Read the hunks' own text; build and run nothing.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the newest interrupted run.")
    ] = False,
    run: Annotated[
        str, typer.Option(help="With --resume: the run of this name.", metavar="NAME")
    ] = "",
    debug: Annotated[
        list[str] | None,
        typer.Option(
            help="Run a kernel with this checker besides: kasan, kmemleak, kcsan or ubsan; lockdep:"
            " in the test kernel. May be repeated; none: choose none for me.",
            metavar="NAME",
        ),
    ] = None,
    wall_boots: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            max=50,
            help="Boots a side for wall-clock samples, 4 or more to tell anything; 0 for none.",
        ),
    ] = 0,
    runs: Annotated[
        int,
        typer.Option(
            metavar="K",
            min=0,
            max=100,
            help="Boots a side for each suite; without it one, and some more where that one tells"
            " the two sides apart.",
            show_default=False,
        ),
    ] = 0,
    per_patch: Annotated[
        Depth | None,
        typer.Option(
            "--per-patch",
            help="Try every patch by itself as well, as far as this: what came and went where.",
            show_default=False,
        ),
    ] = None,
    suite_command: SuiteCommands = None,
    inject: Annotated[
        bool | None,
        typer.Option(
            "--inject/--no-inject",
            help="Make allocations and copies fail, one after another, in the suites' cases;"
            " without either, when no suite ran an error path that the series changes.",
        ),
    ] = None,
    tool: Tools = None,
    no_tools: NoTools = False,
    rules: RuleFolders = None,
    since: Since = None,
    untrusted: Untrusted = False,
    show_dismissed: ShowDismissed = False,
    form: Annotated[ReportFormat, typer.Option("--format", help="How to tell it.")] = (
        ReportFormat.TEXT
    ),
    quiet: Quiet = False,
    settings: Settings = None,
) -> int:
    """Apply, build, boot, test, measure and read a series, and say what it changes.

    The tree is built, booted and tested with the series and without it; the report holds what is
    new. The run is kept: an interrupted one goes on with --resume. Each finding has an id, by which
    `vreview explain` shows it at length and `vreview dismiss` takes it out of later reports.
    """
    asked = (
        *(settings or ()),
        *wiring.panel_settings(tool or (), rules or (), off=no_tools),
        *wiring.debug_settings(debug or ()),
        *((f"runs={runs}",) if runs else ()),
        *wiring.command_settings(suite_command or ()),
        *wiring.untrusted_settings(asked=untrusted),
    )
    config = wiring.settings(asked)
    if resume == bool(series):
        raise InputError(
            "expected a SERIES, or --resume alone", hint="vreview review SERIES | --resume"
        )
    if resume and since:
        raise InputError(
            "--since goes with a SERIES: a resumed run knows its version before",
            hint="vreview review --resume",
        )
    if resume and per_patch:
        raise InputError(
            "--per-patch goes with a SERIES: a resumed run knows how far it goes",
            hint="vreview review --resume",
        )
    if resume:
        request, where = wiring.resumed_run(run)
        config = wiring.settings((*request.settings, *asked))
    else:
        request = wiring.ReviewRequest(
            tree=str(tree.resolve()) if tree else "",
            base=base,
            take=take,
            stages=tuple(sorted(s.value for s in chosen_stages(only, skip))),
            no_tree=no_tree,
            wall_boots=wall_boots,
            settings=asked,
            since=bool(since),
            inject=inject,
            per_patch=asked_depth(per_patch, chosen_stages(only, skip), no_tree=no_tree),
        )
        where = wiring.new_run(request, series or (), config=config, since=since or "")
    try:
        with wiring.observer(quiet=quiet) as observer:
            found = wiring.series_of(where, request)
            tools = wiring.review_tools(request, where, config=config, observer=observer)
            result = review(
                found,
                stages=frozenset(map(Stage, request.stages)),
                tools=tools,
                no_tree=request.no_tree,
            )
    except InputError:
        if not resume:  # asking the same again cannot end better
            wiring.forget(where)
        raise
    for name, text in wiring.reports(result).items():
        wiring.keep(where.folder / name, text)
    where.save(wiring.RESULT, wiring.explainable(result, request, config=config))
    shown = wiring.keep_reproducers(result, where, config=config)
    within(where.folder, config.artifacts_mib << 20)
    where.save("end", {"verdict": result.verdict.value})
    report = wiring.reporter(form.value, tty=sys.stdout.isatty(), show_dismissed=show_dismissed)
    sys.stdout.write(report.render(result))
    if not quiet:
        print(f"kept in {_short(where.folder)}", file=sys.stderr)
        for folder in shown:
            print(f"to see it again: vreview replay {_short(folder)}", file=sys.stderr)
    return EXIT[result.verdict]


def _short(path: Path) -> str:
    home = str(Path.home())
    return f"~{str(path).removeprefix(home)}" if str(path).startswith(home + "/") else str(path)
