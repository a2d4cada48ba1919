# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

from vreview.config import Config, from_file, from_overrides, merged
from vreview.errors import ConfigError


def test_each_value_knows_where_it_came_from(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('tree = "/src/linux"\njobs = 4\n')
    config = from_overrides(from_file(Config(), file, trusted=True), ["jobs=2", "mirrors=/a,/b"])
    assert (config.tree, config.jobs, config.mirrors) == ("/src/linux", 2, ("/a", "/b"))
    assert config.origin("tree") == str(file)
    assert config.origin("jobs") == "command line"
    assert config.origin("cc") == "default"


@pytest.mark.parametrize(
    ("text", "says"),
    [("nonsense = 1", "no setting 'nonsense'"), ("jobs = 'x'", "a number"),
     ("suites = 'vhost'", "a list"), ("tree = [", "cannot read"), ("jobs = true", "a number")],
)  # fmt: skip
def test_a_wrong_value_is_named_with_its_file(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=says) as error:
        from_file(Config(), file, trusted=True)
    assert str(file) in str(error.value)


def test_a_tree_under_review_may_not_name_commands_or_paths(tmp_path: Path) -> None:
    file = tmp_path / ".vreview.toml"
    file.write_text('cc = "curl evil"\nsuites = ["vhost"]\n')
    with pytest.raises(ConfigError, match="cc"):
        from_file(Config(), file, trusted=False)
    file.write_text('suites = ["vhost"]\n')
    assert from_file(Config(), file, trusted=False).suites == ("vhost",)


def test_missing_file_changes_nothing(tmp_path: Path) -> None:
    assert from_file(Config(), tmp_path / "none", trusted=True) == Config()


def test_override_needs_an_equals_sign() -> None:
    with pytest.raises(ConfigError, match="key=value"):
        from_overrides(Config(), ["jobs"])
    assert merged(Config(), {}, source="x") == Config()
