# SPDX-License-Identifier: GPL-2.0-or-later
"""``vreview rules`` as it is called, on folders of its own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from vreview.cli.boundary import guarded
from vreview.cli.commands import app_for
from vreview.rulebook import load_rules


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def rules(*argv: object) -> int:
    words = ["rules", *map(str, argv)]
    return guarded(lambda: app_for(words)(words, prog_name="vreview", standalone_mode=False))


def test_the_list_has_every_rule_on_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert rules("list", "-c", "rules_off=errno/minus-one-errno") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:]] == [rule.id for rule in load_rules().rules]
    off = next(line for line in lines if line.startswith("errno/minus-one-errno"))
    assert off.split()[2] == "off"


def test_the_list_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert rules("list", "--format", "json") == 0
    value = json.loads(capsys.readouterr().out)
    assert value["schema"] == 1
    assert [rule["id"] for rule in value["rules"]] == [rule.id for rule in load_rules().rules]
    assert not any(rule["off"] for rule in value["rules"])


def test_a_page_is_shown_by_the_last_part_of_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert rules("show", "missing-unlock") == 0
    out = capsys.readouterr().out
    assert out.startswith("# locking/missing-unlock\n")
    assert "category    lock" in out


def test_an_unknown_rule_is_named_with_one_that_is_near(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert rules("show", "locking/missing-unlok") == 2
    err = capsys.readouterr().err
    assert "no rule 'locking/missing-unlok'" in err
    assert "hint: perhaps locking/missing-unlock" in err


@pytest.mark.parametrize(
    ("by", "script"), [("pattern", "rule.yml"), ("semantic", "rule.cocci"), ("check", "rule.toml")]
)
def test_a_new_rule_fails_its_test_until_it_is_written(
    by: str, script: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if by == "semantic" and shutil.which("spatch") is None:
        pytest.skip("spatch is not installed")
    name = "leak/lost-node"
    assert rules("new", name, "--rules", tmp_path, "--category", "leak", "--by", by) == 0
    assert capsys.readouterr().out == f"{tmp_path}/leak/lost-node\n"
    assert rules("test", "--rules", tmp_path) == 1
    out = capsys.readouterr().out
    assert out.startswith("FAIL  leak/lost-node  (1 marked)\n")
    for file in (script, "README.md", "bad.c", "good.c"):
        assert f"{tmp_path}/leak/lost-node/{file}:" in out
    assert f"bad.c:5: marked, and not flagged by {name}\n" in out
    assert out.endswith("0 passed, 1 failed\n")


def test_a_rule_without_python_is_tested_like_any_other(
    tmp_path: Path, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(checkout / "examples/rules/memory", tmp_path / "memory")
    assert rules("test", "--rules", tmp_path) == 0
    assert capsys.readouterr().out == (
        "pass  memory/size-of-pointer  (2 marked)\n1 passed, 0 failed\n"
    )
    bad = tmp_path / "memory/size-of-pointer/bad.c"
    bad.write_text(bad.read_text().replace("sizeof(slot)", "sizeof(*slot)"))
    (bad.parent / "good.c").unlink()
    assert rules("test", "--rules", tmp_path) == 1
    out = capsys.readouterr().out
    assert f"{bad}:6: marked, and not flagged by memory/size-of-pointer\n" in out
    assert "good.c: there is nothing in it, or no such file\n" in out
    assert rules("show", "--rules", tmp_path, "size-of-pointer") == 0
    assert capsys.readouterr().out.startswith("# memory/size-of-pointer\n")


def test_a_rule_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rules("new", "leak/lost-node", "--rules", tmp_path) == 0
    page = tmp_path / "leak/lost-node/README.md"
    page.write_text("mine")
    assert rules("new", "leak/lost-node", "--rules", tmp_path) == 2
    assert "is there already" in capsys.readouterr().err
    assert page.read_text() == "mine"


def test_the_rules_that_ship_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert rules("test", "positive-errno", "locking/missing-unlock") == 0
    assert capsys.readouterr().out == (
        "pass  errno/positive-errno  (2 marked)\n"
        "pass  locking/missing-unlock  (1 marked)\n"
        "2 passed, 0 failed\n"
    )


def test_a_folder_without_rules_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rules("test", "--rules", tmp_path) == 2
    assert "hint: vreview rules new AREA/ID" in capsys.readouterr().err
