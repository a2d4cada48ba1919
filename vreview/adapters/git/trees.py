# SPDX-License-Identifier: GPL-2.0-or-later
"""Imports a source tree, a distribution's tarball or a folder, once into a bare git store.

One commit with a fixed identity and date: the same sources have the same commit id on every
machine. Ignores .gitignore: that of Debian's tarball ends in ``/*`` and would leave nothing.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import stat
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from vreview.adapters import proc
from vreview.adapters.files import locked, storage_failed, write_whole
from vreview.errors import StorageFailed, TreeError, VreviewError
from vreview.ports import Observer

BRANCH = "refs/heads/main"
_STAMP = "vreview-import.json"
_SCHEMA = 1
_DATE = "946684800 +0000"
_PEOPLE = "vreview <vreview@localhost>"


@dataclass(frozen=True, slots=True)
class _File:
    """A file or link to import. ``stream`` has ``size`` bytes."""

    path: str
    mode: str
    size: int
    stream: IO[bytes]


def import_tree(source: Path, store: Path, *, observer: Observer) -> Path:
    """``store`` as a bare repository with the files of ``source`` on its branch main.

    Done already when its stamp names this source (path, size, time of change). What a killed
    import has left is cleared first. Raises TreeError for what is no source tree, StorageFailed.
    """
    identity = _identity(source)
    with locked(store.parent / f".{store.name}.lock"):
        if _stamped(store) == identity:
            return store
        fresh = store.parent / f".{store.name}.new"
        target = store if (store / "HEAD").is_file() else fresh
        observer.begin(f"importing {source}")
        try:
            if target is fresh:
                shutil.rmtree(fresh, ignore_errors=True)
                _make_bare(fresh)
            count = _fast_import(source, target, observer=observer)
        except VreviewError:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        stamp = json.dumps({"schema": _SCHEMA, **identity}, indent=1) + "\n"
        write_whole(target / _STAMP, stamp.encode())
        if target is fresh:
            try:
                fresh.rename(store)
            except OSError as err:
                raise storage_failed("move into place", store, err) from err
        observer.end(f"importing {source}", f"{count} files in {store}")
    return store


def _identity(source: Path) -> dict[str, object]:
    try:
        known = source.stat()
    except OSError as err:
        raise TreeError(
            f"cannot read {source}: {err.strerror}", hint="apt-get install linux-source-6.1"
        ) from err
    return {
        "source": str(source.resolve()),
        "size": known.st_size if source.is_file() else 0,
        "mtime_ns": known.st_mtime_ns,
    }


def _stamped(store: Path) -> dict[str, object] | None:
    try:
        stamp = json.loads((store / _STAMP).read_text())
    except (OSError, ValueError):
        return None
    if not isinstance(stamp, dict) or stamp.pop("schema", None) != _SCHEMA:
        return None
    return stamp


def _make_bare(folder: Path) -> None:
    proc.run(
        ("git", "init", "-q", "--bare", "--template=", "-b", "main", str(folder)),
        env=_NO_CONFIG,
        needed_for="keep a kernel tree",
    )


_NO_CONFIG = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def _fast_import(source: Path, store: Path, *, observer: Observer) -> int:
    """Feeds `git fast-import`; the branch moves only when all of it is in the pack."""
    argv = (
        "git",
        "--git-dir",
        str(store),
        # Compressing harder takes a minute more and saves 80 MB; deltas find nothing here.
        *("-c", "core.compression=1", "-c", "pack.compression=1"),
        *("fast-import", "--quiet", "--force", "--depth=0", "--done"),
    )
    count = 0
    errors = store / "vreview-import.log"
    with (
        open(errors, "wb") as log,
        proc.started(
            argv,
            env=_NO_CONFIG,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            needed_for="import a kernel tree",
        ) as importer,
    ):
        assert importer.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            importer.stdin.write(_commit_header(source))
            for count, file in enumerate(_files(source), start=1):
                importer.stdin.write(f"M {file.mode} inline {_quoted(file.path)}\n".encode())
                importer.stdin.write(b"data %d\n" % file.size)
                shutil.copyfileobj(file.stream, importer.stdin, 1 << 20)
                importer.stdin.write(b"\n")
                if count % 1000 == 0:
                    observer.advance(count, None, file.path.partition("/")[0])
            if count:
                importer.stdin.write(b"done\n")
            importer.stdin.flush()
        with contextlib.suppress(BrokenPipeError):
            importer.stdin.close()
        status = importer.wait(timeout=600)
    if not count:
        raise TreeError(
            f"{source} has no files to import",
            hint="name an unpacked kernel, or its tarball: /usr/src/linux-source-6.1.tar.xz",
        )
    if status != 0:
        said = errors.read_text(errors="replace").strip()[-500:]
        raise StorageFailed(
            f"git fast-import of {source} ended with status {status}"
            + (f": {said}" if said else " and said nothing"),
            path=store,
            hint=f"free some space beside {store.parent}, then try again",
        )
    errors.unlink(missing_ok=True)
    return count


def _commit_header(source: Path) -> bytes:
    name = source.name.partition(".tar")[0]
    message = f"Import {name}\n".encode()
    who = f"{_PEOPLE} {_DATE}"
    return (
        f"commit {BRANCH}\nauthor {who}\ncommitter {who}\ndata {len(message)}\n".encode()
        + message
        + b"deleteall\n"
    )


def _quoted(path: str) -> str:
    """A path for fast-import, which takes a C-quoted one for awkward names."""
    if not any(c in path for c in '"\\\n') and not path.startswith('"'):
        return path
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _files(source: Path) -> Iterator[_File]:
    return _folder_files(source) if source.is_dir() else _tar_files(source)


def _folder_files(folder: Path) -> Iterator[_File]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".git")
        links = [name for name in folders if (Path(where) / name).is_symlink()]
        for name in sorted([*names, *links]):
            full = Path(where) / name
            path = full.relative_to(folder).as_posix()
            info = full.lstat()
            if stat.S_ISLNK(info.st_mode):
                target = os.fsencode(full.readlink())
                yield _File(path, "120000", len(target), io.BytesIO(target))
            elif stat.S_ISREG(info.st_mode) and name != ".git":
                with open(full, "rb") as stream:
                    yield _File(path, _mode(info.st_mode), info.st_size, stream)


def _tar_files(archive: Path) -> Iterator[_File]:
    """The files of a tarball, without the folder in which all of them lie."""
    try:
        with _unpacked(archive) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            for member in tar:
                path = member.name.removeprefix("./").partition("/")[2]
                if not path or ".git" in path.split("/") or ".." in path.split("/"):
                    continue
                if member.issym():
                    target = member.linkname.encode()
                    yield _File(path, "120000", len(target), io.BytesIO(target))
                elif member.isreg():
                    data = tar.extractfile(member)
                    assert data is not None
                    yield _File(path, _mode(member.mode), member.size, data)
                elif member.islnk():
                    raise TreeError(f"{archive}: {path} is a hard link, which is not read here")
    except (tarfile.TarError, EOFError) as err:
        raise TreeError(f"{archive} is not a tarball that can be read: {err}") from err


@contextlib.contextmanager
def _unpacked(archive: Path) -> Iterator[IO[bytes]]:
    argv = {
        ".xz": ("xz", "-dc", "-T0"),
        ".gz": ("gzip", "-dc"),
        ".bz2": ("bzip2", "-dc"),
        ".zst": ("zstd", "-dcq"),
        ".tar": ("cat",),
    }.get(archive.suffix)
    if argv is None:
        raise TreeError(f"{archive} is neither a folder nor a .tar, .tar.xz, .gz, .bz2 or .zst")
    with proc.started(
        (*argv, str(archive)), stderr=subprocess.DEVNULL, needed_for=f"unpack {archive}"
    ) as unpacker:
        assert unpacker.stdout is not None
        yield unpacker.stdout


def _mode(mode: int) -> str:
    return "100755" if mode & 0o100 else "100644"
