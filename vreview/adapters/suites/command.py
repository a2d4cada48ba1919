# SPDX-License-Identifier: GPL-2.0-or-later
"""Any command of the user's as a suite: it runs in the guest, and its KTAP or its status is read.

The files that the command names are copied into the guest. What cannot run there (a dynamic
program, a script for another shell) is told before anything is built.
"""

from __future__ import annotations

import re
import secrets
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vreview.adapters.boot.guestroot import applets
from vreview.adapters.files import storage_failed, write_whole
from vreview.errors import InputError
from vreview.model.trial import Case, CaseState
from vreview.parse.elf import program
from vreview.parse.ktap import parse_ktap
from vreview.ports import Deadlines, GuestJob

PASSED, SKIPPED, UNTOLD = frozenset({0}), frozenset({4, 77}), frozenset({125})
"""What an exit status means, as for kselftest (4), automake (77) and git bisect (125); every other
one is a failure."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
_KTAP = re.compile(r"^\s*(?:K?TAP version \d+|1\.\.\d+)\s*(?:#.*)?$", re.MULTILINE)
_MOST_S = 1800.0
_ROOM = """\
{ busybox touch /tmp/.vreview && busybox rm /tmp/.vreview; } 2>/dev/null ||
	busybox mount -t tmpfs tmpfs /tmp"""
"""A guest's root may be read-only; a command may count on /tmp."""
_TAIL = 12


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the command; ``file`` is the host's file that it names, None for a plain word."""

    text: str
    file: Path | None = None

    @property
    def inside(self) -> str:
        """The word as the guest's shell takes it."""
        return f"./{self.file.name}" if self.file is not None else self.text


@dataclass(frozen=True, slots=True)
class CommandSuite:
    """ports.TestSuite. ``mark`` is on the line that carries the status: the command's own output
    does not know it."""

    name: str
    words: tuple[Word, ...]
    mark: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def command(self) -> str:
        """The command with its files by their whole paths: it means the same in any folder."""
        return shlex.join(str(w.file) if w.file is not None else w.text for w in self.words)

    def wanted(self, touched: Sequence[str]) -> bool:  # noqa: ARG002
        """Always: who gave the command wants it run."""
        return True

    def prepare(self, folder: Path) -> GuestJob:
        for word in self.words:
            if word.file is not None:
                _copy(word.file, folder / word.file.name)
        script = folder / ".vreview-run"
        line = shlex.join(word.inside for word in self.words)
        end = f'code=$?\necho\necho "# {self.mark} status $code"'
        write_whole(script, f"#!/bin/sh\n{_ROOM}\n{line}\n{end}\n".encode())
        # How often it says something is the command's own business.
        deadlines = Deadlines(command=_MOST_S, silence=_MOST_S)
        return GuestJob(("/bin/sh", str(script)), folder, deadlines=deadlines)

    def read(self, output: str) -> tuple[Case, ...]:
        """KTAP where there is any; then the exit status, which alone is one case named "run"."""
        text, status = self._ended(output)
        cases = parse_ktap(text, suite=self.name) if _KTAP.search(text) else ()
        bad = any(case.state in (CaseState.FAILED, CaseState.CRASHED) for case in cases)
        if cases and (bad or status in (PASSED | SKIPPED)):
            return cases
        return (*cases, _run(self.name, status, text))

    def _ended(self, output: str) -> tuple[str, int | None]:
        """The command's own output, and its status; None when it did not come to its end."""
        found = list(re.finditer(rf"^# {self.mark} status (\d{{1,3}})$", output, re.MULTILINE))
        if not found:
            return output, None
        return output[: found[-1].start()], int(found[-1][1])


