# SPDX-License-Identifier: GPL-2.0-or-later
"""ast-grep's YAML: what is taken, and what is refused with its reason."""

from __future__ import annotations

import pytest

from vreview.errors import ConfigError
from vreview.model.observation import Severity
from vreview.parse.astgrep import read_pattern


def test_a_rule_is_read() -> None:
    pattern = read_pattern(
        "id: x\nlanguage: C\nseverity: hint\nmessage: |\n  $P is\n  wrong\nnote: Is it?\n"
        "metadata: {category: leak, confidence: high}\nrule: {pattern: free($P)}\n"
        "constraints: {P: {regex: ^p}}\nfix: ''\n",
        where="rule.yml",
    )
    assert (pattern.message, pattern.note, pattern.severity) == (
        "$P is wrong",
        "Is it?",
        Severity.NOTE,
    )
    assert pattern.matcher == {
        "rule": {"pattern": "free($P)"},
        "constraints": {"P": {"regex": "^p"}},
    }
    assert pattern.metadata == {"category": "leak", "confidence": "high"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("rule: [", "is no YAML"),
        ("", "must hold one ast-grep rule"),
        ("- rule\n", "must hold one ast-grep rule"),
        ("rule: {pattern: a}\n---\nrule: {pattern: b}\n", "must hold one ast-grep rule"),
        ("language: rust\nrule: {pattern: a}\n", "language must be c"),
        ("rule: free($P)\n", "rule must be a mapping"),
        ("rule: {pattern: a}\nseverity: loud\n", "no severity 'loud'"),
        ("rule: {pattern: a}\nfiles: ['*.c']\n", "'files' is not understood"),
        ("rule: !!python/object/apply:os.system [id]\n", "is no YAML"),
        ("[" * 5000, "is no YAML"),
    ],
)
def test_what_cannot_be_used_says_why(text: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as refused:
        read_pattern(text, where="own/rule.yml")
    assert "own/rule.yml" in str(refused.value)
