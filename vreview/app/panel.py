# SPDX-License-Identifier: GPL-2.0-or-later
"""Other people's tools, asked many at a time, each within its own time.

What a tool's failure means is decided here: it is told once, and the others go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import TYPE_CHECKING

from vreview.errors import HostileInput, OurFailure, ToolMissing
from vreview.model.look import Look, Seen

if TYPE_CHECKING:
    from vreview.ports import SecondEye


@dataclass(frozen=True, slots=True)
class Panel:
    """The tools, and how many of them may run at once. ``clock`` gives seconds."""

    eyes: tuple[SecondEye, ...]
    jobs: int = 1
    clock: Callable[[], float] = time.monotonic


@dataclass(slots=True)
class _Account:
    """The seconds that one tool has left, and what went wrong with it."""

    eye: SecondEye
    left_s: float
    missing: bool = False
    left_out: int = 0
    troubles: dict[str, int] = field(default_factory=dict)

    def told(self) -> Iterator[str]:
        name = self.eye.name
        if self.missing:
            yield f"{name} is not installed, so it was not asked: {self.eye.install}"
        for trouble, times in self.troubles.items():
            yield f"{name}: {trouble}" + (f" ({times} times)" if times > 1 else "")
        if self.left_out:
            yield (
                f"{name} had used up its {self.eye.deadline_s:.0f} s: it was not asked about"
                f" {self.left_out} more"
            )


@dataclass(slots=True)
class Session:
    """One round with a panel."""

    panel: Panel
    accounts: dict[str, _Account] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def ask(self, asked: Sequence[tuple[SecondEye, Look]]) -> list[Seen | None]:
        """The answers in the order of ``asked``; None where a tool could not give any.

        The threads do not outlive the program: on Ctrl-C no look that has many commands to run
        is waited for. Raises the first thing that a look raised and that is no failure of a tool.
        """
        answers: list[Seen | None] = [None] * len(asked)
        left, raised = iter(range(len(asked))), list[BaseException]()

        def work() -> None:
            try:
                while not raised:
                    with self.lock:
                        at = next(left, None)
                    if at is None:
                        return
                    answers[at] = self._ask_one(*asked[at])
            except BaseException as err:  # handed on to the caller's thread
                raised.append(err)

        many = max(1, min(self.panel.jobs, len(asked)))
        threads = [Thread(target=work, daemon=True) for _ in range(many)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if raised:
            raise raised[0]
        return answers

    def remarks(self) -> tuple[str, ...]:
        """What a reader must know of those that did not answer, a tool after the other."""
        return tuple(line for _, one in sorted(self.accounts.items()) for line in one.told())

    def note(self, name: str, trouble: str) -> None:
        """Remembers something that went wrong with the tool of this name."""
        with self.lock:
            troubles = self.accounts[name].troubles
            troubles[trouble] = troubles.get(trouble, 0) + 1

    def _ask_one(self, eye: SecondEye, at: Look) -> Seen | None:
        with self.lock:
            account = self.accounts.setdefault(eye.name, _Account(eye, eye.deadline_s))
            left_s = account.left_s
            if account.missing:
                return None
            if left_s <= 0:
                account.left_out += 1
                return None
        begun = self.panel.clock()
        seen: Seen | None = None
        missing, troubles = False, []
        try:
            seen = eye.look(at, deadline_s=left_s)
            troubles = list(seen.troubles)
        except ToolMissing:
            missing = True
        except (OurFailure, HostileInput) as err:
            troubles = [str(err).splitlines()[0]]
        with self.lock:
            account.left_s -= self.panel.clock() - begun
            account.missing |= missing
        for trouble in troubles:
            self.note(eye.name, trouble)
        return seen
