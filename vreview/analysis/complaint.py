# SPDX-License-Identifier: GPL-2.0-or-later
"""Which calls tell a person that something failed, and how loudly. Debug and info levels do not."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from vreview.analysis.expr import Expr, K

Level = Literal["error", "warning", ""]

_ERROR = re.compile(
    r"(^|_)(err|error|crit|critical|emerg|alert)(_probe|_msg)?(_once|_ratelimited)?$"
    r"|(^|_)(ERR|ERROR|CRIT|FATAL)(_MSG|_FMT)?(_MOD)?$|^NL_SET_ERR_MSG|_set_err_msg\w*$|^NL_SET_BAD"
)
_WARNING = re.compile(r"(^|_)(warn|warning|notice)(_once|_ratelimited)?$|(^|_)(WARN|WARNING)$")
_LOUD = frozenset({"KERN_ERR", "KERN_CRIT", "KERN_ALERT", "KERN_EMERG"})


def level_of(call: Expr) -> Level:
    """How loudly the call reports: only calls with a text count."""
    level = by_name(call.text)
    if not level or not any(kid.kind is K.STRING for kid in call.kids):
        return ""
    if level == "printk":
        said = call.kids[0].text
        return "error" if said in _LOUD else "warning" if said == "KERN_WARNING" else ""
    return "error" if level == "error" else "warning"


@lru_cache(maxsize=1 << 14)
def by_name(name: str) -> str:
    """``error``, ``warning``, ``printk`` (the text tells) or nothing."""
    if name in ("printk", "pr_fmt"):
        return "printk"
    if _ERROR.search(name):
        return "error"
    return "warning" if _WARNING.search(name) else ""
