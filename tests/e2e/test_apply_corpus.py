# SPDX-License-Identifier: GPL-2.0-or-later
"""Series as people really send them: what applies is what `git am` applied, and the rest is
explained with file and hunk."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from vreview.adapters.git.objects import GitRepo
from vreview.adapters.mail import open_source
from vreview.model.review import Refusal
from vreview.parse.mail import parse_series

pytestmark = [pytest.mark.shared, pytest.mark.kernel]

AGREEMENT = 0.98
"""Of patches. CRLF within quoted-printable is where we apply more than `git am --no-3way`."""

HUNK = re.compile(r"\S: hunk \d+ \(@@ -\d+,\d+ \+\d+,\d+ @@\)")


@pytest.fixture
def repo(kernel_tree: Path, tmp_path: Path) -> GitRepo:
    """The kernel with an object store of its own on top, so that no run helps the next."""
    folder = tmp_path / "kernel.git"
    subprocess.run(
        ("git", "clone", "-q", "--bare", "--shared", str(kernel_tree), str(folder)), check=True
    )
    return GitRepo(folder)


def test_the_corpus_applies_as_git_am_does(shared: Path, repo: GitRepo) -> None:
    corpus = shared / "corpus" / "dev"
    agreed, other, unexplained = 0, [], []
    for recorded in json.loads((corpus / "series.json").read_text()):
        mails = open_source([str(corpus / recorded["mbox"])])
        series = parse_series(mails, version=recorded["version"])
        applied = {p.message_id: p for p in repo.apply(series, base=None).patches}
        for one in recorded["am"]:
            patch = applied.get(one["message_id"])
            went_in = patch is not None and patch.commit is not None
            if went_in == (one["am_sequential"] == "ok"):
                agreed += 1
            else:
                other.append((recorded["id"], one["n"], one["am_sequential"], patch and patch.why))
            if patch is not None and patch.refusal in (Refusal.CONFLICT, Refusal.OTHER_SERIES):
                named = HUNK.search(patch.why) or "exists already" in patch.why
                if not named:
                    unexplained.append((recorded["id"], one["n"], patch.why))
            if one["alone"] == "already-applied":
                assert patch is not None
                assert patch.refusal is Refusal.ALREADY_APPLIED
    total = agreed + len(other)
    assert agreed >= AGREEMENT * total, other
    assert not unexplained
