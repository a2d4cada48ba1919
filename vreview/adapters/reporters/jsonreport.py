# SPDX-License-Identifier: GPL-2.0-or-later
"""The report for programs: schema 1, described by docs/schema/review-1.schema.json.

Fields are only ever added under the same number; a change of meaning gets a new one.
"""

from __future__ import annotations

import json

from vreview.adapters.reporters.coverage import coverage_sentence
from vreview.adapters.reporters.safe import safe
from vreview.logic.walk import told
from vreview.model.bench import Comparison
from vreview.model.coverage import PatchCoverage
from vreview.model.observation import Observation, Step
from vreview.model.review import (
    Applied,
    AppliedPatch,
    Dismissed,
    Finding,
    HunkConflict,
    Review,
)
from vreview.model.series import Series
from vreview.model.trial import Booted, Built, Run, Splat, Trial
from vreview.model.walk import Span, Walk

SCHEMA = 1


class JsonReporter:
    """Renders one JSON object; implements ports.Reporter."""

    def __init__(self, *, version: str) -> None:
        self._version = version

    def render(self, review: Review) -> str:
        value = review_value(review, version=self._version)
        return json.dumps(value, indent=2, ensure_ascii=True) + "\n"


def review_value(review: Review, *, version: str) -> dict[str, object]:
    """The whole report as plain values."""
    applied = review.applied
    return {
        "schema": SCHEMA,
        "tool": f"vreview {version}",
        "verdict": review.verdict.value,
        "series": _series(review.series),
        "applied": _applied(applied) if applied else None,
        "findings": [finding_value(f) for f in review.findings],
        "dismissed": [dismissed_value(one) for one in review.dismissed],
        "addressed": [finding_value(f) for f in review.addressed],
        "observed": {
            name: [o.fingerprint for o in getattr(review.delta, name)]
            for name in ("new", "fixed", "persisting", "unknown")
        },
        "trials": {
            "base": [_trial(t) for t in review.base_trials],
            "tip": [_trial(t) for t in review.tip_trials],
        },
        "walk": _walk(review.walk) if review.walk else None,
        "coverage": [_coverage(one) for one in review.coverage],
        "comparisons": [_comparison(c) for c in review.comparisons],
        "stages": [
            {
                "stage": s.stage.value,
                "state": s.state.value,
                "seconds": round(s.seconds, 3),
                "why": safe(s.why),
            }
            for s in review.stages
        ],
        "remarks": [safe(r) for r in review.remarks],
    }


def finding_value(finding: Finding) -> dict[str, object]:
    """One finding; also a line of ``vreview lint --format jsonl``."""
    return {
        **_observation(finding.observation),
        "patch": finding.patch,
        "hunk": finding.hunk,
        "repaired_by": finding.repaired_by,
        "standing": finding.standing.value,
        "notes": [safe(note) for note in finding.notes],
        **({"shown": [_observation(one) for one in finding.shown]} if finding.shown else {}),
    }


def dismissed_value(one: Dismissed) -> dict[str, object]:
    """A finding that somebody dismissed, with the reason."""
    until = one.dismissal.until
    return {
        **finding_value(one.finding),
        "reason": safe(one.dismissal.reason),
        "until": until.isoformat() if until else None,
    }


def _observation(seen: Observation) -> dict[str, object]:
    return {
        "id": seen.fingerprint,
        "short_id": seen.short_id,
        "origin": seen.origin.value,
        "tool": seen.tool,
        "rule": seen.rule,
        "category": seen.category.value,
        "severity": seen.severity.value,
        "confidence": seen.confidence.value,
        "file": safe(seen.place.file),
        "line": seen.place.line,
        "function": safe(seen.place.function),
        "subject": safe(seen.subject),
        "message": safe(seen.message),
        "question": safe(seen.question),
        "evidence": [_step(step) for step in seen.evidence],
    }


def _step(step: Step) -> dict[str, object]:
    return {
        "file": safe(step.place.file) if step.place else None,
        "line": step.place.line if step.place else None,
        "text": safe(step.text),
        "source": safe(step.source),
    }


def _series(series: Series) -> dict[str, object]:
    return {
        "title": safe(series.title),
        "version": series.version,
        "total": series.total,
        "missing": list(series.missing),
        "patches": [
            {
                "n": p.n,
                "message_id": safe(p.mail.message_id),
                "title": safe(p.title),
                "author": safe(str(p.author)),
            }
            for p in series.patches
        ],
    }


def _applied(applied: Applied) -> dict[str, object]:
    return {
        "base": {
            "commit": applied.base.commit,
            "subject": safe(applied.base.subject),
            "why": applied.base.reason.value,
            "detail": safe(applied.base.detail),
        },
        "tried": [
            {"commit": base.commit, "why": base.reason.value, "against": safe(against)}
            for base, against in applied.tried
        ],
        "complete": applied.complete,
        "patches": [_applied_patch(p) for p in applied.patches],
    }


