# SPDX-License-Identifier: GPL-2.0-or-later
"""The knowledge that is shipped, and a way to ask what the checks say of a few lines of C."""

from __future__ import annotations

import tomllib
from collections.abc import Callable

import pytest

from vreview.analysis import Knowledge, analyse, knowledge_from
from vreview.resources import data_folder


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    folder = data_folder("rules") / "knowledge"
    return knowledge_from({f.stem: tomllib.loads(f.read_text()) for f in folder.glob("*.toml")})


@pytest.fixture
def found(knowledge: Knowledge) -> Callable[[str], list[tuple[str, int]]]:
    """``found(c_text)``: the rule and the line of every hit."""

    def ask(text: str) -> list[tuple[str, int]]:
        result = analyse(text.encode(), "drivers/demo/demo.c", knowledge=knowledge)
        assert result.not_understood == ()
        return [(hit.rule, hit.line) for hit in result.hits]

    return ask
