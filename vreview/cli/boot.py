# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview boot`` and ``vreview test``: one revision alone."""

from __future__ import annotations

from typing import Annotated

import typer

from vreview import wiring
from vreview.adapters.reporters.safe import safe
from vreview.adapters.suites.registry import chosen
from vreview.app.boot import RevisionRun, SuiteRun, boot_revision, run_suites
from vreview.cli.boundary import Exit
from vreview.cli.build import Profile
from vreview.cli.options import Debug, Quiet, Settings, SuiteCommands, Tree, Untrusted
from vreview.model.trial import Case, CaseState

_MOST_SKIPPED = 20

REVISION = typer.Argument(help="A revision of the tree.", metavar="REV", show_default=False)


def boot_command(
    revision: Annotated[str, REVISION] = "HEAD",
    tree: Tree = None,
    profile: Annotated[Profile, typer.Option(help="The kernel to build.")] = Profile.TEST,
    debug: Debug = None,
    untrusted: Untrusted = False,
    quiet: Quiet = False,
    settings: Settings = None,
) -> int:
    """Build one revision and boot it; say how that went and what the kernel reported."""
    asked = (*wiring.debug_settings(debug or ()), *wiring.untrusted_settings(asked=untrusted))
    config = wiring.settings((*(settings or ()), *asked))
    with wiring.observer(quiet=quiet) as observer:
        tools = wiring.stage_tools(tree, revision=revision, config=config, observer=observer)
        return _told(boot_revision(revision, tools=tools, profile=profile.value))


def suites_command(
    revision: Annotated[str, REVISION] = "HEAD",
    suite: Annotated[
        list[str] | None, typer.Option(help="A suite to run; all of them without.", metavar="NAME")
    ] = None,
    suite_command: SuiteCommands = None,
    tree: Tree = None,
    debug: Debug = None,
    untrusted: Untrusted = False,
    quiet: Quiet = False,
    settings: Settings = None,
) -> int:
    """Build one revision, boot it, and run the test suites in it.

    With --suite-command and no --suite, those commands alone.
    """
    commands = wiring.command_settings(suite_command or ())
    options = (*wiring.debug_settings(debug or ()), *wiring.untrusted_settings(asked=untrusted))
    config = wiring.settings((*(settings or ()), *commands, *options))
    known = wiring.suites(config)
    named = (*(suite or ()), *(text.partition("=")[0] for text in suite_command or ()))
    asked = chosen(known, (), asked=named) if named else known
    wanted = tuple(s for s in asked if not named or s.name in named)
    with wiring.observer(quiet=quiet) as observer:
        tools = wiring.stage_tools(tree, revision=revision, config=config, observer=observer)
        return _told(run_suites(revision, tools=tools, suites=wanted))


def _told(result: RevisionRun) -> int:
    """Prints the result; returns the exit status."""
    print(f"{result.commit[:12]}: {result.built.state.value}")
    if not result.runs:
        print(f"  log: {result.built.log}")
        return Exit.CANNOT_TELL
    for run in result.runs:
        for line in _lines(run):
            print(safe(line))
    return Exit.SOMETHING_NEW if result.bad else Exit.NOTHING_NEW


def _lines(run: SuiteRun) -> list[str]:
    booted = run.booted
    seconds = sum(s for _, s in booted.phase_s)
    lines = [f"{run.suite}: {booted.state.value} after {seconds:.1f} s ({booted.accelerator})"]
    if booted.why:
        lines.append(f"  why: {booted.why}")
    lines += [f"  remark: {said}" for said in booted.remarks]
    lines += [f"  {s.title} (console line {s.line})" for s in booted.splats]
    if run.cases:
        counts = {state: sum(c.state is state for c in run.cases) for state in CaseState}
        lines.append("  " + ", ".join(f"{n} {s.value}" for s, n in counts.items() if n))
        bad = (CaseState.CRASHED, CaseState.FAILED)
        lines += [_case(c) for c in run.cases if c.state in bad]
        # What was not tested is told as well: the count alone does not say what is missing.
        skipped = [_case(c) for c in run.cases if c.state is CaseState.SKIPPED]
        lines += skipped[:_MOST_SKIPPED]
        if len(skipped) > _MOST_SKIPPED:
            lines.append(f"  and {len(skipped) - _MOST_SKIPPED} more skipped")
    lines.append(f"  console: {booted.console}")
    return lines


def _case(case: Case) -> str:
    return f"  {case.state.value}: {case.name}{': ' * bool(case.detail)}{case.detail}"
