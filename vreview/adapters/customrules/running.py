# SPDX-License-Identifier: GPL-2.0-or-later
"""One rule without Python over the text of one file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from vreview.adapters.confine import UNCONFINED, Confinement
from vreview.adapters.customrules.folder import CustomRule
from vreview.adapters.customrules.matching import matches
from vreview.adapters.tools.calling import alone
from vreview.adapters.tools.spatch import can_run, output_of
from vreview.analysis.spans import function_at, spans_of
from vreview.model.look import Look
from vreview.model.observation import Observation, Origin, Place
from vreview.parse.cocci import matched_lines
from vreview.parse.toolwords import coccinelle_said

TOOL = "custom"
"""The name under which these rules' observations stand."""

_PLACE = re.compile(r"\{(\w+)\}|\$+([A-Z][A-Z0-9_]*)")


def run_custom(
    rule: CustomRule,
    text: bytes,
    *,
    path: str,
    headers: tuple[tuple[str, bytes], ...] = (),
    deadline_s: float = 30.0,
    confinement: Confinement = UNCONFINED,
) -> tuple[Observation, ...]:
    """What the rule says of ``text``, sorted by line. ``path`` is the file's in the tree.

    Raises ToolMissing, CommandFailed, CommandTimeout for a semantic patch; ConfigError for a
    pattern that ast-grep refuses; HostileInput for a path that leaves the tree.
    """
    at = Look(path, text, headers=headers)
    hits = list(
        _of_script(rule, at, deadline_s, confinement) if rule.semantic else _of_pattern(rule, text)
    )
    spans = spans_of(text) if hits else ()
    found = []
    for line, words in hits:
        function = function_at(spans, line)
        every = {"function": function, **words}
        found.append(
            Observation(
                origin=Origin.RULE,
                tool=TOOL,
                rule=rule.id,
                severity=rule.severity,
                confidence=rule.confidence,
                category=rule.category,
                place=Place(path, line, function),
                message=_filled(rule.message, every) or words["text"] or rule.title,
                question=_filled(rule.question, every),
            )
        )
    return tuple(sorted(found, key=lambda one: one.place.line))


def _of_script(
    rule: CustomRule, at: Look, deadline_s: float, confinement: Confinement
) -> Iterator[tuple[int, Mapping[str, str]]]:
    header = rule.semantic
    assert header is not None
    if not can_run(header):
        return
    with alone(at) as folder:
        output = output_of(
            rule.file,
            header,
            at.file,
            folder=folder,
            deadline_s=deadline_s,
            confinement=confinement,
        )
    for seen in coccinelle_said(output, prefix=f"{folder}/", rule=rule.id):
        if seen.place.file == at.file:
            yield seen.place.line, {"text": seen.message}
    if "report" not in header.modes:
        for line in matched_lines(output):
            yield line, {"text": ""}


def _of_pattern(rule: CustomRule, text: bytes) -> Iterator[tuple[int, Mapping[str, str]]]:
    assert rule.pattern is not None
    for line, variables in matches(rule.pattern, text, where=str(rule.file)):
        yield line, {**variables, "text": _filled(rule.pattern.message, variables)}


def _filled(template: str, words: Mapping[str, str]) -> str:
    """The template with {places} and $VARIABLES filled; one without a word stays as it is."""
    return _PLACE.sub(lambda match: words.get(match[1] or match[2], match[0]), template)
