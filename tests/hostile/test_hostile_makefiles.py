# SPDX-License-Identifier: GPL-2.0-or-later
"""What a hostile series does when its tree is merely configured: with the sandbox, and without it.

Without it each must succeed, or it would show nothing that it fails with it.
"""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hostile_series import Victims
from stage import SECRET, Listener, Scene, alive

from vreview.adapters.kbuild import make as make_module
from vreview.adapters.kbuild.make import Configured, Make
from vreview.errors import StorageFailed

pytestmark = [pytest.mark.kernel, pytest.mark.build]

Made = Callable[..., Make]
BOTH = pytest.mark.parametrize("contained", [True, False], ids=["contained", "bare"])


def _configured(make: Make) -> Configured:
    return make.configure("CONFIG_64BIT=y\n")


@BOTH
@pytest.mark.parametrize("name", ["reads-home", "kconfig-reads-home"])
def test_the_home_is_not_read(confined_make: Made, home: Path, name: str, contained: bool) -> None:
    done = _configured(confined_make(name, Victims(home=home), contained=contained))
    assert (SECRET in done.log) is not contained
    assert done.text is not None


@BOTH
def test_no_one_is_called(
    confined_make: Made, listener: Listener, home: Path, contained: bool
) -> None:
    victims = Victims(port=listener.port, socket=listener.name, home=home)
    done = _configured(confined_make("calls-home", victims, contained=contained))
    assert done.text is not None
    assert (len(listener.heard) >= 3) is not contained
    assert not (contained and listener.heard)


class Count:
    """The most processes with a mark that the host has had meanwhile."""

    def __init__(self, mark: str) -> None:
        self.most = 0
        self._mark = mark
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._over.wait(0.01):
            self.most = max(self.most, len(alive(self._mark)))

    def __enter__(self) -> Count:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.most = max(self.most, len(alive(self._mark)))


@BOTH
def test_a_fork_bomb_stays_within_its_walls(
    confined_make: Made, mark: str, contained: bool
) -> None:
    make = confined_make("fork-bomb", Victims(mark=mark, size=300), contained=contained)
    with Count(mark) as count:
        _configured(make)
    if contained:
        assert 0 < count.most <= 120
        assert alive(mark) == ()
    else:
        assert count.most >= 300


@BOTH
def test_the_folder_does_not_fill_the_disk(confined_make: Made, contained: bool) -> None:
    make = confined_make("fills-folder", Victims(size=200), contained=contained)
    done = _configured(make)
    written = len(list(make.build.glob("planted.*")))
    assert ("it wrote more than 48 MiB" in done.stopped) is contained
    assert (written >= 200) is not contained


@BOTH
def test_the_tmp_of_the_host_is_not_written(
    confined_make: Made, mark: str, contained: bool
) -> None:
    done = _configured(confined_make("fills-tmp", Victims(mark=mark, size=40), contained=contained))
    planted = Path("/tmp") / f"{mark}.planted"
    assert planted.exists() is not contained
    planted.unlink(missing_ok=True)
    assert (f"wrote {40 << 20} bytes" in done.log) is not contained


@BOTH
def test_no_file_is_larger_than_allowed(confined_make: Made, contained: bool) -> None:
    make = confined_make("one-huge-file", Victims(size=4096), contained=contained)
    done = _configured(make)
    assert (f"huge: {4096 << 20}" in done.log) is not contained


@BOTH
def test_nothing_outside_is_written(
    confined_make: Made, thin: Scene, home: Path, tmp_path: Path, contained: bool
) -> None:
    cache = tmp_path / "cache"
    (cache / "kernels").mkdir(parents=True)
    (cache / "kernels" / "bzImage").write_text("a kernel\n")
    make = confined_make("writes-outside", Victims(home=home, cache=cache), contained=contained)
    makefile = (thin.slot.source / "Makefile").read_bytes()
    config = (thin.slot.folder / "git" / "config").read_bytes()
    try:
        _configured(make)
        unchanged = (
            (home / ".bashrc").read_text() == "# the canary's\n",
            not (home / ".profile").exists(),
            not (home / ".ccache").exists(),
            (cache / "kernels" / "bzImage").read_text() == "a kernel\n",
            (thin.slot.source / "Makefile").read_bytes() == makefile,
            (thin.slot.folder / "git" / "config").read_bytes() == config,
            not Path("/etc/planted").exists(),
            not Path("/usr/bin/planted").exists(),
        )
    finally:
        (thin.slot.folder / "git" / "config").write_bytes(config)
        if os.geteuid() == 0:
            Path("/etc/planted").unlink(missing_ok=True)
            Path("/usr/bin/planted").unlink(missing_ok=True)
    assert all(unchanged) if contained else not any(unchanged[:6])


