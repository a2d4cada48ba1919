# SPDX-License-Identifier: GPL-2.0-or-later
"""Every rule's folder is complete, speaks the house's language, and keeps what it promises."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from vreview.analysis.analyse import analyse
from vreview.analysis.checks import NAMES
from vreview.analysis.hit import Hit
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.taught import knowledge_from
from vreview.app.rules_tested import (
    Miss,
    RuleTest,
    examples,
    eye_of,
    held_to_examples,
    reader_of,
)
from vreview.errors import ConfigError
from vreview.logic.claims import NAMES as CLAIMS
from vreview.model.observation import Severity
from vreview.resources import data_folder
from vreview.rulebook import Rule, RuleBook, load_rules, rule_folders, texts_of

ROOT = data_folder("rules")
FOLDERS = rule_folders(ROOT)
ACCUSING = re.compile(
    r"\b(you|your|wrong|bug|bad|must|forgot|forgotten|obviously|incorrect|fix)\b", re.I
)

each_rule_on_code = pytest.mark.parametrize(
    "folder",
    [folder for folder in FOLDERS if (folder / "bad.c").exists()],
    ids=lambda p: p.relative_to(ROOT).as_posix(),
)
each_rule = pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.relative_to(ROOT).as_posix())


@cache
def book() -> RuleBook:
    return load_rules()


@cache
def knowledge() -> Knowledge:
    return knowledge_from(book().knowledge)


def rule_of(folder: Path) -> Rule:
    return next(r for r in book().rules if r.id == folder.relative_to(ROOT).as_posix())


def hits(file: Path) -> list[Hit]:
    analysed = analyse(
        file.read_bytes(), "drivers/demo/demo.c", knowledge=knowledge(), rules=book().checks
    )
    return list(analysed.hits)


def held_against_its_examples(rule: Rule, rules: RuleBook) -> RuleTest:
    """What ``vreview rules test`` does."""
    return held_to_examples(rule, texts_of(rule), eye_of(rules), reader=reader_of(rules))


def test_every_check_has_a_rule_and_every_rule_a_check() -> None:
    assert {rule.check for rule in book().rules} == NAMES | CLAIMS


def test_no_two_folders_are_the_same_rule() -> None:
    assert len({rule.id for rule in book().rules}) == len(FOLDERS) >= 9


@each_rule
def test_a_rule_keeps_what_its_folder_promises(folder: Path) -> None:
    result = held_against_its_examples(rule_of(folder), book())
    assert result.misses == ()
    assert result.expected


@each_rule
def test_a_rule_that_is_off_fails_its_own_examples(folder: Path) -> None:
    """The mutation check: no rule's examples pass without it, and nothing but them fails."""
    rule = rule_of(folder)
    result = held_against_its_examples(rule, book().without([rule.id]))
    bad, _ = examples(texts_of(rule))
    assert set(result.misses) == {
        Miss(bad, miss.line, f"marked, and not flagged by {rule.id}") for miss in result.misses
    }
    assert len(result.misses) == result.expected


@each_rule_on_code
def test_a_hit_comes_with_words_and_a_path(folder: Path) -> None:
    for hit in hits(folder / "bad.c"):
        message, question = rule_of(folder).worded(
            {"function": hit.function, "subject": hit.subject, **dict(hit.words)}
        )
        assert "{" not in message + question
        assert hit.steps
        assert all(step.line >= 1 and step.text for step in hit.steps)
        assert hit.line in {step.line for step in hit.steps}


@each_rule_on_code
def test_bad_code_is_short(folder: Path) -> None:
    lines = (folder / "bad.c").read_text().splitlines()
    assert lines[0] == "// SPDX-License-Identifier: GPL-2.0-or-later"
    assert len(lines) <= 60


@each_rule
def test_the_message_states_a_fact(folder: Path) -> None:
    message = rule_of(folder).message
    assert message[0].islower() or message[0] == "{"
    assert not message.endswith((".", "!", "?"))
    assert not ACCUSING.search(message)


@each_rule
def test_the_question_asks_about_something_named_and_accuses_nobody(folder: Path) -> None:
    question = rule_of(folder).question
    sentences = re.findall(r"[^.?!]+[.?!](?:\s|$)", question)
    assert "".join(sentences) == question
    assert len(sentences) <= 3
    assert "?" in question
    assert "!" not in question
    assert "{" in question, "a question names what it is about"
    assert not ACCUSING.search(question)
    assert not re.search(r"\b(?!E[A-Z]+\b|NULL\b)[A-Z]{4,}\b", question), "nobody is shouted at"


@each_rule
def test_the_title_is_one_sentence_without_an_end(folder: Path) -> None:
    title = rule_of(folder).title
    assert title[0].isupper()
    assert not title.endswith(".")
    assert len(title) <= 72


def test_an_incomplete_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "errno" / "half-done"
    folder.mkdir(parents=True)
    (folder / "rule.toml").write_text('id = "errno/half-done"\n')
    with pytest.raises(ConfigError, match=r"no README\.md"):
        load_rules(tmp_path)


def _copied(tmp_path: Path, **changes: str) -> Path:
    """A rule book of one rule, with lines of its rule.toml replaced."""
    source = FOLDERS[0]
    folder = tmp_path / source.relative_to(ROOT)
    folder.mkdir(parents=True)
    for file in source.iterdir():
        (folder / file.name).write_text(file.read_text())
    toml = (folder / "rule.toml").read_text()
    for key, line in changes.items():
        toml = re.sub(rf"^{key} = .*$", line, toml, flags=re.MULTILINE)
    (folder / "rule.toml").write_text(toml)
    return tmp_path


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"severity": 'severity = "fatal"'}, "severity must be one of error, warning, note"),
        ({"severity": 'severity = "note"\nweak_severity = "no"'}, "weak_severity must be one of"),
        ({"title": "title = 3"}, "title must be a text"),
        ({"title": 'tittle = "x"'}, "no key 'tittle'"),
        ({"id": 'id = "errno/other"'}, "but the folder is"),
        ({"message": 'message = "{function.__class__} is"'}, "may only have places"),
        ({"message": 'message = "{function!r} is"'}, "may only have places"),
        ({"message": 'message = "{function"'}, "message: "),
        ({"links": 'links = "x"'}, "links must be a list"),
        ({"title": "title ="}, "cannot read"),
    ],
)
def test_a_rule_that_says_what_it_may_not_is_refused_by_name(
    tmp_path: Path, changes: dict[str, str], complaint: str
) -> None:
    root = _copied(tmp_path, **changes)
    with pytest.raises(ConfigError, match=re.escape(complaint)) as refused:
        load_rules(root)
    assert "rule.toml" in str(refused.value)


def test_what_rests_on_a_guess_may_be_less_grave() -> None:
    rule = book().rule("null/unchecked-lookup")
    told = rule.severity_of(weak=False), rule.severity_of(weak=True)
    assert told == (Severity.WARNING, Severity.NOTE)
    plain = book().rule("uninit/unset-variable")
    assert plain.severity_of(weak=True) is plain.severity


def test_a_word_that_no_check_gives_is_named() -> None:
    rule = book().rules[0]
    with pytest.raises(ConfigError, match=r"gives no word for \{"):
        rule.worded({})


def test_turning_off_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ConfigError, match="errno/none: there is no such rule"):
        book().without(["errno/none"])
