# SPDX-License-Identifier: GPL-2.0-or-later
"""What the settings make of a machine that gives a sandbox, and of one that does not."""

from __future__ import annotations

import pytest

from vreview.adapters import sandbox
from vreview.adapters.sandbox import Offer, Sandbox
from vreview.config import Config, from_overrides
from vreview.errors import CannotConfine, ConfigError
from vreview.wiring.trust import confinement, trust_remarks

NONE = Offer(None, ("bwrap is not installed",), "vreview doctor --fix")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """One without bubblewrap."""
    monkeypatch.setattr(sandbox, "offer", lambda *, jobs: NONE)
    return monkeypatch


def test_ones_own_series_is_not_confined(machine: object) -> None:
    assert not confinement(Config()).strict
    assert trust_remarks(Config()) == ()


def test_a_strangers_is_refused_without_a_sandbox(machine: object) -> None:
    with pytest.raises(CannotConfine, match="bwrap is not installed") as caught:
        confinement(Config(untrusted=True))
    assert "vreview doctor --fix" in caught.value.hint
    assert "-c sandbox=best-effort" in caught.value.hint


@pytest.mark.parametrize("choice", ["best-effort", "off"])
def test_unless_the_user_says_otherwise(machine: object, choice: str) -> None:
    config = Config(untrusted=True, sandbox=choice)
    assert confinement(config).strict
    assert not isinstance(confinement(config), Sandbox)
    assert "without a sandbox" in trust_remarks(config)[0]


def test_what_the_sandbox_lacks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Offer(Sandbox(nested=True), ("memory is not limited",))
    monkeypatch.setattr(sandbox, "offer", lambda *, jobs: found)
    config = Config(untrusted=True)
    assert confinement(config) is found.sandbox
    assert trust_remarks(config) == ("untrusted: of the sandbox, memory is not limited",)


def test_the_settings_are_read_from_the_command_line() -> None:
    config = from_overrides(Config(), ["untrusted=true", "sandbox=best-effort"])
    assert (config.untrusted, config.sandbox) == (True, "best-effort")
    with pytest.raises(ConfigError, match="must be true or false"):
        from_overrides(Config(), ["untrusted=perhaps"])
    with pytest.raises(ConfigError, match="no sandbox 'maybe'"):
        from_overrides(Config(), ["sandbox=maybe"])
