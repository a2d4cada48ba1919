# SPDX-License-Identifier: GPL-2.0-or-later
"""Where results and dismissals of findings are kept, and what day it is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vreview.config import Config
from vreview.model.review import Dismissal
from vreview.wiring.places import config_file, runs_folder, state_folder

if TYPE_CHECKING:
    from datetime import date

    from vreview.model.flaky import KnownFlaky
    from vreview.model.kept import KeptFinding
    from vreview.model.review import Review
    from vreview.wiring.reviews import ReviewRequest

RESULT = "result"
MOST_RESULTS = 30
"""How many results of ``vreview lint`` are kept."""


def today() -> date:
    """The user's date: the one clock that dismissals are held against."""
    return datetime.now().astimezone().date()


def dismissal_files(config: Config) -> tuple[Path, ...]:
    """Those of the settings, else ``dismissed.toml`` beside the config file."""
    named = tuple(Path(name).expanduser() for name in config.dismissed)
    return named or (config_file().with_name("dismissed.toml"),)


def dismissals(config: Config) -> tuple[Dismissal, ...]:
    """All that are kept. Raises ConfigError for a file that says nonsense."""
    from vreview.adapters.dismissed import read_dismissals

    return read_dismissals(dismissal_files(config))


def known_flaky(config: Config) -> tuple[KnownFlaky, ...]:
    """The tests known to be flaky: of the settings' files, else of ``flaky.toml`` beside the config
    file. Raises ConfigError for a file that says nonsense, and for a named one that is missing."""
    from vreview.adapters.flaky import read_known_flaky

    named = tuple(Path(name).expanduser() for name in config.flaky)
    files = named or (config_file().with_name("flaky.toml"),)
    return read_known_flaky(files, named=bool(named))


def dismiss(dismissal: Dismissal, file: Path) -> None:
    """Appends to the file."""
    from vreview.adapters.dismissed import append_dismissal

    append_dismissal(file, dismissal, lock=state_folder() / "dismissed.lock")


def keep_findings(kept: Sequence[KeptFinding]) -> None:
    """Keeps a lint's findings for ``vreview explain``, and forgets the oldest ones.

    Raises StorageFailed.
    """
    from vreview.adapters.runs import new_run
    from vreview.app.kept import plain

    root = _lints()
    new_run(root).save(RESULT, plain(kept))
    for old in sorted(p for p in root.glob("*") if p.is_dir())[:-MOST_RESULTS]:
        shutil.rmtree(old, ignore_errors=True)


def kept_results() -> Iterator[Mapping[str, object] | None]:
    """The results of lints and reviews, newest first."""
    from vreview.adapters.runs import RunFolder

    folders = [p for root in (_lints(), runs_folder()) for p in root.glob("*") if p.is_dir()]
    for folder in sorted(folders, key=lambda p: p.name, reverse=True):
        yield RunFolder(folder).load(RESULT)


def _lints() -> Path:
    return state_folder() / "lints"


def explainable(review: Review, request: ReviewRequest, *, config: Config) -> Mapping[str, object]:
    """A review's findings with what explains them, dismissed ones included, to be kept with it."""
    from vreview.app.kept import keepable, plain
    from vreview.wiring.sources import kernel_repo

    tree = Path(request.tree) if request.tree else None
    repo = kernel_repo(tree, config=config) if review.applied else None
    findings = (*review.findings, *(one.finding for one in review.dismissed))
    series = review.series
    return plain(
        keepable(findings, series, repo=repo, applied=review.applied, named=(series.title,))
    )
