# SPDX-License-Identifier: GPL-2.0-or-later
"""Work on many files by several processes, each result given out as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from vreview.errors import OurFailure

_T = TypeVar("_T")
_R = TypeVar("_R")
_BATCH = 60
"""Files that one process works on before it reports: half a second."""
_WAITING = 4  # batches a process: what it works on, and what it finds when that is done


def in_batches(files: Sequence[_T]) -> list[Sequence[_T]]:
    return [files[at : at + _BATCH] for at in range(0, len(files), _BATCH)]


def in_processes(
    work: Callable[[Sequence[_T]], _R],
    batches: Sequence[Sequence[_T]],
    *,
    jobs: int,
    start: Callable[..., None],
    given: tuple[object, ...],
) -> Iterator[_R]:
    """The results of ``work`` on each batch, in any order. A process begins with
    ``start(*given)``. Raises OurFailure when one dies; who stops to listen stops them all."""
    pool = ProcessPoolExecutor(
        max(1, min(jobs, len(batches))),
        mp_context=get_context("spawn"),
        initializer=start,
        initargs=given,
    )
    running: set[Future[_R]] = set()
    try:
        for batch in batches:
            running.add(pool.submit(work, batch))
            if len(running) >= jobs * _WAITING:
                ready, running = wait(running, return_when=FIRST_COMPLETED)
                yield from [one.result() for one in ready]
        while running:
            ready, running = wait(running, return_when=FIRST_COMPLETED)
            yield from [one.result() for one in ready]
    except BrokenProcessPool as err:
        raise OurFailure(
            "a process that read the tree was killed, perhaps for want of memory",
            hint="the same command with --jobs 1",
        ) from err
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
