# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

from vreview.cli.boundary import Exit, guarded
from vreview.errors import CommandTimeout, SeriesError, ToolMissing


def _raising(error: BaseException) -> int:
    def command() -> None:
        raise error

    return guarded(command)


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (SeriesError("no patch in x.mbox", hint="vreview --help"), 2, "hint: vreview --help"),
        (ToolMissing("qemu", needed_for="boot"), 3, "vreview doctor --fix"),
        (CommandTimeout(("make", "x y"), 3.0), 3, "make 'x y'"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_errors_become_words_and_codes(
    error: BaseException, code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _raising(error) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err


def test_our_bug_is_one_line_and_a_saved_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert _raising(ZeroDivisionError("oops")) == Exit.OUR_BUG
    err = capsys.readouterr().err
    assert "Traceback" not in err
    saved = Path(err.split("report it with ")[1].strip())
    assert "ZeroDivisionError" in saved.read_text()
    saved.unlink()


def test_a_commands_own_status_is_passed_through() -> None:
    assert guarded(lambda: 4) == 4
    assert guarded(lambda: None) == 0
