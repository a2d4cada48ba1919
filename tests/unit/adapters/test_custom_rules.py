# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules without Python: the examples keep their promises, and a folder that cannot be used says
why."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from vreview.adapters.customrules import CustomRule, custom_rules, run_custom
from vreview.errors import ConfigError
from vreview.model.observation import Category, Confidence, Severity

_EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "rules"
# ast-grep reads a bare `kfree($P)` as a declaration: hence the context.
_YML = (
    "language: c\nmessage: $P is freed\n"
    "rule: {pattern: {context: kfree($P);, selector: call_expression}}\n"
)
_COCCI = "/// Flags a free.\n@@\nexpression p;\n@@\n* kfree(p);\n"
_CODE = b"static void port_put(struct port *port)\n{\n\tkfree(port);\n}\n"


def _rule(folder: Path, **files: str) -> CustomRule:
    folder.mkdir()
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    (rule,) = custom_rules(folder)
    return rule


@pytest.mark.parametrize("rule", custom_rules(_EXAMPLES), ids=lambda rule: rule.id)
def test_an_example_flags_its_marked_lines_and_no_other(rule: CustomRule) -> None:
    if rule.semantic and shutil.which("spatch") is None:
        pytest.skip("spatch is not installed: apt-get install coccinelle")
    bad, good = ((rule.file.parent / name).read_bytes() for name in ("bad.c", "good.c"))
    mark = f"/* vreview: {rule.id} */".encode()
    marked = [n for n, line in enumerate(bad.splitlines(), start=1) if mark in line]
    said = run_custom(rule, bad, path="drivers/demo/ring.c")
    assert [one.place.line for one in said] == marked
    assert marked
    assert all(one.place.function and "{" not in one.message + one.question for one in said)
    assert run_custom(rule, good, path="drivers/demo/ring.c") == ()


def test_a_pattern_sees_through_macros_and_quotes_the_file(tmp_path: Path) -> None:
    rule = _rule(tmp_path / "r", rule_yml=_YML)
    text = (
        b"static int __init port_init(struct port __user *p)\n{\n"
        b"\tlist_for_each_entry(a, b, c) {\n\t\tkfree(/* x */ p->a);\n\t}\n\treturn 0;\n}\n"
    )
    (said,) = run_custom(rule, text, path="a.c")
    assert (said.place.line, said.place.function, said.message) == (
        4,
        "port_init",
        "p->a is freed",
    )


def test_rule_toml_has_the_last_word(tmp_path: Path) -> None:
    words = (
        'category = "uaf"\nseverity = "note"\nconfidence = "low"\n'
        'message = "{function}() frees {P}"\nquestion = "Why $P?"\n'
    )
    rule = _rule(tmp_path / "r", rule_yml=_YML, rule_toml=words)
    (said,) = run_custom(rule, _CODE, path="a.c")
    assert (said.category, said.severity, said.confidence) == (
        Category.UAF,
        Severity.NOTE,
        Confidence.LOW,
    )
    assert (said.message, said.question) == ("port_put() frees port", "Why port?")


def test_a_semantic_patch_with_stars_flags_what_it_marks(tmp_path: Path) -> None:
    if shutil.which("spatch") is None:
        pytest.skip("spatch is not installed: apt-get install coccinelle")
    rule = _rule(tmp_path / "r", rule_cocci=_COCCI)
    (said,) = run_custom(rule, _CODE, path="drivers/a.c")
    assert (said.place.line, said.message) == (3, "Flags a free")


def test_rules_are_found_at_any_of_three_depths_and_named_by_their_place(tmp_path: Path) -> None:
    for name in ("one", "area/two"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "rule.yml").write_text(_YML)
    assert [rule.id for rule in custom_rules(tmp_path)] == ["area/two", "one"]
    assert [rule.id for rule in custom_rules(tmp_path / "area" / "two")] == ["two"]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "holds a rule.cocci or a rule.yml"),
        ({"rule_yml": _YML, "rule_cocci": _COCCI}, "one script"),
        ({"rule_yml": _YML, "rule_toml": 'check = "x"\n'}, "no key 'check'"),
        ({"rule_yml": _YML, "rule_toml": 'severity = "loud"\n'}, "severity must be one of"),
        ({"rule_yml": _YML, "rule_toml": "title = 3\n"}, "title must be a text"),
        ({"rule_yml": _YML, "rule_toml": "= 3\n"}, "cannot read"),
        ({"rule_yml": _YML + "metadata: {category: odd}\n"}, "category must be one of"),
    ],
)
def test_a_folder_that_cannot_be_used_says_why(
    tmp_path: Path, files: dict[str, str], why: str
) -> None:
    with pytest.raises(ConfigError, match=why):
        _rule(tmp_path / "r", **files)


@pytest.mark.parametrize(
    "rule", ["{kind: nonsense}", "{patern: x}", "{pattern: ''}", "{matches: nothing}"]
)
def test_a_rule_that_ast_grep_refuses_names_its_file(tmp_path: Path, rule: str) -> None:
    bad = _rule(tmp_path / "r", rule_yml=f"rule: {rule}\n")
    with pytest.raises(ConfigError, match=r"r/rule\.yml: ast-grep refuses the rule") as refused:
        run_custom(bad, _CODE, path="a.c")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", [b"", b"\0\xff\xfe", b"(" * 60_000, b"{" * 60_000, b"\xc3" * 99])
def test_any_text_is_read(tmp_path: Path, text: bytes) -> None:
    rule = _rule(tmp_path / "r", rule_yml=_YML)
    assert run_custom(rule, text, path="a.c") == ()
