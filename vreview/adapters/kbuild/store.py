# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels and configurations that were made before, by content; an entry without its stamp, or
of another size than stamped, does not count. A kernel that was asked for is held: nothing prunes
it while this process lives.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType

from vreview.adapters.files import storage_failed, write_whole
from vreview.adapters.leftovers import hold
from vreview.model.kernel import Dropped, Kernel, KernelConfig, KernelKey, Toolchain

_SCHEMA = 2
_STAMP = "meta.json"
NOTES = "gcno"
"""The folder beside a kernel with what gcov must know of it: NOTES/drivers/x/y.gcno."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A kernel with what its build said: ``warnings`` are the log's own lines."""

    kernel: Kernel
    compiled: tuple[str, ...]
    warnings: str
    seconds: float
    objects: Mapping[str, str] = field(default_factory=dict)
    """Object → digest of its code; empty for a kernel of an older vreview."""

    @property
    def log(self) -> Path:
        return self.kernel.folder / "build.log"


@dataclass(frozen=True, slots=True)
class ConfigMemo:
    """A configuration and what Kconfig said while making it."""

    config: KernelConfig
    log: str


@dataclass(frozen=True, slots=True)
class KernelStore:
    """``folder`` holds kernels/<digest>/, configs/<digest>.json and failed/<digest>.log."""

    folder: Path

    def find(self, key: KernelKey, config: KernelConfig, toolchain: Toolchain) -> Stored | None:
        """The kernel of this key, None when it is not here whole."""
        home = self.folder / "kernels" / key.digest
        image = home / "bzImage"
        try:
            meta = json.loads((home / _STAMP).read_bytes())
            if meta["schema"] != _SCHEMA or image.stat().st_size != meta["image_bytes"]:
                return None
            if not hold(home):
                return None
            os.utime(home / _STAMP)  # its last use
            return Stored(
                kernel=Kernel(key, image, config, toolchain, str(meta["release"])),
                compiled=tuple((home / "compiled.txt").read_text().splitlines()),
                warnings=(home / "warnings.txt").read_text(),
                seconds=float(meta["seconds"]),
                objects=_objects(home / "objects.json"),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(
        self,
        kernel: Kernel,
        *,
        image: Path,
        symbols: Path,
        log: str,
        compiled: Sequence[str],
        warnings: str,
        seconds: float,
        objects: Mapping[str, str],
        notes: Mapping[str, Path] = MappingProxyType({}),
    ) -> Stored:
        """Copies a built kernel in: all files, then the stamp, then one rename.

        ``notes`` are gcov's, by their paths in the build; they go into a folder of their own.
        """
        home = kernel.folder
        scratch: Path | None = None
        try:
            home.parent.mkdir(parents=True, exist_ok=True)
            scratch = Path(tempfile.mkdtemp(prefix=f".{home.name}.", dir=home.parent))
            shutil.copyfile(image, scratch / "bzImage")
            shutil.copyfile(symbols, scratch / "System.map")
            (scratch / "config").write_text(kernel.config.text)
            (scratch / "build.log").write_text(log)
            (scratch / "compiled.txt").write_text("".join(f"{path}\n" for path in compiled))
            (scratch / "warnings.txt").write_text(warnings)
            (scratch / "objects.json").write_text(json.dumps(dict(objects)))
            for path, source in notes.items():
                kept = scratch / NOTES / path
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, kept)
            meta = {
                "schema": _SCHEMA,
                "release": kernel.release,
                "seconds": seconds,
                "image_bytes": (scratch / "bzImage").stat().st_size,
                "profile": kernel.config.profile,
                "fragments": kernel.config.fragments,
                "key": asdict(kernel.key),
            }
            write_whole(scratch / _STAMP, json.dumps(meta, indent=1).encode())
            scratch.chmod(0o755)
            shutil.rmtree(home, ignore_errors=True)  # what find() did not accept
            scratch.rename(home)
            hold(home)
        except OSError as err:
            if scratch is not None:
                shutil.rmtree(scratch, ignore_errors=True)
            raise storage_failed("store a kernel in", home, err) from err
        return Stored(kernel, tuple(compiled), warnings, seconds, objects)

    def image_path(self, key: KernelKey) -> Path:
        return self.folder / "kernels" / key.digest / "bzImage"

    def keep_failed(self, name: str, log: str) -> Path:
        """Keeps the log of a build that gave no kernel, until the next such build."""
        path = self.folder / "failed" / f"{name}.log"
        write_whole(path, log.encode())
        return path

    def find_config(self, name: str) -> ConfigMemo | None:
        try:
            value = json.loads(self._config_path(name).read_bytes())
            if value["schema"] != _SCHEMA:
                return None
            config = KernelConfig(
                profile=value["profile"],
                fragments=tuple(value["fragments"]),
                text=value["text"],
                dropped=tuple(Dropped(**each) for each in value["dropped"]),
            )
            return ConfigMemo(config, value["log"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep_config(self, name: str, memo: ConfigMemo) -> None:
        value = {"schema": _SCHEMA, **asdict(memo.config), "log": memo.log}
        write_whole(self._config_path(name), json.dumps(value).encode())

    def _config_path(self, name: str) -> Path:
        return self.folder / "configs" / f"{name}.json"


def _objects(path: Path) -> Mapping[str, str]:
    try:
        value = json.loads(path.read_bytes())
        return {str(name): str(code) for name, code in value.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def digest(*parts: str) -> str:
    """24 hex digits of the parts together."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]
