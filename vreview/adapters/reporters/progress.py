# SPDX-License-Identifier: GPL-2.0-or-later
"""How long work goes on, told on stderr: live lines on a terminal, plain ones elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from vreview.adapters.reporters.safe import safe_line

_PLAIN_EVERY_S = 15.0
"""How often a long task speaks up where there is no live line."""


class QuietObserver:
    """Says nothing; implements ports.Observer."""

    def begin(self, what: str) -> None: ...

    def advance(self, done: int, total: int | None, detail: str = "") -> None: ...

    def end(self, what: str, result: str) -> None: ...


class ProgressObserver:
    """Implements ports.Observer for any number of tasks, from any thread; a context manager."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._console = Console(file=out or sys.stderr, highlight=False, markup=False, emoji=False)
        self._live = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[detail]}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._lock = threading.Lock()
        self._tasks: dict[str, tuple[TaskID | None, float]] = {}
        self._current = threading.local()
        self._spoke = 0.0
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def begin(self, what: str) -> None:
        with self._lock:
            self._current.what = what
            task = None
            if self._console.is_terminal:
                task = self._live.add_task(safe_line(what), total=None, detail="")
            self._tasks[what] = (task, time.monotonic())

    def advance(self, done: int, total: int | None, detail: str = "") -> None:
        with self._lock:
            # Output is often read by a thread of its own: then it is the newest task's.
            what = getattr(self._current, "what", "") or next(reversed(self._tasks), "")
            task, began = self._tasks.get(what, (None, self._began))
            if task is not None:
                self._live.update(task, completed=done, total=total, detail=safe_line(detail))
                return
            now = time.monotonic()
            if self._console.is_terminal or now - max(self._spoke, began) < _PLAIN_EVERY_S:
                return
            self._spoke = now
            far = f"{done}/{total}" if total else str(done)
            self._line(f"{safe_line(what)}: {far} {safe_line(detail)}".rstrip())

    def end(self, what: str, result: str) -> None:
        with self._lock:
            task, began = self._tasks.pop(what, (None, self._began))
            self._current.what = ""
            if task is not None:
                self._live.remove_task(task)
            self._line(f"{safe_line(what)}: {safe_line(result)} ({time.monotonic() - began:.1f} s)")

    def _line(self, text: str) -> None:
        self._console.print(f"[{time.monotonic() - self._began:6.1f} s] {text}", soft_wrap=True)
