# SPDX-License-Identifier: GPL-2.0-or-later
"""Conventions are proposed where most callers keep to them, and nowhere else."""

from __future__ import annotations

import pytest

from vreview.analysis.habits import Handed, conducts, may_release, named_in_header
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.mined import Census, Habitual, counterpart, habitual, paired

HEADER = b"""
/* port_ghost() is gone */
struct port *port_get(int number);
void port_put(struct port *port);
int __must_check port_reset(struct port *port);
"""
TESTED = b"""
static int use(int n)
{
	struct port *port = port_get(n);

	if (IS_ERR(port))
		return PTR_ERR(port);
	port_put(port);
	return 0;
}
"""
UNTESTED = b"static void use(int n) { struct port *port = port_get(n); port->used = 1; }"
RESETS = b"int again(struct port *port) { return port_reset(port); }"
DROPS = b"void again(struct port *port) { port_reset(port); }"
ASSIGNED = b"""
static int use(int n)
{
	struct port *port;

	if (!(port = port_find(n)))
		return -ENOENT;
	return port->number;
}
"""


def counted(*texts: bytes, folders: int = 4) -> Census:
    census = Census()
    census.named, census.marked = map(set, named_in_header(HEADER))
    census.named.add("port_find")
    for number, text in enumerate(texts):
        census.add(f"drivers/d{number % folders}/f{number}.c", conducts(text, Knowledge()))
    return census


def proposed(census: Census) -> dict[str, Habitual]:
    return {h.name: h for h in habitual(census)}


def test_header_names_and_marks() -> None:
    named, marked = named_in_header(HEADER)
    assert {"port_get", "port_put", "port_reset"} <= named
    assert "port_ghost" not in named
    assert marked == {"port_reset"}


def test_an_error_pointer_is_what_callers_test_for_one() -> None:
    found = proposed(counted(*[TESTED] * 20))["port_get"]
    assert (found.kind, found.held_by, found.callers) == ("err_pointer", 20, 20)


def test_one_who_does_not_test_is_counted_and_does_not_change_the_convention() -> None:
    found = proposed(counted(*[TESTED] * 20, UNTESTED))["port_get"]
    assert (found.held_by, found.callers) == (20, 21)


@pytest.mark.parametrize(
    ("texts", "folders"),
    [([TESTED] * 5, 4), ([TESTED] * 20, 2)],
    ids=["few callers", "one folder's own"],
)
def test_too_few_are_no_convention(texts: list[bytes], folders: int) -> None:
    assert proposed(counted(*texts, folders=folders)) == {}


def test_what_the_function_itself_gives_outweighs_its_callers() -> None:
    gives_null = b"struct port *port_get(int n) { if (n < 0) return NULL; return first + n; }"
    assert "port_get" not in proposed(counted(*[TESTED] * 20, gives_null))


def test_a_file_with_a_static_function_of_that_name_means_its_own() -> None:
    own = b"static struct port *port_get(int n) { return first + n; }\n" + TESTED
    assert proposed(counted(*[own] * 20)) == {}


def test_a_result_that_nearly_nobody_drops_must_be_checked() -> None:
    assert proposed(counted(*[RESETS] * 20))["port_reset"].kind == "must_check"
    assert "port_reset" not in proposed(counted(*[RESETS] * 20, DROPS))


def test_an_assignment_in_a_condition_counts_once() -> None:
    finder = b"struct port *port_find(int n) { return NULL; }"
    found = proposed(counted(*[ASSIGNED] * 20, finder))["port_find"]
    assert (found.kind, found.held_by, found.callers) == ("null_pointer", 20, 20)


def test_a_pair_is_what_most_give_back_by_the_same_call() -> None:
    (pair,) = paired(counted(*[TESTED] * 20))
    assert (pair.acquire, pair.release, pair.release_arg) == (Handed("port_get", -1), "port_put", 0)
    assert (pair.failure, pair.held_by, pair.callers) == ("errptr", 20, 20)


def test_counts_of_two_processes_add_up() -> None:
    whole, part = counted(*[TESTED] * 12), counted(*[TESTED] * 8)
    whole.merge(part)
    assert proposed(whole)["port_get"].callers == 20


@pytest.mark.parametrize(
    ("acquire", "release"),
    [
        ("clk_prepare", "clk_unprepare"),
        ("sg_alloc_table", "sg_free_table"),
        ("memdup_user", "free"),
    ],
)
def test_counterparts(acquire: str, release: str) -> None:
    assert counterpart(acquire, release)
    assert not counterpart(acquire, "spin_unlock_bh")


def test_names_that_only_sound_like_a_release() -> None:
    assert all(map(may_release, ("kfree", "put_device", "dev_put", "iounmap", "misc_deregister")))
    others = ("input_allocate_device", "ip_route_output", "skb_put", "__get_free_page", "put_user")
    assert not any(map(may_release, others))
