# SPDX-License-Identifier: GPL-2.0-or-later
"""One revision measured: what ``vreview perf`` does. Compares nothing: a review does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vreview.app.boot import StageTools
from vreview.model.bench import Mode, Samples
from vreview.model.trial import Booted, Built
from vreview.ports import Benchmark


@dataclass(frozen=True, slots=True)
class Measured:
    """``booted`` is None when the kernel was not built; no samples when the boot went wrong."""

    built: Built
    booted: Booted | None = None
    samples: tuple[Samples, ...] = ()


def measure_revision(
    revision: str, *, benchmark: Benchmark, mode: Mode, boots: int, tools: StageTools
) -> tuple[Measured, ...]:
    """Builds the perf kernel of ``revision`` and runs the benchmark ``boots`` times.

    Raises TreeError for an unknown revision, OurFailure.
    """
    commit = tools.repo.resolve(revision)
    recipe = tools.recipe("perf")
    built = tools.builder.build(commit, recipe=recipe, touched=(), observer=tools.observer)
    if built.kernel is None:
        return (Measured(built),)
    folder = (tools.folder / f"guest.{benchmark.name}").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    job = benchmark.prepare(folder, mode=mode)
    measured = []
    for number in range(1, boots + 1):
        what = f"{benchmark.name}, {mode.value}, boot {number} of {boots}"
        tools.observer.begin(what)
        console = tools.folder / f"console.{benchmark.name}.{number}.log"
        done = tools.backend.run(built.kernel, job, console=console, observer=tools.observer)
        tools.observer.end(what, done.booted.state.value)
        samples = benchmark.read(done.output, mode=mode)
        measured.append(Measured(built, done.booted, samples))
    return tuple(measured)


def pooled(parts: Sequence[Sequence[Samples]]) -> tuple[Samples, ...]:
    """The samples of several boots, joined by metric and sorted by its name, groups kept apart."""
    groups: dict[str, list[tuple[float, ...]]] = {}
    metrics = {}
    for part in parts:
        for samples in part:
            metrics[samples.metric.name] = samples.metric
            groups.setdefault(samples.metric.name, []).extend(samples.boots)
    return tuple(Samples(metrics[name], tuple(of)) for name, of in sorted(groups.items()))
