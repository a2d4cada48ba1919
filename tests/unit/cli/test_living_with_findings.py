# SPDX-License-Identifier: GPL-2.0-or-later
"""From a finding's id to its explanation, to its dismissal, to the next version of the series."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from vreview.cli.boundary import guarded
from vreview.cli.commands import app_for

PATH = "drivers/demo/port.c"
GOOD = """\
static int port_set(struct port *port, int value)
{
	if (!port)
		return -ENODEV;
	if (value > port->max)
		return -EINVAL;
	port->value = value;
	return 0;
}
"""
BAD = GOOD.replace("-EINVAL", "EINVAL")
OTHER = GOOD.replace("-ENODEV", "ENODEV")
BOTH = BAD.replace("-ENODEV", "ENODEV")


@dataclass(frozen=True, slots=True)
class Ran:
    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class World:
    """A user's home, and a tree that has the good function in its only commit."""

    home: Path

    @property
    def tree(self) -> Path:
        return self.home / "tree"

    def git(self, *args: str) -> str:
        done = subprocess.run(
            ["git", "-C", self.tree, *args], check=True, capture_output=True, text=True
        )
        return done.stdout

    def mail(self, text: str, *, version: int = 1) -> Path:
        """One mail that leads from the base to ``text``."""
        (self.tree / PATH).write_text(text)
        diff = self.git("diff")
        self.git("checkout", "-q", "--", ".")
        tag = f"PATCH v{version}" if version > 1 else "PATCH"
        file = self.home / f"v{version}.mbox"
        file.write_text(
            "From x Thu Jan  1 00:00:00 1970\n"
            f"From: A Tester <tester@example.org>\nSubject: [{tag}] demo: set it\n"
            f"Date: Thu, 1 Jan 2026 00:00:0{version} +0000\nMessage-ID: <{version}@example.org>\n"
            f"\nSet it.\n\nSigned-off-by: A Tester <tester@example.org>\n---\n{diff}\n"
        )
        return file

    def __call__(self, *words: object) -> Ran:
        argv = list(map(str, words))
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = guarded(
                lambda: app_for(argv)(argv, prog_name="vreview", standalone_mode=False)
            )
        return Ran(status, out.getvalue(), err.getvalue())

    def lint(self, *words: object) -> Ran:
        return self("lint", "--tree", self.tree, "--base", "main", *words)

    def value(self, *words: object) -> dict[str, list[dict[str, object]]]:
        done = self.lint("--format", "json", *words)
        assert done.returncode in (0, 1), done.stderr
        value: dict[str, list[dict[str, object]]] = json.loads(done.stdout)
        return value


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path)
    for name in ("CACHE", "STATE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    file = made.tree / PATH
    file.parent.mkdir(parents=True)
    file.write_text(GOOD)
    subprocess.run(["git", "init", "-q", "-b", "main", made.tree], check=True)
    made.git("add", "-A")
    made.git("commit", "-q", "-m", "base")
    return made


def ident_of(text: str) -> str:
    found = re.search(r"^    id ([0-9a-f]{10})", text, re.MULTILINE)
    assert found
    return found[1]


def test_a_finding_is_explained_dismissed_and_counted(world: World) -> None:
    series = world.mail(BAD)
    ident = ident_of(world.lint(series).stdout)

    told = world("explain", ident[:6])
    assert (told.returncode, told.stderr) == (0, "")
    assert re.search(r"^  > +6 +return EINVAL;$", told.stdout, re.MULTILINE)
    assert "Why it matters" in told.stdout

    done = world("dismiss", ident, "--reason", "its caller negates it")
    assert (done.returncode, done.stderr) == (0, "")
    again = world.lint(series)
    assert (again.returncode, again.stdout) == (0, "note: 1 finding dismissed; --show-dismissed\n")
    shown = world.lint(series, "--show-dismissed")
    assert shown.returncode == 0
    assert shown.stdout.startswith(f"{PATH}:6: dismissed: ")
    assert "its caller negates it" in shown.stdout
    assert world("explain", ident).returncode == 0, "what was dismissed is explained, too"


def test_a_dismissal_that_is_over_brings_the_finding_back(world: World) -> None:
    series = world.mail(BAD)
    ident = world.value(series)["findings"][0]["id"]
    kept = world.home / "CONFIG/vreview/dismissed.toml"
    kept.parent.mkdir(parents=True)
    kept.write_text(f'[[dismissed]]\nid = "{ident}"\nreason = "until then"\nuntil = 2020-01-31\n')
    done = world.lint(series)
    assert done.returncode == 1
    assert "its dismissal ended on 2020-01-31: until then" in done.stdout


def test_a_teams_file_is_read_when_the_settings_name_it(world: World) -> None:
    series = world.mail(BAD)
    ident = ident_of(world.lint(series).stdout)
    team = world.home / "team.toml"
    done = world("dismiss", ident, "--reason", "by design", "--file", team)
    assert done.returncode == 0
    assert "to have it read" in done.stderr
    assert world.lint(series).returncode == 1
    assert world.lint(series, "-c", f"dismissed={team}").returncode == 0


def test_the_tree_under_review_dismisses_nothing(world: World) -> None:
    """The author of a series could put a file there."""
    series = world.mail(BAD)
    ident = ident_of(world.lint(series).stdout)
    inside = world.tree / "dismissed.toml"
    assert world("dismiss", ident, "--reason", "mine", "--file", inside).returncode == 0
    (world.tree / ".vreview.toml").write_text(f'dismissed = ["{inside}"]\n')
    assert world.lint(series).returncode == 1


def test_a_damaged_file_is_bad_input_before_anything_is_read(world: World) -> None:
    kept = world.home / "CONFIG/vreview/dismissed.toml"
    kept.parent.mkdir(parents=True)
    kept.write_text('[[dismissed]]\nid = "x"\n')
    done = world.lint(world.mail(BAD))
    assert (done.returncode, done.stdout) == (2, "")
    assert "dismissed.toml: entry 1: id must be" in done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["explain", "0123456789"], "no finding 0123456789"),
        (["explain", "nonsense"], "is no finding's id"),
        (["dismiss", "0123456789", "--reason", " "], "--reason must say why"),
        (["dismiss", "0123456789", "--reason", "x", "--until", "soon"], "--until soon"),
        (["dismiss", "0123456789", "--reason", "x", "--until", "2020-01-01"], "is over"),
        (["dismiss", "0123456789", "--reason", "x"], "no finding 0123456789"),
        (["lint", "a.mbox", "b.mbox", "--each", "--since", "c.mbox", "--no-tree"], "--since"),
    ],
)
def test_bad_input_is_told_with_what_to_do(world: World, words: list[str], says: str) -> None:
    done = world(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "\nhint: " in done.stderr


@pytest.mark.parametrize("how", [(), ("--no-tree",)], ids=["tree", "no tree"])
def test_the_next_version_is_held_against_the_one_before(
    world: World, how: tuple[str, ...]
) -> None:
    first, second = world.mail(BOTH), world.mail(BAD, version=2)
    value = world.value(second, "--since", first, *how)
    assert [(f["subject"], f["standing"], f["notes"]) for f in value["findings"]] == [
        ("EINVAL", "persists", ["persists since v1"])
    ]
    assert [(f["subject"], f["notes"]) for f in value["addressed"]] == [
        ("ENODEV", ["was in v1, gone in v2"])
    ]
    told = world("explain", value["findings"][0]["short_id"]).stdout
    assert re.search(r"^note +persists since v1$", told, re.MULTILINE)
    grown = world.value(world.mail(BOTH, version=3), "--since", second, *how)
    assert [(f["subject"], f["notes"]) for f in grown["findings"]] == [
        ("ENODEV", ["new in v3"]),
        ("EINVAL", ["persists since v2"]),
    ]


def test_what_is_addressed_is_no_reason_to_complain(world: World) -> None:
    done = world.lint(world.mail(GOOD.replace("value;", "value + 1;"), version=2),
                      "--since", world.mail(BAD))  # fmt: skip
    assert done.returncode == 0
    assert done.stdout.startswith(f"{PATH}:6: addressed: ")


def test_a_review_dismisses_and_compares_as_well(world: World) -> None:
    first, second = world.mail(BOTH), world.mail(BAD, version=2)
    review = ("review", second, "--no-tree", "--only", "lint", "--quiet", "--since", first)
    done = world(*review)
    assert done.returncode == 1
    assert "persists since v1" in done.stdout
    assert "was in v1, gone in v2" in done.stdout
    found = re.search(r"port_set\(\)  ([0-9a-f]{10})$", done.stdout, re.MULTILINE)
    assert found
    assert world("explain", found[1]).returncode == 0
    assert world("dismiss", found[1], "--reason", "by design").returncode == 0
    again = world(*review)
    assert again.returncode == 0
    assert "1 finding dismissed; --show-dismissed" in again.stdout
    assert "by design" in world(*review, "--show-dismissed").stdout


def test_old_results_make_room(world: World) -> None:
    series = world.mail(BAD)
    results = world.home / "STATE/vreview/lints"
    results.mkdir(parents=True)
    for number in range(40):
        (results / f"20200101-0000{number:02d}-abcdef").mkdir()
    ident = ident_of(world.lint(series).stdout)
    assert len(list(results.iterdir())) == 30
    assert world("explain", ident).returncode == 0


def test_a_home_that_cannot_be_written_still_gets_its_findings(world: World) -> None:
    (world.home / "STATE").write_text("a file, where a folder should be")
    done = world.lint(world.mail(BAD))
    assert done.returncode == 1
    assert done.stdout.startswith(f"{PATH}:6: error: ")
    assert done.stderr.startswith("note: vreview explain will not know these findings: ")
