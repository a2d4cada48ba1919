# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs kbuild: toolchain, variables, configuration, compilation. A kernel that does not build is
a value; what is wrong with the machine is raised. Does not choose what to build.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vreview.adapters.confine import UNCONFINED, Confinement, Reach
from vreview.adapters.files import write_whole
from vreview.adapters.proc import Done, run
from vreview.errors import (
    CommandFailed,
    CommandTimeout,
    LimitExceeded,
    StorageFailed,
    ToolMissing,
)
from vreview.model.kernel import Toolchain

IMAGE = Path("arch/x86/boot/bzImage")
_CONFIG_DEADLINE_S = 300.0

# What a shell may have set for the user's own builds, or a make around us for itself.
_FOREIGN = re.compile(
    r"^(?:KBUILD_.*|KCONFIG_.*|MAKE.*|MFLAGS|GNUMAKEFLAGS|GIT_.*|ARCH|SUBARCH|CROSS_COMPILE|LLVM"
    r"|LLVM_IAS|CCACHE_DEPEND|K?[CA]FLAGS(?:_.*)?|KCPPFLAGS|LDFLAGS(?:_.*)?|LOCALVERSION|CC|LD"
    r"|HOSTCC|[CMOVW])$"
)
_NOT_FOUND = re.compile(r"(?:/bin/)?sh: (?:\d+: )?(?P<tool>[\w./+-]+): not found$", re.MULTILINE)
_HEADER = re.compile(r"fatal error: (?P<header>(?:libelf|gelf)\.h): No such file", re.MULTILINE)
_KILLED = re.compile(
    r"^.*(?:fatal error: Killed signal|internal compiler error|cannot allocate memory"
    r"|virtual memory exhausted).*$",
    re.MULTILINE | re.IGNORECASE,
)
_NO_SPACE = "No space left on device"
_FULL_BYTES = 256 << 20
"""With more than that free, a stranger's "no space left" is about its own limits, or a lie."""
_RELEASE = re.compile(r"[\w.+~-]{1,64}")
_CONFIG_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Configured:
    """``text`` is the .config, None when Kconfig refused; ``log`` what it said; ``stopped`` the
    sentence of the limit that ended it, or empty."""

    text: str | None
    log: str
    status: int
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """``status`` of make, None when it did not end within its deadline, or had to be stopped:
    then ``stopped`` says what it used too much of."""

    status: int | None
    log: str
    seconds: float
    stopped: str = ""


def probe_toolchain(cc: str) -> Toolchain:
    """What ``cc`` and the linker say they are. Raises ToolMissing."""
    first = [
        run((tool, "--version"), env={"LC_ALL": "C"}, needed_for="build kernels").text.splitlines()
        for tool in (cc, "ld")
    ]
    return Toolchain(cc, *(lines[0] if lines else "" for lines in first))


def variables(cc: str) -> tuple[str, ...]:
    """Make variables that every build has; the same tree gives the same bytes with them."""
    return (
        "ARCH=x86",
        f"CC={cc}",
        "LOCALVERSION=",  # set, even to nothing: no "+" for a tree that is not a release
        "KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970",
        "KBUILD_BUILD_VERSION=1",
        "KBUILD_BUILD_USER=vreview",
        "KBUILD_BUILD_HOST=vreview",
    )


