# SPDX-License-Identifier: GPL-2.0-or-later
"""What a later patch repairs is held against nobody, and named where it stops a bisection."""

from __future__ import annotations

from series_of_states import BAD, GOOD, PATH, review, where

from vreview.model.observation import Severity

LOCKED = """\
static int port_open(struct port *port)
{
	int err;

	mutex_lock(&port->lock);
	err = port_power(port, true);
	if (err)
		goto out;
	port->users++;
out:
	mutex_unlock(&port->lock);
	return err;
}
"""
STUCK = LOCKED.replace("goto out", "return err")
UNLOCKED = LOCKED.replace("\tmutex_lock(&port->lock);\n", "").replace(
    "\tmutex_unlock(&port->lock);\n", ""
)
RENAMED = LOCKED.replace("port->users++", "port->count++")


def test_a_lock_that_is_lost_only_in_between_is_a_note() -> None:
    (found,) = review(UNLOCKED, STUCK, LOCKED).findings
    assert where([found]) == [("locking/missing-unlock", "port_open", 1, 1)]
    assert found.repaired_by == 2
    assert found.observation.severity is Severity.NOTE
    assert found.observation.message.startswith("between patch 1 and patch 2, port_open() ")
    assert found.observation.place.line == 8
    assert found.observation.question.endswith("for whoever bisects through the series?")


def test_the_patch_that_repairs_it_is_the_first_without_it() -> None:
    stuck_still = STUCK.replace("port->users++", "port->count++")
    (found,) = review(UNLOCKED, STUCK, stuck_still, RENAMED, RENAMED + GOOD).findings
    assert (found.patch, found.repaired_by) == (1, 3)


def test_a_fault_that_stays_is_told_once_and_as_it_is() -> None:
    (found,) = review(UNLOCKED, STUCK, STUCK.replace("users++", "count++")).findings
    assert (found.patch, found.repaired_by) == (1, None)
    assert found.observation.severity is Severity.WARNING


def test_hunks_alone_do_not_show_the_states_in_between() -> None:
    assert review(UNLOCKED, STUCK, LOCKED, tree=False).findings == ()


def test_a_function_further_down_is_followed_to_where_it_was() -> None:
    above = "#include <linux/port.h>\n" * 9
    (found,) = review(
        GOOD + UNLOCKED, GOOD + STUCK, above + GOOD + STUCK, above + GOOD + LOCKED
    ).findings
    assert (found.patch, found.repaired_by, found.observation.place.line) == (1, 3, 17)


def test_a_helper_of_the_same_file_that_unlocks_is_seen() -> None:
    helper = """\
static int port_fail(struct port *port, int err)
{
	mutex_unlock(&port->lock);
	return err;
}

"""
    helped = helper + STUCK.replace("return err;", "return port_fail(port, err);", 1)
    assert review(helper + UNLOCKED, helped, helper + LOCKED).findings == ()


def test_an_error_number_lost_in_between_stops_no_bisection() -> None:
    assert review(GOOD, BAD, GOOD.replace("max", "most")).findings == ()


def test_a_fault_of_the_base_is_not_made_in_between() -> None:
    assert review(STUCK, STUCK.replace("users++", "count++"), RENAMED).findings == ()


def test_a_function_that_is_broken_and_renamed_is_the_same_fault() -> None:
    renamed = STUCK.replace("port_open", "port_attach")
    found = review(UNLOCKED, STUCK, renamed).findings
    assert [f.repaired_by for f in found] == [None]


def test_each_patch_in_a_file_of_its_own_has_no_between() -> None:
    other = "drivers/demo/other.c"
    found = review(
        {PATH: UNLOCKED, other: GOOD}, {PATH: LOCKED, other: GOOD}, {PATH: LOCKED, other: BAD}
    ).findings
    assert [f.repaired_by for f in found] == [None]
