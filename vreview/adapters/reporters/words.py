# SPDX-License-Identifier: GPL-2.0-or-later
"""The sentences that all reporters share, so that a fact has one wording."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from vreview.adapters.reporters.safe import safe_line
from vreview.model.bench import Comparison, Mode
from vreview.model.observation import Observation, Severity, Step
from vreview.model.review import (
    Applied,
    Base,
    Finding,
    Review,
    StageState,
)
from vreview.model.series import Series
from vreview.model.trial import Case, CaseState, Run, Trial

MODE_MEANING = {
    Mode.DETERMINISTIC: "instructions that the guest executed, under QEMU's TCG with icount: path"
    " length; blind to caches, to contention and to the price of single instructions",
    Mode.WALL: "time by the clock, everything in it, the machine's noise too",
}


def plural(count: int, word: str) -> str:
    """``1 patch``, ``2 patches``."""
    if count == 1:
        return f"1 {word}"
    return f"{count} {word}{'es' if word.endswith(('ch', 's', 'x')) else 's'}"


def dismissed_sentence(count: int) -> str:
    return f"{plural(count, 'finding')} dismissed; --show-dismissed"


def short(oid: str | None) -> str:
    return oid[:12] if oid else "none"


def base_sentence(base: Base) -> str:
    """``abcdef123456 ("subject"): why it was chosen``."""
    if base.commit is None:
        return base.reason.value
    detail = f" ({base.detail})" if base.detail else ""
    return f'{short(base.commit)} ("{safe_line(base.subject)}"): {base.reason.value}{detail}'


def series_sentence(series: Series) -> str:
    version = f"v{series.version}, " if series.version > 1 else ""
    author = series.cover.mail.sender if series.cover else series.patches[0].author
    return f"{version}{plural(len(series.patches), 'patch')}, by {safe_line(str(author))}"


def applied_sentence(applied: Applied) -> str:
    done = [p for p in applied.patches if p.commit]
    how = Counter(p.how.value for p in done if p.how)
    ways = ", ".join(f"{n} {way}" for way, n in how.most_common())
    return f"{len(done)} of {plural(len(applied.patches), 'patch')}" + (
        f" ({ways})" if ways else ""
    )


def verdict_sentence(review: Review) -> str:
    """The verdict's word, then what is behind it."""
    loud = sum(f.observation.severity is not Severity.NOTE for f in review.findings)
    notes = len(review.findings) - loud
    parts = [plural(loud, "finding")] if loud else []
    parts += [plural(notes, "note")] if notes else []
    speeds = Counter(c.verdict.value for c in review.comparisons)
    parts += [f"{plural(n, 'metric')} {word}" for word, n in sorted(speeds.items())]
    failed = [f"{s.stage.value}: {s.why}" for s in review.stages if s.state is StageState.FAILED]
    text = ", ".join(parts) or "nothing found"
    return f"{review.verdict.value}: {text}" + (f"; {'; '.join(failed)}" if failed else "")


def finding_patch(finding: Finding, review: Review) -> str:
    """``2/4 title`` of the patch to blame, or the series."""
    for patch in review.series.patches:
        if patch.n == finding.patch:
            return f"{patch.n}/{review.series.total} {safe_line(patch.title)}"
    return "the series as a whole"


def finding_place(finding: Finding) -> str:
    """``file:line``; for what is in no file, the message that it is about."""
    place = finding.observation.place
    if place.file:
        return safe_line(str(place))
    if not place.line:
        return f"the message of patch {finding.patch}" if finding.patch else "the series"
    message = f"the message of patch {finding.patch}" if finding.patch else "the cover letter"
    return f"{message}, {safe_line(str(place))}"


def case_counts(cases: Iterable[Case]) -> str:
    """``12 passed, 1 failed``."""
    counts = Counter(case.state for case in cases)
    order = (CaseState.PASSED, CaseState.FAILED, CaseState.CRASHED, CaseState.SKIPPED)
    return ", ".join(f"{counts[s]} {s.value}" for s in order if counts[s])


def run_sentence(run: Run) -> str:
    """How a boot ended, its cases, its splats."""
    parts = [case_counts(run.cases)] if run.cases else []
    if run.booted.state.value != "done":
        parts.append(run.booted.state.value)
    if run.rest is not None:
        parts.append("the rest in another boot")
    if run.injected is not None:
        parts.append(f"{plural(len(run.injected.injections), 'call')} made to fail")
    if run.booted.splats:
        parts.append(plural(len(run.booted.splats), "splat"))
    return ", ".join(parts) or run.booted.state.value


def comparison_sentence(comparison: Comparison) -> str:
    """``vhost-tx:… 10046.4 → 9800.1 (-2.45 %): faster``, or why nothing can be said."""
    c = comparison
    if c.shift is None or c.base_value is None or c.tip_value is None:
        return f"{c.metric.name}: {c.verdict.value} ({c.why})"
    return (
        f"{c.metric.name}: {c.base_value:.1f} -> {c.tip_value:.1f} {c.metric.unit}"
        f" ({c.shift:+.2%}): {c.verdict.value}"
    )


def tested_sentence(review: Review) -> str:
    """What was run, on which base, with which configuration and compiler."""
    if review.applied is None:
        return "Only the patches' own text was read; nothing was built or run."
    parts = [f"On base {base_sentence(review.applied.base)}."]
    if not review.tip_trials:
        parts.append("Nothing was built or run.")
    for trial in review.tip_trials:
        parts.append(_trial_sentence(trial))
    return " ".join(parts)


def _trial_sentence(trial: Trial) -> str:
    built = trial.built
    if built is None or built.kernel is None:
        return f"The {trial.profile} kernel was not built."
    fragments = " + ".join(built.kernel.config.fragments)
    ran = ", ".join(f"{run.name} ({run_sentence(run)})" for run in trial.runs)
    return (
        f"Configuration {fragments}, {built.kernel.toolchain.version}"
        + (f"; ran {ran}" if ran else "; not booted")
        + "."
    )


def where(step: Step, seen: Observation) -> str:
    """Where a step of the evidence is, to stand before it: the line alone in the finding's own
    file, else the file as well; empty for a step without a place."""
    if step.place is None:
        return ""
    if step.place.file == seen.place.file:
        return f"{step.place.line}: " if step.place.line else ""
    return f"{safe_line(str(step.place))}: "
