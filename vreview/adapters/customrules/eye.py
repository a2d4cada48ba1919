# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules without Python as one of the tools that a review asks: base and tip, the difference."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from vreview.adapters.confine import UNCONFINED, Confinement
from vreview.adapters.customrules.folder import CustomRule
from vreview.adapters.customrules.running import run_custom
from vreview.adapters.tools.calling import KILLED
from vreview.adapters.tools.spatch import INSTALL
from vreview.errors import CommandFailed, CommandTimeout, ToolMissing
from vreview.model.look import Look, Seen, Sight
from vreview.model.observation import Observation

_ONE_RULE_S = 30.0


@dataclass(frozen=True, slots=True)
class CustomRules:
    """Implements ``ports.SecondEye``. Semantic patches need spatch; the patterns need nothing."""

    rules: tuple[CustomRule, ...]
    name: str = "custom rules"
    sight: Sight = Sight.FILE
    deadline_s: float = 120.0
    install: str = INSTALL
    confinement: Confinement = UNCONFINED

    def version(self) -> str:
        return f"{len(self.rules)} rules"

    def look(self, at: Look, *, deadline_s: float) -> Seen:
        begun = monotonic()
        found: list[Observation] = []
        troubles: list[str] = []
        for rule in self.rules:
            if at.rules is not None and rule.id not in at.rules:
                continue
            left = deadline_s - (monotonic() - begun)
            if left <= 0:
                troubles.append(f"there was no time left for {rule.id} and those after it")
                break
            try:
                found += run_custom(
                    rule,
                    at.text,
                    path=at.file,
                    headers=at.headers,
                    deadline_s=min(left, _ONE_RULE_S),
                    confinement=self.confinement,
                )
            except ToolMissing as err:
                troubles.append(f"{rule.id} needs {err.tool}: {self.install}")
            except CommandTimeout as err:
                troubles.append(f"{rule.id} did not end within {err.deadline_s:.0f} s")
            except CommandFailed as err:
                if err.status == KILLED:
                    raise
                troubles.append(f"{rule.id} failed: {_last_line(err.output)}")
        return Seen(tuple(found), tuple(troubles))


def _last_line(output: str) -> str:
    return next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "?")
