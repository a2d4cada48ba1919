# SPDX-License-Identifier: GPL-2.0-or-later
"""The mail corpus: each thread read against what its series.json says.

Where we disagree with series.json the reason stands here, and is found in the mails, not by a
file's name.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vreview.errors import SeriesError
from vreview.model.series import Series
from vreview.parse.mail import parse_series
from vreview.parse.mail.b4rules import reply_trailers
from vreview.parse.mail.mbox import split_mbox
from vreview.parse.mail.message import read_letter

pytestmark = pytest.mark.shared

Entries = list[tuple[dict[str, Any], tuple[bytes, ...], Series]]


@pytest.fixture(scope="module")
def entries(shared: Path) -> Entries:
    folder = shared / "corpus" / "dev"
    found = []
    for entry in json.loads((folder / "series.json").read_text()):
        messages = split_mbox((folder / entry["mbox"]).read_bytes())
        found.append((entry, messages, parse_series(messages)))
    return found


def test_version_and_total(entries: Entries) -> None:
    assert [(s.version, s.total) for _, _, s in entries] == [
        (e["version"], e["total"]) for e, _, _ in entries
    ]


def test_cover_and_doubled(
    entries: Entries,
) -> None:
    for entry, _, series in entries:
        assert (series.cover.mail.message_id if series.cover else None) == entry["cover"]
        assert sorted(series.doubled) == sorted(d["message_id"] for d in entry["duplicates"])


def test_order_and_missing(
    entries: Entries,
) -> None:
    for entry, messages, series in entries:
        here = b"".join(messages)
        # One mbox lacks the mail of a patch that series.json lists: then it is missing.
        absent = [p["n"] for p in entry["patches"] if p["message_id"].encode() not in here]
        assert [(p.n, p.mail.message_id) for p in series.patches] == [
            (p["n"], p["message_id"]) for p in entry["patches"] if p["n"] not in absent
        ]
        assert list(series.missing) == sorted([*entry["missing"], *absent])


def test_trailers_of_replies(
    entries: Entries,
) -> None:
    for entry, messages, series in entries:
        letters = {letter.mail.message_id: letter for letter in map(read_letter, messages)}
        got = {t.source for p in series.patches for t in p.trailers if t.source}
        for reply in entry["trailer_replies"]:
            letter = letters[reply["message_id"]]
            # b4 refuses a trailer whose name and address are not the sender's; so do we.
            refused = not reply_trailers(letter.mail, letter.text)
            assert (reply["message_id"] in got) != refused
        # series.json does not list all that there are; what we add is in the reply, unquoted.
        for source in got - {r["message_id"] for r in entry["trailer_replies"]}:
            text = letters[source].text
            given = [t for p in series.patches for t in p.trailers if t.source == source]
            assert all(f"\n{t.name}: {t.value}" in text for t in given)


def test_a_diff_is_unreadable_only_where_git_says_corrupt(
    entries: Entries,
) -> None:
    for entry, _, series in entries:
        recorded = {row["n"]: row for row in entry["am"]}
        for patch in series.patches:
            if patch.damage:
                assert "corrupt" in recorded[patch.n]["error"]
            else:
                assert patch.files


def test_the_founding_mails(shared: Path) -> None:
    for path in sorted((shared / "seeds").glob("*/series.mbox")):
        series = parse_series(split_mbox(path.read_bytes()))
        assert all(patch.files and not patch.damage for patch in series.patches), path
    for path in sorted((shared / "seeds").glob("*/thread.mbox")):
        messages = split_mbox(path.read_bytes())
        if any(read_letter(raw).is_patch for raw in messages):
            assert all(patch.files for patch in parse_series(messages).patches), path
        else:
            with pytest.raises(SeriesError, match="carries a patch"):
                parse_series(messages)