@pytest.fixture
def victim(mark: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the host's that someone would like to see dead."""
    process = subprocess.Popen(("perl", "-e", f"sleep 600 # victim {mark}"))
    yield process
    process.kill()
    process.wait()


@BOTH
def test_no_process_of_the_host_is_killed(
    confined_make: Made, victim: subprocess.Popen[bytes], mark: str, contained: bool
) -> None:
    make = confined_make("kills", Victims(mark=f"victim {mark}"), contained=contained)
    _configured(make)
    if contained:
        assert victim.poll() is None
    else:
        assert victim.wait(timeout=10) == -signal.SIGKILL


@BOTH
def test_nothing_outlives_its_build(confined_make: Made, mark: str, contained: bool) -> None:
    done = _configured(confined_make("leaves-a-daemon", Victims(mark=mark), contained=contained))
    assert done.text is not None
    assert bool(alive(mark)) is not contained


@BOTH
def test_a_build_without_end_is_ended(
    confined_make: Made, monkeypatch: pytest.MonkeyPatch, contained: bool
) -> None:
    """By its deadline, sandbox or not; it is the series' fault, so a value."""
    monkeypatch.setattr(make_module, "_CONFIG_DEADLINE_S", 2.0)
    done = _configured(confined_make("never-ends", Victims(), contained=contained))
    assert (done.text, done.stopped) == (None, "it did not end within 2 s")


@BOTH
@pytest.mark.parametrize("name", ["never-stops-talking", "one-endless-line"])
def test_a_log_without_end_is_cut(confined_make: Made, name: str, contained: bool) -> None:
    done = _configured(confined_make(name, Victims(size=24), contained=contained))
    assert (done.stopped == "it printed more than 2 MiB") is contained
    assert (len(done.log) > 20 << 20) is not contained


@BOTH
def test_a_stranger_cannot_blame_the_host(confined_make: Made, contained: bool) -> None:
    make = confined_make("blames-the-host", Victims(), contained=contained)
    if contained:
        assert _configured(make).text is None
    else:
        with pytest.raises(StorageFailed):
            _configured(make)


@BOTH
def test_a_link_in_the_output_is_not_followed(
    confined_make: Made, home: Path, contained: bool
) -> None:
    make = confined_make("config-is-a-link", Victims(home=home), contained=contained)
    done = _configured(make)
    assert (done.text is not None and SECRET in done.text) is not contained


def test_a_pipe_in_the_output_is_not_waited_for(confined_make: Made) -> None:
    make = confined_make("config-is-a-pipe", Victims(), contained=True)
    assert _configured(make).text is None


def test_a_folder_too_deep_to_be_named_is_removed(confined_make: Made) -> None:
    make = confined_make("folder-without-end", Victims(), contained=True)
    assert _configured(make).text is not None
    assert max(len(Path(folder).parts) for folder, _, _ in os.walk(make.build)) < 60


@BOTH
def test_no_file_is_left_that_makes_root(confined_make: Made, contained: bool) -> None:
    make = confined_make("setuid", Victims(), contained=contained)
    _configured(make)
    mode = (make.build / "sh.planted").stat().st_mode
    assert bool(mode & (stat.S_ISUID | stat.S_ISGID)) is not contained


def test_no_user_namespace_is_made(confined_make: Made) -> None:
    done = _configured(confined_make("user-namespace", Victims(), contained=True))
    assert "unshare failed" in done.log
