# SPDX-License-Identifier: GPL-2.0-or-later
"""The real command, as a user runs it, with state of its own and the shared cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PLAIN = """\
debug = ["none"]
again = 0
kernel_tests = []
"""


@dataclass(frozen=True, slots=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.out)
        return value


@dataclass(frozen=True, slots=True)
class Vreview:
    """``state`` stands for the user's state folder.

    A review is the plain one, for time: no second kernel with checkers, nothing repeated, no tests
    of the tree's own, and no failing calls unless ``--inject`` is among the words. Each of these
    has tests of its own.
    """

    state: Path

    def environment(self) -> dict[str, str]:
        home = self.state / "config"
        (home / "vreview").mkdir(parents=True, exist_ok=True)
        (home / "vreview/config.toml").write_text(_PLAIN)
        return {
            **os.environ,
            "XDG_STATE_HOME": str(self.state),
            "XDG_CONFIG_HOME": str(home),
            "NO_COLOR": "1",
        }

    def argv(self, *words: object) -> list[str]:
        told = [str(word) for word in words]
        if told[:1] == ["review"] and not {"--inject", "--no-inject", "--resume"} & set(told):
            told.append("--no-inject")
        return [sys.executable, "-m", "vreview", *told]

    def __call__(self, *words: object, deadline_s: float = 1800) -> Ran:
        done = subprocess.run(
            self.argv(*words),
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=deadline_s,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def runs(self) -> list[Path]:
        """The run folders, oldest first."""
        return sorted((self.state / "vreview" / "runs").glob("*"))
