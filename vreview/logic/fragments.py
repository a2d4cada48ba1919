# SPDX-License-Identifier: GPL-2.0-or-later
"""Fragments merged, and what was asked compared with what Kconfig made of it.

Kconfig drops an option whose dependency is missing without a word; here every such option is
named. Does not run Kconfig.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vreview.model.kernel import Dropped, Fragment


def merge(fragments: Sequence[Fragment]) -> tuple[Fragment, ...]:
    """The fragments with only the asks that count: a later fragment overrides an earlier one."""
    owner = {symbol: number for number, f in enumerate(fragments) for symbol, _ in f.asks}
    return tuple(
        Fragment(f.name, tuple((s, v) for s, v in f.asks if owner[s] == number))
        for number, f in enumerate(fragments)
    )


def render(fragments: Sequence[Fragment]) -> str:
    """The merged fragments as the text that Kconfig reads."""
    lines = []
    for fragment in merge(fragments):
        lines.append(f"# {fragment.name}")
        for symbol, value in fragment.asks:
            lines.append(
                f"# CONFIG_{symbol} is not set" if value == "n" else f"CONFIG_{symbol}={value}"
            )
    return "\n".join(lines) + "\n"


def asked_vs_got(fragments: Sequence[Fragment], got: Mapping[str, str]) -> tuple[Dropped, ...]:
    """Each option whose final value is not the one asked for, in the order of the fragments.

    An option that the final .config does not mention is n: Kconfig leaves out what is invisible.
    """
    return tuple(
        Dropped(symbol=symbol, asked=value, got=got.get(symbol, "n"), fragment=fragment.name)
        for fragment in merge(fragments)
        for symbol, value in fragment.asks
        if got.get(symbol, "n") != value and not (value == '""' and symbol not in got)
    )
