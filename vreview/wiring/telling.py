# SPDX-License-Identifier: GPL-2.0-or-later
"""How results and progress reach the user."""

from __future__ import annotations

import os
import shutil
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from vreview.model.review import Review
from vreview.wiring.places import version

if TYPE_CHECKING:
    from vreview.adapters.reporters.mail import MailReporter
    from vreview.ports import Observer, Reporter


def observer(*, quiet: bool) -> AbstractContextManager[Observer]:
    from vreview.adapters.reporters.progress import ProgressObserver, QuietObserver

    return nullcontext(QuietObserver()) if quiet else ProgressObserver()


def reporter(form: str, *, tty: bool, show_dismissed: bool = False) -> Reporter:
    from vreview.adapters.reporters.jsonreport import JsonReporter
    from vreview.adapters.reporters.terminal import TerminalReporter

    if form == "json":
        return JsonReporter(version=version())
    if form == "mail":
        return _mail_reporter()
    width, color = terminal(tty)
    return TerminalReporter(width=width, color=color, show_dismissed=show_dismissed)


def terminal(tty: bool) -> tuple[int, bool]:
    """Columns, and whether there are to be colours, for output that is or is no terminal."""
    width = max(shutil.get_terminal_size((100, 24)).columns, 20) if tty else 100
    return width, tty and not os.environ.get("NO_COLOR")


def _mail_reporter() -> MailReporter:
    from vreview.adapters.git.identity import identity
    from vreview.adapters.reporters.mail import MailReporter

    return MailReporter(sender=identity(os.environ), version=version())


def reports(review: Review) -> dict[str, str]:
    """All forms of a report by the name of the file that keeps it; of the replies each also as a
    file of its own, which is what git send-email takes."""
    forms = {"txt": "text", "json": "json", "mbox": "mail"}
    told = {
        f"report.{end}": reporter(form, tty=False).render(review) for end, form in forms.items()
    }
    replies = enumerate(_mail_reporter().messages(review), start=1)
    return told | {f"replies/{number:04d}.eml": text for number, text in replies}


def keep(path: Path, text: str) -> None:
    from vreview.adapters.files import write_whole

    write_whole(path, text.encode(errors="backslashreplace"))
