# SPDX-License-Identifier: GPL-2.0-or-later
"""One thing that was observed in a tree, and what makes two of them the same.

An observation is a compiler warning, a static finding, a splat, a failed test. Its fingerprint
survives moved code: it never holds a line number or an address.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How loud to be. A note is never an accusation and never changes the exit code."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Confidence(Enum):
    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


class Category(Enum):
    """The families in which maintainers think of bugs."""

    ERRNO = "errno"
    LEAK = "leak"
    LOCK = "lock"
    ISERR = "iserr"
    UAF = "uaf"
    UNINIT = "uninit"
    NULL = "null"
    BUILD = "build"
    RUNTIME = "runtime"
    TEST = "test"
    OTHER = "other"


class Origin(Enum):
    """Who saw it."""

    RULE = "rule"
    TOOL = "tool"
    COMPILER = "compiler"
    CONSOLE = "console"
    TEST = "test"
    KCONFIG = "kconfig"


@dataclass(frozen=True, slots=True)
class Place:
    """Where. ``line`` counts from 1 in the file as it is in the observed tree; 0 is "the file".

    Without a file it is about a message: ``line`` counts in the body of the mail.
    """

    file: str
    line: int = 0
    function: str = ""

    def __str__(self) -> str:
        if not self.file:
            return f"line {self.line}" if self.line else ""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of evidence: a line on the path, a console line, a paired call."""

    text: str
    place: Place | None = None
    source: str = ""
    """The line itself, as it stands in the tree or on the console."""


_NUMBERS = re.compile(r"\b(?:0x)?[0-9a-f]*[0-9][0-9a-f]*\b", re.IGNORECASE)


def normalise(text: str) -> str:
    """Takes out what changes between two trees without the meaning changing: numbers, spaces."""
    return " ".join(_NUMBERS.sub("#", text).split())


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation.

    ``rule`` is the rule's, the warning flag's or the splat kind's name. ``message`` is one sentence
    that states the fact; ``question`` is how a reviewer would ask about it. ``subject`` is what the
    fact is about (a variable, a lock, a callee); together with tool, rule, file and function it is
    the identity, and ``message`` stands in where there is no subject.
    """

    origin: Origin
    tool: str
    rule: str
    severity: Severity
    confidence: Confidence
    category: Category
    place: Place
    message: str
    question: str = ""
    subject: str = ""
    evidence: tuple[Step, ...] = ()

    @property
    def fingerprint(self) -> str:
        """20 hex digits, equal for the same fact in moved code."""
        identity = (
            self.tool,
            self.rule,
            self.place.file,
            self.place.function,
            self.subject or normalise(self.message),
        )
        return hashlib.sha256("\0".join(identity).encode(errors="surrogateescape")).hexdigest()[:20]

    @property
    def short_id(self) -> str:
        """The fingerprint's first ten digits: what a person types to name it."""
        return self.fingerprint[:10]
