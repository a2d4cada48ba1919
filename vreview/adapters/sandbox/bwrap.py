# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line of bubblewrap: what of the host is seen inside, and as whom one runs there.

Inside there are the system's programs and libraries, read-only, a /tmp and a /proc of its own, and
what the command must reach, each at the path that it has outside. There is no network, no home, no
environment of ours, and no process but those that were started in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vreview.adapters.confine import Reach

STRANGER = 65530
"""The uid and gid of a stranger's code when vreview runs as root. No account has it: below the
ids of nobody, above those that systemd hands out."""

PATH = "/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin"

_SYSTEM = ("/usr",)
_MERGED = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
# What compilers, perl and openssl look up; none of it names a person or a secret.
_ETC = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/ssl/openssl.cnf")
_DEADLINE_OF_A_LOOK_S = 20.0


@dataclass(frozen=True, slots=True)
class Limited:
    """Limits of each process inside: see setrlimit(2). 0 sets none."""

    processes: int
    file_bytes: int
    memory_bytes: int = 0


def bubblewrapped(
    argv: Sequence[str],
    *,
    reach: Reach,
    env: Mapping[str, str],
    limited: Limited,
    tmp_bytes: int,
    root: bool,
    nested: bool,
) -> tuple[str, ...]:
    """``argv`` in its sandbox. ``root``: vreview is, and the command is to be the stranger's uid;
    ``nested``: the machine lets that uid have a user namespace, which is used to take it away."""
    inner = (*_limits(limited), "--", *argv)
    shut = ("--unshare-user", "--disable-userns")
    # Only as the stranger: root without its capabilities may be shut out of his folders.
    start = "/" if root else _start(reach)
    if root:
        inner = ("env", f"--chdir={_start(reach)}", *inner)
        if nested:
            inner = ("bwrap", *shut, "--dev-bind", "/", "/", "--", *inner)
        inner = (
            *("setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups"),
            *("--inh-caps=-all", "--no-new-privs", "--", *inner),
        )
    return (
        # Of pid 1, which is bubblewrap, the environment can be read inside.
        *("env", "-i", f"PATH={PATH}", "bwrap"),
        *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--hostname", "sandbox"),
        *(("--cap-drop", "ALL", *_caps("SETUID", "SETGID", "SETPCAP")) if root else shut),
        *_view(reach, tmp_bytes),
        *("--clearenv", *_environment(env), "--chdir", start, "--", *inner),
    )


def _caps(*names: str) -> Iterator[str]:
    for name in names:
        yield from ("--cap-add", f"CAP_{name}")


def _limits(limited: Limited) -> tuple[str, ...]:
    """choom: when memory is short all the same, the kernel looks for its victim here first."""
    memory = (f"--as={limited.memory_bytes}",) if limited.memory_bytes else ()
    return (
        *("choom", "--adjust", "1000", "--", "prlimit", "--core=0"),
        *(f"--nproc={limited.processes}", f"--fsize={limited.file_bytes}", *memory),
    )


def _environment(env: Mapping[str, str]) -> Iterator[str]:
    for name, value in {"PATH": PATH, "HOME": "/tmp", **env}.items():
        yield from ("--setenv", name, value)


def _start(reach: Reach) -> str:
    return str(reach.cwd or "/tmp")


def _view(reach: Reach, tmp_bytes: int) -> Iterator[str]:
    for name in _SYSTEM:
        yield from ("--ro-bind", name, name)
    for place in map(Path, _MERGED):
        if place.is_symlink():
            yield from ("--symlink", str(place.readlink()), str(place))
        elif place.is_dir():
            yield from ("--ro-bind", str(place), str(place))
    for place in map(Path, _ETC):
        if place.exists():
            yield from (*_parents(place), "--ro-bind", str(place), str(place))
    yield from ("--proc", "/proc", "--dev", "/dev")
    yield from ("--perms", "1777", "--size", str(tmp_bytes), "--tmpfs", "/tmp")
    yield from ("--perms", "1777", "--size", str(tmp_bytes), "--tmpfs", "/dev/shm")
    for device in reach.devices:
        yield from ("--dev-bind", str(device), str(device))
    # What may be written comes last: it may lie within what may only be read.
    for how, paths in (("--ro-bind", reach.readable), ("--bind", reach.writable)):
        for path in sorted(paths):
            place = reach.inside(path)
            yield from (*_parents(place), how, str(path), str(place))


def _parents(path: Path) -> Iterator[str]:
    """The folders above a path, to be walked through by any uid: bubblewrap makes them 0700."""
    for parent in reversed(path.parents):
        if str(parent) not in ("/", "/tmp", "/dev", "/proc") and not _is_system(parent):
            yield from ("--perms", "0755", "--dir", str(parent))


def _is_system(path: Path) -> bool:
    return any(path.is_relative_to(name) for name in (*_SYSTEM, *_MERGED))
