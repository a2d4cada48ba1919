#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make an example series against a kernel tree, as git send-email would send it.

    python3 examples/make_series.py --tree TREE --base REV NAME -o FILE

NAME is a folder beside this script that holds a series.toml: clean, faulty, systems/....

The repository holds no kernel source, so the series is a recipe: files of our own in full, and
lines of ours that are put beside lines of the tree, found by regular expressions (README.md). The
same tree and base give the same bytes. The tree is only read: objects that are made on the way go
to a temporary folder, and no ref, index or checkout is touched. It does not send anything.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

AUTHOR = "Example Author <author@example.org>"
LIST = "linux-kernel@example.org"
SECTION = re.compile(r"^//: (\d+|end)$")


class RecipeError(Exception):
    """The recipe does not fit the tree, or git did not do what it was asked for."""


@dataclass(frozen=True, slots=True)
class Git:
    """Plumbing on someone's repository, with objects and index of our own."""

    tree: Path
    scratch: Path
    environment: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        objects = self.scratch / "objects"
        objects.mkdir()
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        theirs = _run(("git", "-C", str(self.tree), "rev-parse", "--git-path", "objects"), clean)
        environment = clean | {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_OBJECT_DIRECTORY": str(objects),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(
                (self.tree / theirs.decode().strip()).resolve()
            ),
            "GIT_INDEX_FILE": str(self.scratch / "index"),
            "LC_ALL": "C",
        }
        object.__setattr__(self, "environment", environment)

    def __call__(self, *arguments: str, stdin: bytes = b"") -> bytes:
        return _run(("git", "-C", str(self.tree), *arguments), self.environment, stdin)

    def words(self, *arguments: str, stdin: bytes = b"") -> str:
        return self(*arguments, stdin=stdin).decode("utf-8").strip()


