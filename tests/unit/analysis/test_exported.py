# SPDX-License-Identifier: GPL-2.0-or-later
"""Other files see what is not static, with what its static helpers do."""

from __future__ import annotations

from vreview.analysis.exported import exported
from vreview.analysis.knowledge import Knowledge
from vreview.analysis.reading import read_file
from vreview.analysis.summary import FileSummary, FunctionSummary

TEXT = b"""
static int port_wait(struct port *port)
{
	msleep(10);
	if (port->dead)
		return -ENODEV;
	return port_poll(port);
}

static
int port_prepare(struct port *port) { return port_wait(port); }

int port_start(struct port *port)
{
	int ret = port_prepare(port);

	port_prepare(port);
	port_log(port);
	return ret;
}
"""
KNOWN = Knowledge(errnos=frozenset({"ENODEV"}), sleepers=frozenset({"msleep"}))


def seen(path: str) -> FileSummary:
    return exported(read_file(TEXT, path, KNOWN).summary, TEXT)


def port_start() -> FunctionSummary:
    (function,) = seen("drivers/demo/port.c").functions
    assert function.name == "port_start"
    return function


def test_static_functions_stay_at_home() -> None:
    assert [f.name for f in seen("drivers/demo/port.c").functions] == ["port_start"]


def test_a_headers_static_functions_are_everybodys() -> None:
    names = [f.name for f in seen("include/linux/port.h").functions]
    assert names == ["port_wait", "port_prepare", "port_start"]


def test_the_helpers_facts_are_the_callers_and_each_is_there_once() -> None:
    assert [fact.call for fact in port_start().sleeps] == ["msleep"]
    assert [fact.call for fact in port_start().calls] == ["port_log", "msleep", "port_poll"]


def test_what_a_helper_gives_back_is_what_its_caller_gives_back() -> None:
    assert port_start().errnos == {"ENODEV"}
    assert port_start().forwards == {"port_poll"}
