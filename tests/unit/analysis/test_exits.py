# SPDX-License-Identifier: GPL-2.0-or-later
"""What is held at the ways out of a function, by whatever name."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from vreview.analysis.analyse import analyse
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.taught import knowledge_from

TABLES: Mapping[str, Mapping[str, object]] = {
    "errno": {"names": ["EINVAL", "ENOMEM", "EIO"]},
    "resources-demo": {
        "borrowers": ["peek"],
        "pair": [
            {"acquire": "take", "release": ["give"], "kind": "memory"},
            {"acquire": "find", "release": ["put"], "kind": "reference", "borrowed": True},
        ],
        "iterator": [{"pair": "find", "variable": 1, "release": "put", "names": ["for_each_demo"]}],
    },
}
RULES = frozenset({"lost-on-error", "lost-at-end", "unwinding-differs", "left-iterator"})


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return knowledge_from(TABLES)


def found(body: str, knowledge: Knowledge) -> list[tuple[str, int]]:
    text = f"int f(struct a *a)\n{{\n{body}\n}}\n".encode()
    hits = analyse(text, "demo.c", knowledge=knowledge, rules=RULES).hits
    return [(hit.rule, hit.line) for hit in hits]


def test_an_error_after_the_acquire_loses_it(knowledge: Knowledge) -> None:
    body = (
        "void *p = take();\nif (!p)\nreturn -ENOMEM;\nif (a->x)\nreturn -EIO;\ngive(p);\nreturn 0;"
    )
    assert found(body, knowledge) == [("unwinding-differs", 7)]


def test_who_only_looks_leaves_it_to_the_function(knowledge: Knowledge) -> None:
    body = "void *p = take();\nif (!p)\nreturn -ENOMEM;\npeek(p);\nreturn -EIO;"
    assert found(body, knowledge) == [("lost-on-error", 7)]


@pytest.mark.parametrize(
    "keeps", ["keep(p);", "a->p = p;", "list_add(&p->node, &a->list);", "struct b b = { p };"]
)
def test_who_may_keep_it_silences(keeps: str, knowledge: Knowledge) -> None:
    body = f"void *p = take();\nif (!p)\nreturn -ENOMEM;\n{keeps}\nreturn -EIO;"
    assert found(body, knowledge) == []


def test_what_the_failed_call_was_given_comes_back(knowledge: Knowledge) -> None:
    body = (
        "void *p = take();\nint ret;\nif (!p)\nreturn -ENOMEM;\nret = keep(p);\n"
        "if (ret)\nreturn ret;\nreturn 0;"
    )
    assert found(body, knowledge) == [("lost-on-error", 9)]


def test_a_second_name_gives_it_back(knowledge: Knowledge) -> None:
    body = (
        "void *p = take();\nvoid *q;\nif (!p)\nreturn -ENOMEM;\nq = p;\np = 0;\n"
        "give(q);\nreturn -EIO;"
    )
    assert found(body, knowledge) == []


def test_a_reference_is_only_borrowed_by_calls(knowledge: Knowledge) -> None:
    body = "void *p = find();\nif (!p)\nreturn 0;\nuse(p);\nreturn 1;"
    assert found(body, knowledge) == [("lost-at-end", 7)]


def test_a_loop_holds_its_variable_only_in_its_body(knowledge: Knowledge) -> None:
    left = "void *p;\nfor_each_demo(a, p) {\nif (a->x)\nreturn -EIO;\n}\nreturn 0;"
    ended = "void *p;\nfor_each_demo(a, p) {\nif (a->x)\ncontinue;\n}\nreturn 0;"
    assert found(left, knowledge) == [("left-iterator", 6)]
    assert found(ended, knowledge) == []


def test_a_release_under_a_condition_is_not_missed_where_it_is_not_met(
    knowledge: Knowledge,
) -> None:
    body = "void *p = take();\nif (!p)\nreturn -ENOMEM;\nif (a->mine)\ngive(p);\nreturn -EIO;"
    assert found(body, knowledge) == []


def test_a_member_equals_one_constant(knowledge: Knowledge) -> None:
    body = (
        "void *p;\nif (a->kind != ONE)\nreturn 0;\np = take();\nif (!p)\nreturn -ENOMEM;\n"
        "if (a->kind == {kind})\nreturn -EIO;\ngive(p);\nreturn 0;"
    )
    assert found(body.format(kind="TWO"), knowledge) == []
    assert found(body.format(kind="ONE"), knowledge) == [("lost-on-error", 10)]


@pytest.mark.parametrize(("more", "weak"), [("", False), ("if (a->z)\nreturn -EIO;\n", True)])
def test_who_gives_it_back_where_most_leave_it_is_odd(
    more: str, weak: bool, knowledge: Knowledge
) -> None:
    body = (
        "void *p = take();\nif (!p)\nreturn -ENOMEM;\nkeep(p);\nif (a->x) {\ngive(p);\n"
        f"return -EIO;\n}}\nif (a->y)\nreturn -EIO;\n{more}return 0;"
    )
    text = f"int f(struct a *a)\n{{\n{body}\n}}\n".encode()
    hits = analyse(text, "demo.c", knowledge=knowledge, rules=RULES).hits
    assert {(hit.rule, hit.weak) for hit in hits} == {("unwinding-differs", weak)}
