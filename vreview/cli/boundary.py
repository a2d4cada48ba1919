# SPDX-License-Identifier: GPL-2.0-or-later
"""The one place where errors become words and exit codes, and the only broad except.

Codes: 0 nothing new, 1 something new, 2 usage or bad input, 3 our side failed, 4 ran but cannot
tell, 70 a bug of ours, 130 Ctrl-C.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from enum import IntEnum

import typer

from vreview.adapters.proc import kill_all
from vreview.errors import VreviewError


class Exit(IntEnum):
    NOTHING_NEW = 0
    SOMETHING_NEW = 1
    USAGE = 2
    OUR_FAILURE = 3
    CANNOT_TELL = 4
    OUR_BUG = 70
    INTERRUPTED = 130


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _usage(err: typer.TyperException) -> str:
    """What typer says of a command line, with the help page to read; a bare `vreview` is no error
    but a wish to see that page."""
    message = err.format_message()
    if message.startswith("Usage:"):
        return message
    context = getattr(err, "ctx", None)
    command = context.command_path if context is not None else "vreview"
    return f"error: {message.replace('Value error, ', '')}\nhint: {command} --help"


def guarded(command: Callable[[], object]) -> int:
    """Runs a command; the result is its exit code. A command's own int is passed through."""
    try:
        result = command()
        sys.stdout.flush()
    except typer.Exit as err:
        return err.exit_code
    except typer.TyperException as err:
        _say(_usage(err))
        return Exit.USAGE
    except (KeyboardInterrupt, typer.Abort):
        kill_all()
        _say("interrupted")
        return Exit.INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # The reader (head, less) has gone; what it saw was right. Nothing here calls sys.exit but
        # typer, when a write of a command's finds that out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.NOTHING_NEW
    except VreviewError as err:
        _say(f"error: {err}")
        if err.hint:
            _say(f"hint: {err.hint}")
        return err.exit_code
    except Exception as err:
        with tempfile.NamedTemporaryFile(
            "w", prefix="vreview-bug-", suffix=".txt", delete=False
        ) as out:
            traceback.print_exc(file=out)
        _say(f"error: this is a bug in vreview ({type(err).__name__}: {err})")
        _say(f"hint: please report it with {out.name}")
        return Exit.OUR_BUG
    if result == Exit.INTERRUPTED:  # typer has turned the KeyboardInterrupt into a status
        kill_all()
        _say("interrupted")
    return result if isinstance(result, int) else Exit.NOTHING_NEW
