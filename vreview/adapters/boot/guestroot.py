# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's root file system: busybox, the job's script, and nothing of the host's.

Made for each boot, as a folder (virtme-ng shares it over 9p) or as an initramfs. A kernel under
review is a stranger's code: it never sees the host's files, only the job's folder.
"""

from __future__ import annotations

import re
import shlex
import shutil
import stat
import struct
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vreview.adapters.files import storage_failed
from vreview.errors import ToolMissing
from vreview.ports import GuestJob

OUTPUT_PORT = "vreview.out"
"""The virtio-serial port that carries the job's stdout."""
STATUS_PORT = "vreview.status"
"""The port that carries "started" and "exit N" with the boot's secret (see ``secret``)."""
FILES_PORT = "vreview.files"
"""The port on which the collected files come back (see ``collected``), when there are any."""
SCRIPT = "/vreview-job"
SECRET_FILE = "/vreview-secret"

_FOLDERS = ("bin", "dev", "etc", "proc", "root", "run", "sbin", "sys", "tmp", "usr", "var")
_APPLETS = ("sh", "mount", "cat", "mkdir", "ln", "poweroff", "sleep", "ifconfig", "ip", "base64")

# The runner. A port is open once at a time (drivers/char/virtio_console.c): while it holds them,
# nobody else writes there; the job gets the output port alone, as its stdout.
_JOB = f"""#!/bin/sh
export PATH=/bin:/sbin HOME=/root
for port in /sys/class/virtio-ports/*; do
	case "$(cat "$port/name")" in
	{OUTPUT_PORT}) out=/dev/${{port##*/}} ;;
	{STATUS_PORT}) status=/dev/${{port##*/}} ;;
	{FILES_PORT}) files=/dev/${{port##*/}} ;;
	esac
done
exec 3<>"$status" 4>"$out" 5>"${{files:-/dev/null}}"
@SECRET@
echo "started $secret" >&3
echo "$secret begin" >&4
cd @FOLDER@
@COMMAND@ </dev/null >&4 3>&- 4>&- 5>&-
code=$?
echo "$secret end" >&4
@COLLECT@
echo "exit $code $secret" >&3
"""

_COLLECT = """\
[ -d /sys/kernel/debug/gcov ] || mount -t debugfs debugfs /sys/kernel/debug
busybox find @PATHS@ -type f 2>/dev/null | busybox head -n 1000 | while read -r file; do
	echo "file $file"
	base64 "$file"
	echo end
done >&5
"""

_SECRET_FROM_FILE = f"read -r secret <{SECRET_FILE}; rm -f {SECRET_FILE}"
_SECRET_FROM_PORT = "read -r secret <&3"

_INIT = f"""#!/bin/sh
export PATH=/bin:/sbin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm
mount -t tmpfs shm /dev/shm
mount -t debugfs debugfs /sys/kernel/debug
/bin/sh {SCRIPT}
poweroff -f
"""


@dataclass(frozen=True, slots=True)
class GuestFile:
    """One entry: ``path`` without its leading slash; ``mode`` with the type bits of stat(2).

    ``data`` is the content, or a link's target.
    """

    path: str
    mode: int
    data: bytes = b""


def guest_files(job: GuestJob, *, with_folder: bool, secret: str = "") -> tuple[GuestFile, ...]:
    """The root of a guest that runs ``job``: parents before children.

    ``with_folder`` puts the content of the job's folder in, too; else only its mount point.
    ``secret`` is the boot's, put into a file that the runner deletes before the job starts; where
    the guest cannot delete (its root is the host's, read-only) leave it out: the runner then waits
    for it on the status port. Raises ToolMissing when there is no static busybox.
    """
    collect = _COLLECT.replace("@PATHS@", shlex.join(job.collect)) if job.collect else ""
    words = {
        "@SECRET@": _SECRET_FROM_FILE if secret else _SECRET_FROM_PORT,
        "@FOLDER@": shlex.quote(str(job.folder)),
        "@COMMAND@": shlex.join(job.command),
        "@COLLECT@\n": collect,
    }
    script = re.sub("|".join(words), lambda found: words[found[0]], _JOB)
    entries = [_folder(name) for name in _FOLDERS]
    entries.append(_program("bin/busybox", _static_busybox().read_bytes()))
    entries += [_link(f"bin/{name}", "busybox") for name in _applets()]
    entries.append(_program(SCRIPT[1:], script.encode()))
    entries.append(_program("init", _INIT.encode()))
    if secret:
        entries.append(_secret(secret))
    entries.append(
        GuestFile("etc/passwd", stat.S_IFREG | 0o644, b"root:x:0:0:root:/root:/bin/sh\n")
    )
    entries.append(GuestFile("etc/fstab", stat.S_IFREG | 0o644))
    target = PurePosixPath(*job.folder.parts[1:])
    known = {entry.path for entry in entries}
    for part in (*reversed(target.parents), target):
        if str(part) != "." and str(part) not in known:
            entries.append(_folder(str(part)))
    if with_folder:
        entries += _content(job.folder, target)
    return tuple(entries)


