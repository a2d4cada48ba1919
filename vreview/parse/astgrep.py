# SPDX-License-Identifier: GPL-2.0-or-later
"""A rule of ast-grep, as its YAML says it. Does not run it.

Taken: ``language`` (c), ``message``, ``note``, ``severity``, ``rule``, ``constraints`` and
``utils``, and of ``metadata`` the ``category`` and the ``confidence``. ``id``, ``fix`` and ``url``
are allowed and mean nothing here; any other key is refused: it might change what is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from vreview.errors import ConfigError
from vreview.model.observation import Severity

_MATCHING = ("rule", "constraints", "utils")
_TAKEN = frozenset({*_MATCHING, "language", "message", "note", "severity", "metadata"})
_IDLE = frozenset({"id", "fix", "url"})
_SEVERITIES = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "info": Severity.NOTE,
    "hint": Severity.NOTE,
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """``matcher`` is what ast-grep wants; ``metadata`` holds texts alone."""

    message: str
    note: str
    severity: Severity
    matcher: Mapping[str, object]
    metadata: Mapping[str, str]


def read_pattern(text: str, *, where: str) -> Pattern:
    """The one rule in the text of a rule.yml. Raises ConfigError that names ``where``."""
    try:
        documents = [found for found in yaml.safe_load_all(text) if found is not None]
    except (yaml.YAMLError, RecursionError) as err:
        raise ConfigError(f"{where} is no YAML: {' '.join(str(err).split())}") from err
    if len(documents) != 1 or not isinstance(documents[0], dict):
        raise ConfigError(f"{where} must hold one ast-grep rule, a mapping")
    table = {str(key): value for key, value in documents[0].items()}
    unknown = sorted(set(table) - _TAKEN - _IDLE)
    if unknown:
        raise ConfigError(
            f"{where}: {unknown[0]!r} is not understood here",
            hint=f"understood: {', '.join(sorted(_TAKEN))}",
        )
    if str(table.get("language", "c")).lower() != "c":
        raise ConfigError(f"{where}: language must be c, not {table['language']!r}")
    if not isinstance(table.get("rule"), dict):
        raise ConfigError(f"{where}: rule must be a mapping such as {{pattern: free($P)}}")
    word = str(table.get("severity", "warning")).lower()
    if word not in _SEVERITIES:
        raise ConfigError(
            f"{where}: there is no severity {word!r}", hint=f"known: {', '.join(_SEVERITIES)}"
        )
    metadata = table.get("metadata")
    return Pattern(
        message=_line(table.get("message")),
        note=_line(table.get("note")),
        severity=_SEVERITIES[word],
        matcher={key: table[key] for key in _MATCHING if key in table},
        metadata={
            str(key): str(value)
            for key, value in (metadata if isinstance(metadata, dict) else {}).items()
        },
    )


def _line(value: object) -> str:
    return " ".join(str(value).split()) if value is not None else ""
