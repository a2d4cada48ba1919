# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that several commands share, with one wording each."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

SERIES = typer.Argument(
    help="An mbox, a Maildir, a folder or list of patches, one .eml, - for standard input,"
    " a git range A..B, or a message-id found in the configured mirrors.",
    metavar="SERIES",
    show_default=False,
)
Tree = Annotated[
    Path | None,
    typer.Option(
        help="The kernel tree, a git repository. Default: the configured one, else the imported.",
        show_default=False,
        metavar="PATH",
    ),
]
Base = Annotated[
    str | None,
    typer.Option(
        help="The commit to apply to. Default: the series' base-commit: trailer, else the commit"
        " whose blobs fit, else HEAD.",
        show_default=False,
        metavar="COMMIT",
    ),
]
Version = Annotated[
    int | None,
    typer.Option("--take", help="The version of the series to take. Default: the newest.",
                 show_default=False, metavar="N"),
]  # fmt: skip
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "-c",
        help="A setting for this call, as in the config file; may be repeated.",
        metavar="KEY=VALUE",
    ),
]
Debug = Annotated[
    list[str] | None,
    typer.Option(
        "--debug",
        help="Merge this debug fragment into the kernel: kasan, kmemleak, kcsan, ubsan, lockdep,"
        " fault-injection or gcov; may be repeated.",
        show_default=False,
        metavar="NAME",
    ),
]
Untrusted = Annotated[
    bool,
    typer.Option(
        "--untrusted",
        help="A stranger's code: build and boot it in a sandbox, and refuse where there is none.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
SuiteCommands = Annotated[
    list[str] | None,
    typer.Option(
        "--suite-command",
        help="A command of yours to run in the guest as a suite: a static program or a script for"
        " sh, which is copied there. Its KTAP counts, else its status: 0 pass, 4 or 77 skip,"
        " 125 cannot tell. May be repeated.",
        show_default=False,
        metavar="NAME=CMD",
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        help="The version before, named like SERIES: says which findings persist, are new, or were"
        " addressed.",
        show_default=False,
        metavar="SERIES",
    ),
]
Tools = Annotated[
    list[str] | None,
    typer.Option(
        "--tool",
        help="Ask this tool in place of the configured ones: checkpatch, coccinelle, sparse,"
        " kernel-doc, W=1, smatch, fanalyzer or clang-tidy; may be repeated.",
        show_default=False,
        metavar="NAME",
    ),
]
NoTools = Annotated[bool, typer.Option("--no-tools", help="Ask no other tool.")]
RuleFolders = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules",
        help="A folder of rules of your own without Python, rule.cocci or rule.yml; may be"
        " repeated.",
        show_default=False,
        metavar="DIR",
    ),
]
ShowDismissed = Annotated[
    bool, typer.Option("--show-dismissed", help="Print the dismissed findings, too.")
]


class ReportFormat(StrEnum):
    """How a review is told."""

    TEXT = "text"
    JSON = "json"
    MAIL = "mail"
