# SPDX-License-Identifier: GPL-2.0-or-later
"""Given TOML files and a cache, when the cache is fresh, stale, damaged or not writable, then the
tables are those of the files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vreview.adapters import tables
from vreview.adapters.tables import ParsedTables
from vreview.errors import ConfigError
from vreview.rulebook import load_rules


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    file = tmp_path / "locks.toml"
    file.write_text('names = ["a", "ü"]\n[[row]]\nn = 1\nyes = true\n', encoding="utf-8")
    return file


def read(file: Path, cache: Path) -> dict[str, object]:
    parsed = ParsedTables(cache)
    table = parsed.read(file)
    parsed.keep()
    return table


WANTED = {"names": ["a", "ü"], "row": [{"n": 1, "yes": True}]}


def test_is_parsed_once(toml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache" / "rules.json"
    assert read(toml, cache) == WANTED
    monkeypatch.setattr(tables, "parse_table", lambda *_: pytest.fail("parsed again"))
    assert read(toml, cache) == WANTED


def test_another_content_is_parsed_anew(toml: Path, tmp_path: Path) -> None:
    cache = tmp_path / "rules.json"
    read(toml, cache)
    toml.write_text('names = ["b"]\n')
    assert read(toml, cache) == {"names": ["b"]}
    assert len(json.loads(cache.read_bytes())["tables"]) == 1  # what nobody asks for is dropped


@pytest.mark.parametrize(
    "damaged",
    [b"", b"{", b"[]", b"\xff", b'{"format": 0, "tables": {}}', b'{"format": 1, "tables": 3}',
     b'{"format": 1, "tables": {"x": 3}}', b"[" * 100_000],
)  # fmt: skip
def test_a_damaged_cache_is_replaced(toml: Path, tmp_path: Path, damaged: bytes) -> None:
    cache = tmp_path / "rules.json"
    cache.write_bytes(damaged)
    assert read(toml, cache) == WANTED
    assert json.loads(cache.read_bytes())["format"] == 1


def test_a_cache_that_cannot_be_written_costs_nothing_else(toml: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert read(toml, tmp_path / "file" / "rules.json") == WANTED


def test_what_json_cannot_hold_is_not_kept(tmp_path: Path) -> None:
    file, cache = tmp_path / "a.toml", tmp_path / "rules.json"
    file.write_text("day = 2024-01-01\n")
    assert str(read(file, cache)["day"]) == "2024-01-01"
    assert not cache.exists()


def test_what_is_no_toml_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("a = = 3\n")
    with pytest.raises(ConfigError, match=r"a\.toml"):
        read(file, tmp_path / "rules.json")


def test_the_rule_book_is_the_same(tmp_path: Path) -> None:
    cache = tmp_path / "rules.json"
    books = []
    for _ in range(2):
        parsed = ParsedTables(cache)
        books.append(load_rules(read=parsed.read))
        parsed.keep()
    assert books[0] == books[1] == load_rules()