def _applied_patch(patch: AppliedPatch) -> dict[str, object]:
    return {
        "n": patch.n,
        "message_id": safe(patch.message_id),
        "subject": safe(patch.subject),
        "commit": patch.commit,
        "tree": patch.tree,
        "how": patch.how.value if patch.how else None,
        "refusal": patch.refusal.value if patch.refusal else None,
        "why": safe(patch.why),
        "conflicts": [_conflict(c) for c in patch.conflicts],
    }


def _conflict(conflict: HunkConflict) -> dict[str, object]:
    return {
        "file": safe(conflict.path),
        "hunk": conflict.hunk,
        "header": safe(conflict.header),
        "expected": [safe(line) for line in conflict.expected],
        "found": [safe(line) for line in conflict.found],
        "near_line": conflict.near_line,
    }


def _trial(trial: Trial) -> dict[str, object]:
    return {
        "tree": trial.tree,
        "profile": trial.profile,
        "build": _built(trial.built) if trial.built else None,
        "runs": [_run(run) for run in trial.runs],
    }


def _coverage(one: PatchCoverage) -> dict[str, object]:
    return {
        "patch": one.patch,
        "compiled_lines": one.compiled,
        "ran_lines": one.ran,
        "suites": [{"suite": safe(name), "lines": count} for name, count in one.suites],
        "gaps": [
            {
                "file": safe(gap.path),
                "first_line": gap.first,
                "last_line": gap.last,
                "lines": gap.lines,
                "function": safe(gap.function),
                "error_path": gap.error_path,
                "reached_with": safe(gap.reached),
            }
            for gap in one.gaps
        ],
        "files": [
            {"file": safe(f.path), "ran": list(f.ran), "idle": list(f.idle)} for f in one.files
        ],
        "lost": [safe(name) for name in one.lost],
        "told": safe(coverage_sentence(one)),
    }


def _walk(walk: Walk) -> dict[str, object]:
    return {
        "depth": walk.depth.value,
        "states": [
            {
                "n": state.n,
                "commit": state.commit,
                "build": _built(state.built),
                "runs": [_run(run) for run in state.runs],
            }
            for state in walk.states
        ],
        "facts": [_span(span, walk) for span in walk.spans],
    }


def _span(span: Span, walk: Walk) -> dict[str, object]:
    return {
        **_observation(span.observation),
        "absent_at": span.after,
        "first_seen_at": span.seen,
        "last_seen_at": span.last,
        "gone_at": span.gone,
        "introduced_by": list(span.suspects),
        "told": safe(told(span, tip=walk.tip)),
    }


def _built(built: Built) -> dict[str, object]:
    kernel = built.kernel
    return {
        "state": built.state.value,
        "seconds": round(built.seconds, 3),
        "from_store": built.from_store,
        "log": str(built.log),
        "kernel": str(kernel.image) if kernel else None,
        "key": kernel.key.digest if kernel else None,
        "compiler": kernel.toolchain.version if kernel else None,
        "fragments": list(kernel.config.fragments) if kernel else [],
        "dropped": [
            {"option": d.symbol, "asked": d.asked, "got": d.got, "fragment": d.fragment}
            for d in (kernel.config.dropped if kernel else ())
        ],
        "compiled": list(built.compiled),
        "not_compiled": [{"file": safe(f), "why": safe(why)} for f, why in built.not_compiled],
        "observations": [_observation(o) for o in built.observations],
    }


def _run(run: Run) -> dict[str, object]:
    return {
        "name": run.name,
        "boot": _booted(run.booted),
        "cases": [
            {"name": safe(c.name), "state": c.state.value, "detail": safe(c.detail)}
            for c in run.cases
        ],
        "samples": [
            {"metric": s.metric.name, "unit": s.metric.unit, "boots": [list(b) for b in s.boots]}
            for s in run.samples
        ],
    }


def _booted(booted: Booted) -> dict[str, object]:
    return {
        "state": booted.state.value,
        "why": safe(booted.why),
        "accelerator": booted.accelerator,
        "console": str(booted.console),
        "exit_status": booted.exit_status,
        "phases": [{"phase": name, "seconds": round(s, 3)} for name, s in booted.phase_s],
        "splats": [_splat(s) for s in booted.splats],
    }


def _splat(splat: Splat) -> dict[str, object]:
    return {
        "kind": splat.kind,
        "title": safe(splat.title),
        "functions": [safe(f) for f in splat.functions],
        "line": splat.line,
    }


def _comparison(c: Comparison) -> dict[str, object]:
    return {
        "metric": c.metric.name,
        "unit": c.metric.unit,
        "mode": c.metric.mode.value,
        "better": c.metric.better.value,
        "base": c.base_value,
        "tip": c.tip_value,
        "shift": c.shift,
        "low": c.low,
        "high": c.high,
        "confidence": c.confidence,
        "threshold": c.threshold,
        "verdict": c.verdict.value,
        "why": safe(c.why),
    }