def write_root(entries: tuple[GuestFile, ...], root: Path) -> None:
    """Writes the entries under ``root``, a new folder. Raises StorageFailed."""
    try:
        root.mkdir()
        for entry in entries:
            path = root / entry.path
            if stat.S_ISDIR(entry.mode):
                path.mkdir(exist_ok=True)
            elif stat.S_ISLNK(entry.mode):
                path.symlink_to(entry.data.decode())
            else:
                path.write_bytes(entry.data)
                path.chmod(stat.S_IMODE(entry.mode))
    except OSError as err:
        raise storage_failed("write the guest's root", root, err) from err


def cpio(entries: tuple[GuestFile, ...]) -> bytes:
    """The entries as a "newc" archive, byte-identical for equal entries (no times, no owners).

    The format is that of Documentation/driver-api/early-userspace/buffer-format.rst.
    """
    parts: list[bytes] = []
    for inode, entry in enumerate((*entries, GuestFile("TRAILER!!!", 0)), start=1):
        name = entry.path.encode() + b"\0"
        links = 2 if stat.S_ISDIR(entry.mode) else 1
        numbers = (inode, entry.mode, 0, 0, links, 0, len(entry.data), 0, 0, 0, 0, len(name), 0)
        header = b"070701" + b"".join(b"%08x" % number for number in numbers)
        parts += [_padded(header + name), _padded(entry.data)]
    return b"".join(parts)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def _folder(path: str) -> GuestFile:
    return GuestFile(path, stat.S_IFDIR | 0o755)


def _link(path: str, target: str) -> GuestFile:
    return GuestFile(path, stat.S_IFLNK | 0o777, target.encode())


def _program(path: str, data: bytes) -> GuestFile:
    return GuestFile(path, stat.S_IFREG | 0o755, data)


def _secret(secret: str) -> GuestFile:
    return GuestFile(SECRET_FILE[1:], stat.S_IFREG | 0o400, f"{secret}\n".encode())


def _content(folder: Path, target: PurePosixPath) -> list[GuestFile]:
    """The folder's files, sorted: the order decides where the kernel puts their pages."""
    entries = []
    for path in sorted(folder.rglob("*")):
        name = str(target / path.relative_to(folder))
        if path.is_dir():
            entries.append(_folder(name))
        elif path.is_file():
            mode = stat.S_IFREG | (0o755 if path.stat().st_mode & 0o100 else 0o644)
            entries.append(GuestFile(name, mode, path.read_bytes()))
    return entries


def applets() -> frozenset[str]:
    """The commands that a guest has by name; the rest of busybox's is there as ``busybox NAME``."""
    return frozenset((*_applets(), "busybox"))


def _applets() -> tuple[str, ...]:
    """What the scripts need; the rest is there as ``busybox NAME``."""
    return (*_APPLETS, "chmod", "chown", "echo", "ls", "mknod", "rm", "sed", "setsid", "test")


def _static_busybox() -> Path:
    found = shutil.which("busybox")
    if found is None or not _is_static(Path(found)):
        raise ToolMissing("busybox-static", needed_for="make the guest's root file system")
    return Path(found)


def _is_static(path: Path) -> bool:
    """True for a 64-bit ELF file that asks for no interpreter (no PT_INTERP header)."""
    data = path.read_bytes()
    if data[:5] != b"\x7fELF\x02":
        return False
    offset, size, count = (
        struct.unpack_from("<Q", data, 0x20)[0],
        *struct.unpack_from("<HH", data, 0x36),
    )
    return all(struct.unpack_from("<I", data, offset + i * size)[0] != 3 for i in range(count))
