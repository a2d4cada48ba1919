# SPDX-License-Identifier: GPL-2.0-or-later
"""Every tests/golden/mail/*.mbox against the .json beside it.

To add a case: put a mbox there, run once with VREVIEW_WRITE_GOLDEN=1, read the .json, commit both.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from vreview.model.series import Series
from vreview.parse.mail import parse_series
from vreview.parse.mail.mbox import split_mbox

_FOLDER = Path(__file__).resolve().parents[2] / "golden" / "mail"
_CASES = sorted(path.stem for path in _FOLDER.glob("*.mbox"))


def summary(series: Series) -> dict[str, object]:
    """What a reader of the golden file wants to see of a series."""
    return {
        "title": series.title,
        "version": series.version,
        "total": series.total,
        "cover": series.cover.mail.message_id if series.cover else None,
        "missing": list(series.missing),
        "doubled": list(series.doubled),
        "other_versions": list(series.other_versions),
        "base_commit": series.base_commit,
        "prerequisites": list(series.prerequisites),
        "patches": [
            {
                "n": patch.n,
                "message_id": patch.mail.message_id,
                "subject": patch.mail.subject,
                "sender": str(patch.mail.sender),
                "title": patch.title,
                "author": str(patch.author),
                "date": patch.date.isoformat(),
                "message": patch.message.splitlines(),
                "trailers": [[t.name, t.value, t.source] for t in patch.trailers],
                "files": [f"{f.change.value} {f.path}" for f in patch.files],
                "added": [
                    line.decode("latin-1") for f in patch.files for h in f.hunks for line in h.new
                ],
                "notes": patch.notes.splitlines(),
                "damage": patch.damage,
            }
            for patch in series.patches
        ],
    }


@pytest.mark.parametrize("case", _CASES)
def test_the_series_reads_as_its_golden_file_says(case: str) -> None:
    got = summary(parse_series(split_mbox((_FOLDER / f"{case}.mbox").read_bytes())))
    golden = _FOLDER / f"{case}.json"
    if os.environ.get("VREVIEW_WRITE_GOLDEN"):
        golden.write_text(json.dumps(got, indent=1, ensure_ascii=False) + "\n")
    assert got == json.loads(golden.read_text())


def test_there_are_golden_mails() -> None:
    assert len(_CASES) >= 20
