# SPDX-License-Identifier: GPL-2.0-or-later
"""A reproducer's README: what was seen, and commands that can be pasted.

The text that it quotes is hostile, so it is one line, without control characters, and never part
of a command.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from vreview.adapters.reporters.safe import safe_line
from vreview.model.reproducer import Failure, Reproducer

BUILT = "build/arch/x86/boot/bzImage"
"""The kernel, relative to the reproducer's folder."""


def readme(made: Reproducer, *, version: str, make: Sequence[str], boot: Sequence[str] = ()) -> str:
    """Markdown. ``make`` are the variables of make's command line, ``boot`` the guest's command."""
    return "\n".join(_lines(made, version=version, make=make, boot=boot)) + "\n"


def _lines(
    made: Reproducer, *, version: str, make: Sequence[str], boot: Sequence[str]
) -> Iterator[str]:
    yield f"# {safe_line(made.message)}"
    yield ""
    yield f"- series: {safe_line(made.series)}"
    yield f"- seen with the series, not without it, in {_how_often(made)}"
    if made.suite:
        yield f"- suite: {made.suite}, on the {made.kernel} kernel ({made.accelerator})"
    yield f"- base: `{made.base}`; with the series: `{made.tip}` (tree `{made.tip_tree}`)"
    if made.toolchain is not None:
        tools = (made.toolchain.version, made.toolchain.linker_version)
        yield f"- compiler and linker: {'; '.join(map(safe_line, tools))}"
    yield f"- vreview {version}, finding {made.finding[:10]} [{safe_line(made.rule)}]"
    yield ""
    yield "Again, with vreview:"
    yield ""
    yield "    vreview replay ."
    yield ""
    yield "Again, by hand, in this folder, with `tree` the path of a kernel repository that has the"
    yield "base. The series is a stranger's code: its Makefiles run with your rights."
    yield ""
    for line in _commands(made, make, boot):
        yield f"    {line}"
    if made.failure is Failure.BOOT:
        yield ""
        yield "What the kernel says is then in `console.txt`, what the suite says in `output.txt`."


def _how_often(made: Reproducer) -> str:
    if made.failure is Failure.BUILD:
        return "the build"
    return f"{made.seen} of {made.boots} boot{'s' * (made.boots != 1)}"


def _commands(made: Reproducer, make: Sequence[str], boot: Sequence[str]) -> Iterator[str]:
    yield f'git -C "$tree" worktree add --detach "$PWD/source" {made.base}'
    yield 'git -C source am "$PWD"/patches/*.patch'
    yield "mkdir -p build && cp config build/.config"
    words = shlex.join((*make, *made.recipe.variables))
    yield f'make -C source O="$PWD/build" {words} olddefconfig'
    yield f'make -C source O="$PWD/build" {words} -j"$(nproc)" bzImage'
    if boot:
        yield shlex.join(boot)