@dataclass(frozen=True, slots=True)
class Make:
    """Kbuild on one source and O= folder. ``lock`` is held by make and all that it starts;
    ``variables`` are further ones of its command line; ``confinement`` is what make runs in, and
    ``known_as`` the path by which make knows the O= folder there: kbuild's own tools would be made
    again, and with them all else, in a folder of another name."""

    source: Path
    build: Path
    lock: Path
    cc: str
    variables: tuple[str, ...] = ()
    confinement: Confinement = UNCONFINED
    known_as: Path | None = None

    def configure(self, asked: str) -> Configured:
        """All that ``asked`` says, everything else n; the result stays in the O= folder.

        allnoconfig rather than tinyconfig, which is the same plus choices (SLOB, XZ, -Os) that
        would have to be taken back.
        """
        name = ".vreview-asked.config"
        write_whole(self.build / name, asked.encode())
        arguments = ("-s", f"KCONFIG_ALLCONFIG={self._inside / name}", "allnoconfig")
        try:
            done = self._make(arguments, deadline_s=_CONFIG_DEADLINE_S)
        except CommandTimeout as err:
            return Configured(None, err.output, -1, f"it did not end within {err.deadline_s:g} s")
        except LimitExceeded as err:
            return Configured(None, err.output, -1, err.sentence)
        self._raise_if_ours(done, self.build)
        config = self.build / ".config"
        built = done.status == 0 and config.is_file()
        return Configured(_bounded(config) if built else None, done.text, done.status)

    def use_config(self, text: str) -> None:
        """Puts a .config in place, not touching one that says the same (make goes by times)."""
        config = self.build / ".config"
        if not config.is_file() or config.read_text(errors="replace") != text:
            write_whole(config, text.encode())

    def bzimage(
        self, *, jobs: int, log: Path, deadline_s: float, on_line: Callable[[str], None]
    ) -> Made:
        """Compiles; ``log`` grows as make writes. Raises OurFailure for what is not the kernel."""
        arguments = (f"-j{jobs}", IMAGE.name)
        try:
            done = self._make(arguments, deadline_s=deadline_s, log=log, on_line=on_line)
        except CommandTimeout:
            return Made(None, self._told(log.read_text(errors="replace")), deadline_s)
        except LimitExceeded as err:
            text = self._told(log.read_text(errors="replace"))
            return Made(None, text, deadline_s, err.sentence)
        self._raise_if_ours(done, log)
        return Made(done.status, done.text, done.seconds)

    def what_else(self, *, jobs: int, log: Path, deadline_s: float) -> str | None:
        """After a compilation that failed: everything that compiles in spite of that, and the
        errors of everything that does not; the log, None when it did not end in time."""
        try:
            return self._make(("-k", f"-j{jobs}", IMAGE.name), deadline_s=deadline_s, log=log).text
        except (CommandTimeout, LimitExceeded):
            return None

    def objects(self, targets: Sequence[str], *, jobs: int, deadline_s: float) -> str:
        """Makes single objects, as far as they can be made; the log. Raises CommandTimeout,
        LimitExceeded."""
        done = self._make(("-k", f"-j{jobs}", "--", *targets), deadline_s=deadline_s)
        self._raise_if_ours(done, self.build)
        return done.text

    def headers(self, *, deadline_s: float) -> None:
        """The headers for user space, into usr/include of the O= folder; needs no .config.

        A tree whose headers do not install says so when a test is compiled.
        """
        with contextlib.suppress(CommandTimeout, LimitExceeded):
            self._raise_if_ours(self._make(("-s", "headers"), deadline_s=deadline_s), self.build)

    def selftest(
        self, source: Path, output: Path, arguments: Sequence[str], *, deadline_s: float
    ) -> str:
        """Makes in a kselftest target's folder, statically, into ``output``; the log, whether or
        not it went well."""
        output.mkdir(parents=True, exist_ok=True)
        whole = (
            *("-C", str(source), f"OUTPUT={output}", "COLLECTION=vreview"),
            *("USERLDFLAGS=-static", f"KHDR_INCLUDES=-isystem {self.build}/usr/include"),
            *arguments,
        )
        try:
            return self._make(whole, deadline_s=deadline_s).text
        except CommandTimeout as err:
            return f"{err.output}\nerror: make did not end within {err.deadline_s:g} s\n"
        except LimitExceeded as err:
            return f"{err.output}\nerror: {err.sentence}\n"

    def release(self) -> str:
        """The release string of the kernel in the O= folder ("6.1.0")."""
        text = _bounded(self.build / "include/config/kernel.release").strip()
        return text if _RELEASE.fullmatch(text) else "unknown"

    def _make(
        self,
        arguments: Sequence[str],
        *,
        deadline_s: float,
        log: Path | None = None,
        on_line: Callable[[str], None] | None = None,
    ) -> Done:
        self.build.mkdir(parents=True, exist_ok=True)
        cc = f"ccache {self.cc}" if shutil.which("ccache") else self.cc
        command = (
            *("make", "-C", str(self.source), f"O={self._inside}", *variables(self.cc), f"CC={cc}"),
            *self.variables,
            *arguments,
        )
        strict = self.confinement.strict
        # Never ccache's depend mode, though it saves a fifth of a cold build: it does not see what
        # .incbin includes. The compressed kernel is such a file, so of two kernels that compress
        # to the same length the second got the first one's code. The namespace is there to forget
        # what was kept in that mode. A stranger's build gets nothing from the user's cache, and
        # puts nothing into it; its name stays on the command line, which kbuild compares with that
        # of the objects that there are.
        ccache = {"CCACHE_NODEPEND": "1", "CCACHE_NAMESPACE": "vreview"}
        env = {"LC_ALL": "C", **({"CCACHE_DISABLE": "1"} if strict else ccache)}
        reach = Reach(
            readable=(self.source, *_of_its_own(self.cc)),
            writable=(self.build,),
            cwd=self._inside,
            moved=((self.build, self._inside),),
        )
        with self.confinement.entered(command, reach=reach, env=env) as cell:
            # Should we be killed, compilers live on for a moment: they keep this lock until then.
            # What is in a sandbox goes with it, and is not to hold a lock of ours.
            argv = (
                *("flock", *(("--close",) if strict else ()), str(self.lock)),
                *("env", *(f"--unset={n}" for n in sorted(os.environ) if _FOREIGN.match(n))),
                *cell.argv,
            )
            done = run(
                argv,
                env=cell.env,
                deadline_s=deadline_s,
                check=False,
                log=log,
                on_line=on_line,
                limits=cell.limits,
                shown=command if strict else (),
                needed_for="build kernels",
            )
        if not strict:
            return done
        return replace(done, output=self._told(done.text).encode())

    @property
    def _inside(self) -> Path:
        """The O= folder, by the name that make knows."""
        moved = self.known_as if self.confinement.moves else None
        return moved or self.build

    def _told(self, log: str) -> str:
        """What make said, with the O= folder's own name."""
        return log.replace(f"{self._inside}/", f"{self.build}/")

    def _raise_if_ours(self, done: Done, where: Path) -> None:
        """Raises for a failed make that says nothing about the kernel.

        What a stranger's make says about our machine is believed only where the machine agrees.
        """
        argv, status, log, strict = done.argv, done.status, done.text, self.confinement.strict
        if status == 0:
            return
        full = _NO_SPACE in log
        if full and not (strict and shutil.disk_usage(self.build).free > _FULL_BYTES):
            raise StorageFailed(
                f"no space left on the device while building in {where}",
                path=where,
                hint=f"free some space beside {where.parent}, or set XDG_CACHE_HOME",
            )
        missing = _NOT_FOUND.search(log)
        if missing and not (strict and (_is_here(missing["tool"]) or "/" in missing["tool"])):
            raise ToolMissing(missing["tool"], needed_for="build kernels")
        header = _HEADER.search(log)
        if header and not (strict and (Path("/usr/include") / header["header"]).exists()):
            raise ToolMissing(f"libelf's {header['header']}", needed_for="build kernels")
        if killed := _KILLED.search(log):
            raise CommandFailed(
                argv, status, output=killed[0], hint="try fewer compilers at once: -c jobs=1"
            )
        if status < 0 or status in (126, 127):
            raise CommandFailed(argv, status, output=log)


def _is_here(tool: str) -> bool:
    return shutil.which(tool) is not None


def _of_its_own(cc: str) -> tuple[Path, ...]:
    """The folder of a compiler that does not lie among the system's programs."""
    found = shutil.which(cc)
    home = Path(os.path.realpath(found)).parent.parent if found else Path("/usr")
    return () if home.is_relative_to("/usr") or home == Path("/") else (home,)


def _bounded(path: Path) -> str:
    """A small text of the O= folder, or the beginning of a large one."""
    with open(path, "rb") as file:
        return file.read(_CONFIG_BYTES).decode(errors="replace")


__all__ = ["IMAGE", "Configured", "Made", "Make", "probe_toolchain", "variables"]
