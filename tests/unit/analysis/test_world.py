# SPDX-License-Identifier: GPL-2.0-or-later
"""What is in view comes first; what is not is asked of the library."""

from __future__ import annotations

from vreview.analysis.summary import Callback, FileSummary, FunctionSummary, World


def function(name: str, *, gives: str = "", forwards: str = "") -> FunctionSummary:
    return FunctionSummary(
        name,
        f"{name}.c",
        1,
        (),
        gives=frozenset(gives.split()),
        forwards=frozenset(forwards.split()),
    )


class Shelf:
    """A library of some functions that counts the questions."""

    def __init__(self, *functions: FunctionSummary) -> None:
        self.functions = {one.name: one for one in functions}
        self.asked: list[str] = []

    def function(self, name: str) -> FunctionSummary | None:
        self.asked.append(name)
        return self.functions.get(name)

    def callbacks(self, name: str) -> tuple[Callback, ...]:
        return ()


def world(*own: FunctionSummary, shelf: Shelf | None = None) -> World:
    return World(FileSummary("own.c", own), (), shelf)


def test_a_function_in_view_is_not_asked_for_elsewhere() -> None:
    shelf = Shelf(function("port_get", gives="null"))
    mine = function("port_get", gives="err_ptr")
    assert world(mine, shelf=shelf).function("port_get") == mine
    assert shelf.asked == []


def test_what_is_not_in_view_is_what_the_library_says() -> None:
    there = function("port_get")
    assert world(shelf=Shelf(there)).function("port_get") == there
    assert world(shelf=Shelf()).function("port_get") is None
    assert world().function("port_get") is None


def test_what_a_function_may_give_goes_through_those_it_forwards() -> None:
    shelf = Shelf(function("port_find", gives="err_ptr call", forwards="port_alloc"))
    mine = function("port_open", gives="null call", forwards="port_find")
    seen = world(mine, function("port_alloc", gives="null"), shelf=shelf)
    assert seen.may_give("port_open") == {"null", "err_ptr"}


def test_a_function_that_nobody_knows_leaves_the_answer_open() -> None:
    mine = function("port_open", gives="null call", forwards="port_find")
    assert world(mine).may_give("port_open") == {"null", "unknown"}


def test_functions_that_hand_on_each_others_result_come_to_an_end() -> None:
    ping, pong = function("ping", forwards="pong"), function("pong", gives="null", forwards="ping")
    assert world(ping, pong).may_give("ping") == {"null"}


def test_a_long_chain_is_followed_so_far_and_no_farther() -> None:
    chain = [function(f"f{n}", forwards=f"f{n + 1}") for n in range(9)]
    shelf = Shelf(*chain)
    assert world(shelf=shelf).may_give("f0", deepest=3) == {"unknown"}
    assert "f6" not in shelf.asked
