# SPDX-License-Identifier: GPL-2.0-or-later
"""Every command's help is a page that one can work from, on 80 columns."""

from __future__ import annotations

import re

import pytest

from vreview.cli.boundary import guarded
from vreview.cli.commands import app_for

COMMANDS = (
    "review", "apply", "lint", "explain", "dismiss", "index", "build", "boot", "test",
    "replay", "perf", "doctor",
    "tree", "tree import", "tree list",
    "rules", "rules list", "rules mine", "rules show", "rules new", "rules test",
    "cache", "cache list", "cache prune",
)  # fmt: skip


def help_of(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    argv = [*command.split(), "--help"]
    assert guarded(lambda: app_for(argv)(argv, prog_name="vreview", standalone_mode=False)) == 0
    return capsys.readouterr().out


def listed(page: str) -> list[tuple[str, str]]:
    """The commands that a page lists, with their summaries."""
    block = page.partition("\nCommands:\n")[2].partition("\n\n")[0]
    return re.findall(r"^  (\w+) +(\S.*)$", block, re.MULTILINE)


def test_all_commands_are_walked(capsys: pytest.CaptureFixture[str]) -> None:
    top = [name for name, _ in listed(help_of("", capsys))]
    walked = []
    for name in top:
        walked += [name, *(f"{name} {below}" for below, _ in listed(help_of(name, capsys)))]
    assert walked == list(COMMANDS)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_a_page_has_all_parts_within_80_columns(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    page = help_of(command, capsys)
    assert page.startswith(f"Usage: vreview {command}".rstrip())
    assert max(map(len, page.splitlines())) <= 80
    assert re.search(r"^  Exit status:\n    0 +\S", page, re.MULTILINE)
    examples = page.partition("  Examples:\n")[2].splitlines()
    assert examples
    assert all("vreview" in line for line in examples)
    assert all(not text.endswith("...") for _, text in listed(page))


def test_examples_are_command_lines_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    """Each option of an example is one of the command's."""
    for command in COMMANDS:
        page = help_of(command, capsys)
        options = page.partition("\nOptions:\n")[2]
        for line in page.partition("  Examples:\n")[2].splitlines():
            for call in re.findall(r"vreview ([^|>\"]*)", line):
                if call.startswith(command + " "):
                    for option in re.findall(r"(?<=\s)--?[a-z][a-z-]*", call):
                        assert option in options, (command, line)


def test_a_bare_call_shows_the_page_and_calls_it_no_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert guarded(lambda: app_for()([], prog_name="vreview", standalone_mode=False)) == 2
    err = capsys.readouterr().err
    assert err.startswith("Usage: vreview")
    assert "error" not in err.splitlines()[0]


def test_a_wrong_option_names_the_page_to_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        guarded(lambda: app_for()(["lint", "--bogus"], prog_name="vreview", standalone_mode=False))
        == 2
    )
    assert capsys.readouterr().err.endswith("hint: vreview lint --help\n")
