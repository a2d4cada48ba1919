# SPDX-License-Identifier: GPL-2.0-or-later
"""The verbs of the kernel's function names, and which of them take back which."""

from __future__ import annotations

import re
from functools import lru_cache

_OPPOSITE: dict[str, str] = {
    "init": "exit fini uninit deinit cleanup clean release destroy free remove teardown shutdown "
    "unregister deinitialize",
    "initialize": "exit uninitialize cleanup release destroy free teardown shutdown deinitialize",
    "alloc": "free release dealloc put destroy",
    "allocate": "free release deallocate destroy",
    "create": "destroy remove delete free release",
    "new": "free destroy put",
    "register": "unregister deregister",
    "add": "remove del delete",
    "request": "free release",
    "enable": "disable",
    "get": "put release unget",
    "open": "close release",
    "start": "stop",
    "map": "unmap",
    "attach": "detach",
    "startup": "shutdown",
    "entry": "exit",
    "vote": "unvote",
    "connect": "disconnect",
    "acquire": "release",
    "setup": "teardown cleanup free release destroy unset shutdown unsetup deinit exit fini",
    "prepare": "unprepare cleanup",
    "load": "unload",
    "bind": "unbind",
    "link": "unlink",
    "install": "uninstall",
    "insert": "remove",
    "pin": "unpin",
    "ref": "unref",
    "hold": "release put",
    "claim": "release",
    "reserve": "release unreserve",
    "populate": "depopulate",
    "on": "off",
    "probe": "remove disconnect shutdown detach unprobe",
    "grab": "put release drop ungrab",
    "join": "leave",
    "build": "destroy free",
    "import": "release free unimport",
    "export": "unexport",
    "charge": "uncharge",
    "activate": "deactivate",
    "deassert": "assert",
    "powerup": "powerdown",
    "resume": "suspend",
    "subscribe": "unsubscribe",
    "mount": "umount unmount",
    "push": "pop",
    "inc": "dec",
    "wake": "sleep",
}
INVERSE = {verb: frozenset(words.split()) for verb, words in _OPPOSITE.items()}
UNDOING = frozenset(word for words in INVERSE.values() for word in words)
_FLUFF = frozenset(
    (
        "sync",
        "async",
        "optional",
        "exclusive",
        "autosuspend",
        "noidle",
        "wait",
        "one",
        "single",
        "all",
        "and",
        "by",
        "of",
        "mq",
        "deferred",
        "locked",
        "unlocked",
        "noresume",
        "managed",
    )
)
_WORD = re.compile(r"[a-z]+|[A-Z]+|\d+")


@lru_cache(maxsize=1 << 14)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a function's name."""
    return tuple(_WORD.findall(name))


@lru_cache(maxsize=1 << 14)
def undoes(release: str, acquire: str) -> bool:
    """By its name, ``release`` takes back what ``acquire`` did."""
    if release == acquire:
        return False
    noun, verbs = _parts(acquire, does=True)
    other, undone = _parts(release, does=False)
    if not verbs or noun != other:
        return False
    return any(
        u in INVERSE[v] or u in ("un" + v, "de" + v, "dis" + v) for v in verbs for u in undone
    )


@lru_cache(maxsize=1 << 14)
def _parts(name: str, *, does: bool) -> tuple[tuple[str, ...], frozenset[str]]:
    """A name without its verbs, and its verbs: those that do, or those that undo."""
    words = [w for w in words_of(name) if w not in _FLUFF]
    verbs = frozenset(w for w in words if w in (INVERSE if does else UNDOING))
    return tuple(sorted(w for w in words if w not in verbs)), verbs


_GIVES = frozenset(
    (
        "get",
        "find",
        "lookup",
        "alloc",
        "allocate",
        "create",
        "new",
        "open",
        "request",
        "register",
        "dup",
        "clone",
        "acquire",
        "parse",
        "build",
        "map",
        "attach",
        "connect",
        "load",
        "import",
    )
)
_TAKES_BACK = frozenset(
    (
        "put",
        "free",
        "release",
        "destroy",
        "close",
        "unregister",
        "unmap",
        "detach",
        "disconnect",
        "unref",
        "unload",
        "delete",
        "dealloc",
    )
)
_VERBS = _GIVES | _TAKES_BACK | INVERSE.keys() | UNDOING | _FLUFF
_FINDS = frozenset(
    (
        "get",
        "find",
        "lookup",
        "open",
        "acquire",
        "request",
        "connect",
        "attach",
        "map",
        "load",
        "parse",
    )
)
_PUTS = frozenset(("put", "release", "unref", "close", "disconnect", "detach", "unmap", "unload"))
_WHOLE = frozenset(
    (
        "init",
        "initialize",
        "probe",
        "attach",
        "bind",
        "open",
        "start",
        "startup",
        "resume",
        "setup",
        "enable",
        "connect",
        "register",
        "create",
        "load",
        "alloc",
        "entry",
        "prepare",
        "activate",
    )
)
_ONLY_LOOKS_UP = re.compile(
    r"drvdata|_priv$|data$|intfdata|^to_|_to_|container|platdata|of_match|irq|alias|_ids?$|_name$"
    r"|size|count|rate|state|index|_nr$|_num$|_parse_dt$|^devm"
)


@lru_cache(maxsize=1 << 14)
def may_give(name: str) -> bool:
    """The function's name says that its result may be the caller's to give back."""
    return not _GIVES.isdisjoint(words_of(name)) and not _ONLY_LOOKS_UP.search(name)


@lru_cache(maxsize=1 << 14)
def takes_back(release: str, acquire: str) -> bool:
    """``release`` takes back what it is given: what was found is put, what was made is freed."""
    found = not _FINDS.isdisjoint(words_of(acquire))
    return not (_PUTS if found else _TAKES_BACK).isdisjoint(words_of(release))


@lru_cache(maxsize=1 << 14)
def shares_a_noun(release: str, acquire: str) -> bool:
    """The two names have a word in common that is no verb, or one of them is a verb alone."""
    nouns = [set(words_of(name)) - _VERBS for name in (release, acquire)]
    return not all(nouns) or not nouns[0].isdisjoint(nouns[1])


@lru_cache(maxsize=1 << 14)
def whole(name: str) -> bool:
    """The function's name says that another one takes back the whole of it."""
    return not _WHOLE.isdisjoint(words_of(name))


@lru_cache(maxsize=1 << 14)
def ends(name: str) -> bool:
    """The function's name says that it undoes something."""
    return not UNDOING.isdisjoint(words_of(name))


@lru_cache(maxsize=1 << 14)
def does(name: str) -> bool:
    """The function's name says that it does something that can be undone."""
    return not INVERSE.keys().isdisjoint(words_of(name))
