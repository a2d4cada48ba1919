# SPDX-License-Identifier: GPL-2.0-or-later
"""A rule's test fails for each promise that its folder does not keep, and says which."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from vreview.app.new_rule import skeleton
from vreview.app.rules_tested import Looked, Miss, held_to_examples, rests_on
from vreview.errors import ConfigError, InputError
from vreview.model.observation import Category
from vreview.rulebook import Rule, load_rules, texts_of

BOOK = load_rules()
RULE = BOOK.rule("locking/missing-unlock")
BAD = "int f(void)\n{\n\treturn g(); /* vreview: locking/missing-unlock */\n}\n"
GOOD = "int f(void)\n{\n\treturn 0;\n}\n"


def texts(**changed: str) -> Mapping[str, str]:
    return {**texts_of(RULE), "bad.c": BAD, "good.c": GOOD} | {
        name.replace("_", "."): text for name, text in changed.items()
    }


def misses(seen: Mapping[str, Looked], rule: Rule = RULE, **changed: str) -> tuple[Miss, ...]:
    """The rule's test with an eye that sees ``seen``, by what the text begins with."""
    these = texts(**changed)
    by_text = {these[file].encode(): looked for file, looked in seen.items()}
    return held_to_examples(rule, these, lambda text: by_text.get(text, Looked(()))).misses


def test_what_is_marked_and_flagged_passes() -> None:
    assert misses({"bad.c": Looked(((3, RULE.id),))}) == ()


def test_a_marked_line_that_is_not_flagged_is_named() -> None:
    assert misses({}) == (Miss("bad.c", 3, f"marked, and not flagged by {RULE.id}"),)


def test_a_line_that_another_rule_flags_is_named() -> None:
    seen = {"bad.c": Looked(((1, "errno/positive-errno"), (3, RULE.id)))}
    assert misses(seen) == (Miss("bad.c", 1, "not marked, and flagged by errno/positive-errno"),)


def test_good_code_that_is_flagged_is_named() -> None:
    seen = {"bad.c": Looked(((3, RULE.id),)), "good.c": Looked(((3, RULE.id),))}
    assert misses(seen) == (Miss("good.c", 3, f"not marked, and flagged by {RULE.id}"),)


def test_one_mark_stands_for_one_hit() -> None:
    twice = {"bad.c": Looked(((3, RULE.id), (3, RULE.id)))}
    assert misses(twice) == (Miss("bad.c", 3, f"not marked, and flagged by {RULE.id}"),)


def test_code_that_is_not_understood_is_no_silence() -> None:
    seen = {"bad.c": Looked(((3, RULE.id),)), "good.c": Looked((), (("f", "too deep"),))}
    assert misses(seen) == (Miss("good.c", 0, "f() is not understood: too deep"),)


def test_marks_are_for_the_folders_own_rule() -> None:
    other = BAD.replace("missing-unlock", "other")
    found = misses({"bad.c": Looked(((3, "locking/other"),))}, bad_c=other)
    assert found == (
        Miss("bad.c", 0, f"no line is marked /* vreview: {RULE.id} */"),
        Miss("bad.c", 3, "marked for another rule, locking/other"),
    )


def test_a_page_without_its_sections_is_named() -> None:
    found = misses({"bad.c": Looked(((3, RULE.id),))}, README_md="# locking/other\n\n## What\nx\n")
    assert [(miss.file, miss.line) for miss in found] == [("README.md", 1), ("README.md", 0)]


def test_a_check_that_does_not_exist_is_named() -> None:
    def eye(text: bytes) -> Looked:
        return Looked(((3, RULE.id),) if b"g()" in text else ())

    (miss,) = held_to_examples(RULE, texts(), eye, checks=frozenset({"other"})).misses
    assert (miss.file, "there is no check 'missing-unlock'" in miss.why) == ("rule.toml", True)


def written(tmp_path: Path, rule: str = "leak/lost-node") -> Path:
    for name, text in skeleton(rule, category=Category.LEAK).items():
        file = tmp_path / rule / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def test_a_new_rule_loads_and_says_what_is_to_be_filled_in(tmp_path: Path) -> None:
    root = written(tmp_path)
    book = load_rules(root)
    assert [(rule.id, rule.category) for rule in book.rules] == [("leak/lost-node", Category.LEAK)]
    assert book.knowledge == BOOK.knowledge
    result = held_to_examples(book.rules[0], texts_of(book.rules[0], root), lambda text: Looked(()))
    unfilled = [m for m in result.misses if m.why.startswith("still to be filled in: ")]
    assert {miss.file for miss in unfilled} == {"rule.toml", "README.md", "bad.c", "good.c"}
    assert all(miss.line for miss in unfilled)
    rest = [(m.file, m.line) for m in result.misses if m not in unfilled]
    assert rest == [("rule.toml", 0), ("bad.c", 5)]


@pytest.mark.parametrize("name", ["lost-node", "Leak/x", "a/b/c", "../x", "leak/", "leak/a_b"])
def test_an_id_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="is no rule id"):
        skeleton(name)


def test_the_knowledge_that_a_rule_rests_on_is_found_by_leaving_it_out() -> None:
    rule = BOOK.rule("sleep-in-callback")
    tables = rests_on(rule, BOOK, texts_of(rule))
    assert "callbacks" in tables
    assert "pairs" not in tables


HISTORY = """
[[fix]]
hash = "0123456789ab"
subject = "demo: unlock"
why = "the error path kept the lock"

[[fix]]
message_id = "x.1@example.org"
subject = "demo: unlock, too"
why = "so did this one"
"""


def with_history(tmp_path: Path, text: str) -> Path:
    root = written(tmp_path)
    (root / "leak/lost-node/history.toml").write_text(text)
    return root


def test_a_history_is_read(tmp_path: Path) -> None:
    (rule,) = load_rules(with_history(tmp_path, HISTORY)).rules
    assert [fix.name for fix in rule.history] == [
        '0123456789ab ("demo: unlock")', '<x.1@example.org> ("demo: unlock, too")',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"0123456789ab"', '"0123"', "fix 1: hash must be 12 to 40 hexadecimal digits"),
        ('"x.1@example.org"', '"<x.1@example.org>"', "fix 2: message_id must be an id without"),
        ("message_id", "mail", "fix 2: there is no key 'mail'"),
        ('message_id = "x.1@example.org"\n', "", "fix 2 must have either a hash or a message_id"),
        ('why = "so did this one"\n', "", "fix 2: why must be a text"),
        ('message_id = "x.1@example.org"', 'hash = "0123456789ab"', "is there already"),
        ("[[fix]]", "[fix]", "cannot read"),
        ("[[fix]]", "[[bug]]", "no key 'bug'"),
    ],
)
def test_a_history_that_says_what_it_may_not_is_refused(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    root = with_history(tmp_path, HISTORY.replace(old, new))
    with pytest.raises(ConfigError, match=r"history\.toml") as refused:
        load_rules(root)
    assert complaint in str(refused.value)