def _run(argv: tuple[str, ...], environment: Mapping[str, str], stdin: bytes = b"") -> bytes:
    done = subprocess.run(argv, env=environment, input=stdin, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise RecipeError(f"{' '.join(argv)}: {said or f'exit code {done.returncode}'}")
    return done.stdout


def sections(source: str, patch: int) -> str:
    """What `source` holds from patch number `patch` on.

    A line `//: N` begins a section that the N-th patch adds, `//: end` ends it.
    """
    kept, since = [], 0
    for line in source.splitlines(keepends=True):
        if mark := SECTION.match(line.rstrip("\n")):
            since = 0 if mark[1] == "end" else int(mark[1])
        elif since <= patch:
            kept.append(line)
    return "".join(kept)


def edited(text: str, edit: Mapping[str, Any]) -> str:
    """`text` with one edit of a recipe made; RecipeError where its anchor is not there.

    `within` names the line that opens a scope, which ends with the next line that begins with a
    closing brace (or with the file). There, at the first place that matches, `after` or `before`
    puts `text` beside a line, and `replace` puts the template `with` in place of what it matched;
    with `every`, at each place of the scope.
    """
    lines = text.splitlines(keepends=True)
    first = _find(lines, edit["within"], 0) if "within" in edit else 0
    if first is None:
        raise RecipeError(f"{edit['path']}: no line matches {edit['within']!r}")
    close = _find(lines, r"\}", first + 1) if "within" in edit else None
    last = len(lines) if close is None else close + 1

    if "replace" in edit:
        scope = "".join(lines[first:last])
        once = 0 if edit.get("every") else 1
        changed, count = re.subn(edit["replace"], edit["with"], scope, count=once, flags=re.M)
        if not count:
            raise RecipeError(f"{edit['path']}: nothing matches {edit['replace']!r}")
        return "".join(lines[:first]) + changed + "".join(lines[last:])

    where = "after" if "after" in edit else "before"
    at = _find(lines[:last], edit[where], first)
    if at is None:
        raise RecipeError(f"{edit['path']}: no line matches {edit[where]!r}")
    at += where == "after"
    return "".join(lines[:at]) + edit["text"] + "".join(lines[at:])


def _find(lines: list[str], pattern: str, start: int) -> int | None:
    for number in range(start, len(lines)):
        if re.match(pattern, lines[number].rstrip("\n")):
            return number
    return None


def trees(git: Git, folder: Path, recipe: Mapping[str, Any], base: str) -> Iterator[str]:
    """The tree id after each patch of the recipe."""
    git("read-tree", f"{base}^{{tree}}")
    for number, patch in enumerate(recipe["patch"], 1):
        for ours in recipe.get("file", ()):
            source = (folder / ours["source"]).read_text("utf-8")
            _stage(git, ours["path"], sections(source, number))
        for edit in edits(folder, patch):
            text = git("cat-file", "blob", f":{edit['path']}").decode("utf-8")
            _stage(git, edit["path"], edited(text, edit))
        yield git.words("write-tree")


def edits(folder: Path, patch: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The edits of one patch: those of the files that it includes, then its own.

    An edit with `source` has its text in a file beside the recipe, after the line of its licence.
    """
    for name in patch.get("include", ()):
        yield from tomllib.loads((folder / name).read_text("utf-8"))["edit"]
    for edit in patch.get("edit", ()):
        if "source" in edit:
            _, _, text = (folder / edit["source"]).read_text("utf-8").partition("\n")
            yield {**edit, "text": text}
        else:
            yield edit


def _stage(git: Git, path: str, text: str) -> None:
    blob = git.words("hash-object", "-w", "--stdin", stdin=text.encode("utf-8"))
    git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")


def diff(git: Git, old: str, new: str, *what: str) -> str:
    """What `git diff-tree` says about two trees, in the order that git send-email sends it."""
    options = ("-r", "-M", "--full-index", "--no-ext-diff", "--no-textconv", "--no-color")
    return git("diff-tree", *options, *what, old, new).decode("utf-8")


def mails(git: Git, recipe: Mapping[str, Any], base: str, states: list[str]) -> Iterator[str]:
    """The cover letter and then the patches, each a message without its mbox line."""
    total, stat = len(recipe["patch"]), ("--stat=72", "--summary")
    when: datetime = recipe["date"]
    cover = f"<{when:%Y%m%d%H%M%S}.0-{recipe['name']}@example.org>"
    shortlog = "".join(f"  {patch['subject']}\n" for patch in recipe["patch"])
    start = git.words("rev-parse", f"{base}^{{tree}}")
    name = AUTHOR.partition(" <")[0]

    yield _headers(f"[PATCH 0/{total}] {recipe['cover']['subject']}", when, cover) + (
        f"{recipe['cover']['body']}\n{name} ({total}):\n{shortlog}\n"
        f"{diff(git, start, states[-1], *stat)}\n\nbase-commit: {base}\n-- \n2.39.0\n\n"
    )
    for number, (patch, old, new) in enumerate(
        zip(recipe["patch"], [start, *states], states, strict=False), 1
    ):
        me = cover.replace(".0-", f".{number}-", 1)
        subject = f"[PATCH {number}/{total}] {patch['subject']}"
        headers = _headers(subject, when + timedelta(seconds=number), me, cover)
        yield headers + (
            f"{patch['body']}\nSigned-off-by: {AUTHOR}\n---\n"
            f"{diff(git, old, new, *stat)}\n{diff(git, old, new, '-p')}-- \n2.39.0\n\n"
        )


def _headers(subject: str, when: datetime, me: str, parent: str = "") -> str:
    thread = f"In-Reply-To: {parent}\nReferences: {parent}\n" if parent else ""
    return (
        f"From: {AUTHOR}\nTo: {LIST}\nSubject: {subject}\nDate: {format_datetime(when)}\n"
        f"Message-Id: {me}\nX-Mailer: git-send-email 2.39.0\n{thread}MIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n"
    )


def mboxrd(messages: Iterator[str]) -> str:
    """One mbox of all messages, with `From ` quoted in the reversible way."""
    quoted = (re.sub(r"^(>*From )", r">\1", each, flags=re.M) for each in messages)
    return "".join(f"From mboxrd@z Thu Jan  1 00:00:00 1970\n{each}" for each in quoted)


def read(folder: Path) -> dict[str, Any]:
    """The recipe in `folder`, with the patches and files of the one that it goes `onto` first."""
    recipe = tomllib.loads((folder / "series.toml").read_text("utf-8"))
    files, patches = recipe.get("file", []), recipe["patch"]
    if below := recipe.get("onto"):
        lower = read(folder / below)
        files = [*({**f, "source": f"{below}/{f['source']}"} for f in lower["file"]), *files]
        patches = [*(_from(below, patch) for patch in lower["patch"]), *patches]
    return {**recipe, "file": files, "patch": patches}


def _from(below: str, patch: dict[str, Any]) -> dict[str, Any]:
    """A patch of the recipe below, with its files found from above."""
    edits = [
        {**e, "source": f"{below}/{e['source']}"} if "source" in e else e
        for e in patch.get("edit", ())
    ]
    include = [f"{below}/{name}" for name in patch.get("include", ())]
    return {**patch, "include": include, "edit": edits}


def make(tree: Path, base: str, folder: Path) -> str:
    """The series of the recipe in `folder` on `base`, as an mbox."""
    recipe = read(folder)
    with tempfile.TemporaryDirectory(prefix="series-") as scratch:
        git = Git(tree.resolve(), Path(scratch))
        commit = git.words("rev-parse", "--verify", f"{base}^{{commit}}")
        return mboxrd(mails(git, recipe, commit, list(trees(git, folder, recipe, commit))))


def series_names(examples: Path) -> list[str]:
    """All that can be made: folders with a recipe, as paths from `examples`."""
    found = examples.rglob("series.toml")
    return sorted(str(recipe.parent.relative_to(examples)) for recipe in found)


def main() -> int:
    examples = Path(__file__).resolve().parent
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("series", choices=series_names(examples))
    options.add_argument("--tree", type=Path, required=True, help="a git repository of a kernel")
    options.add_argument("--base", default="HEAD", help="the commit that the series is made for")
    options.add_argument("-o", "--output", type=Path, required=True, help="the mbox to write")
    chosen = options.parse_args()
    try:
        mbox = make(chosen.tree, chosen.base, examples / chosen.series)
    except RecipeError as failure:
        print(f"make_series: {failure}", file=sys.stderr)
        return 3
    partial = chosen.output.with_name(f".{chosen.output.name}.partial")
    partial.write_bytes(mbox.encode("utf-8"))
    partial.replace(chosen.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