def command_suite(text: str, *, folder: Path, taken: Sequence[str] = ()) -> CommandSuite:
    """``NAME=CMD``, with the files that CMD names looked up from ``folder``.

    CMD is split as a shell splits words, and is not given to one. ``taken`` are the names of other
    suites. Raises InputError for what cannot run in the guest, and says why.
    """
    name, equals, command = text.partition("=")
    if not equals or not _NAME.fullmatch(name):
        raise InputError(
            f"--suite-command {text}: expected NAME=CMD, with a NAME such as my-test",
            hint="vreview test REV --suite-command my-test=./my-test",
        )
    if name in taken:
        raise InputError(f"--suite-command {text}: there is a suite {name!r} already")
    try:
        words = shlex.split(command)
    except ValueError as err:
        raise InputError(f"--suite-command {text}: cannot split it into words ({err})") from err
    if not words:
        raise InputError(f"--suite-command {text}: there is no command")
    first = _program_word(words[0], folder, name)
    rest = tuple(Word(word, _file(word, folder)) for word in words[1:])
    _refuse_same_names((first, *rest), name)
    return CommandSuite(name, (first, *rest))


def _program_word(word: str, folder: Path, name: str) -> Word:
    found = _file(word, folder)
    if found is None:
        if "/" not in word and word in applets():
            return Word(word)
        raise InputError(
            f"suite {name}: there is no file {folder / word}, and no command {word!r} in the guest",
            hint=f"name a static program or a script; the guest has {', '.join(sorted(applets()))}",
        )
    _refuse_unfit(found, name)
    return Word(word, found)


def _file(word: str, folder: Path) -> Path | None:
    path = (folder / word).absolute()
    return path if path.is_file() and word not in ("", ".", "..") else None


def _refuse_unfit(path: Path, name: str) -> None:
    """Raises InputError for a program that the guest could not start."""
    try:
        needs = program(path.read_bytes())
    except OSError as err:
        raise InputError(f"suite {name}: cannot read {path}: {err.strerror}") from err
    if needs.kind == "elf":
        if needs.machine != "x86_64":
            raise InputError(f"suite {name}: {path} is a program for {needs.machine}, not x86_64")
        if needs.interpreter:
            raise InputError(
                f"suite {name}: {path} is dynamically linked: its loader {needs.interpreter} and"
                " its libraries are not in the guest",
                hint="link it with -static",
            )
    elif needs.kind == "script":
        if needs.interpreter and not _in_guest(needs.interpreter):
            raise InputError(
                f"suite {name}: {path} is a script for {needs.interpreter}, which is not in the"
                " guest",
                hint="write it for /bin/sh (busybox's)",
            )
    else:
        raise InputError(f"suite {name}: {path} is neither an ELF program nor a script")


def _in_guest(interpreter: str) -> bool:
    return interpreter.startswith("/bin/") and interpreter.removeprefix("/bin/") in applets()


def _refuse_same_names(words: Sequence[Word], name: str) -> None:
    seen: dict[str, Path] = {}
    for word in words:
        if word.file is not None and seen.setdefault(word.file.name, word.file) != word.file:
            raise InputError(
                f"suite {name}: {seen[word.file.name]} and {word.file} have one name, and would"
                " lie in one folder"
            )


def _run(suite: str, status: int | None, output: str) -> Case:
    """The one case of a command that says no KTAP, or whose status says more than that."""
    tail = "\n".join(output.strip().splitlines()[-_TAIL:])
    if status is None:
        return Case(suite, "run", CaseState.CRASHED, tail)
    if status in PASSED:
        return Case(suite, "run", CaseState.PASSED)
    if status in SKIPPED:
        return Case(suite, "run", CaseState.SKIPPED, f"exit status {status}")
    if status in UNTOLD:
        return Case(suite, "run", CaseState.SKIPPED, f"exit status {status}: it cannot tell")
    detail = f"exit status {status}"
    return Case(suite, "run", CaseState.FAILED, f"{tail}\n{detail}" if tail else detail)


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
        target.chmod(0o755)
    except OSError as err:
        raise storage_failed("copy a program of yours to", target, err) from err
