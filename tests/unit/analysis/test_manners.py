# SPDX-License-Identifier: GPL-2.0-or-later
"""Review manners where the rules' own examples do not reach: hunks alone, text, odd shapes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vreview.analysis import Knowledge
from vreview.analysis.analyse import analyse, analyse_excerpt
from vreview.analysis.excerpt import Chunk, laid_out

Found = Callable[[str], list[tuple[str, int]]]


def test_a_struct_that_only_a_hunk_shows_is_read_as_it_stands(knowledge: Knowledge) -> None:
    lines = (b"\tint users;", b"\tvolatile struct ring *ring;", b"\tint id;", b"};", b"")
    chunk = Chunk(140, lines, b"struct port {")
    result = analyse_excerpt([chunk], "drivers/demo/port.h", knowledge=knowledge)
    assert [(h.rule, h.line) for h in result.hits] == [("volatile-for-synchronisation", 141)]


def test_visible_lines_keep_their_numbers_and_lose_what_is_masked() -> None:
    chunks = [
        Chunk(5, (b'say("a // b"); /* c */', b"#if 0"), b"f"),
        Chunk(2, (b"end of it */ x;",), b""),
    ]
    lines, masked = laid_out(chunks)
    assert lines == (b"", b"end of it */ x;", b"", b"", b'say("a // b"); /* c */', b"#if 0")
    plain = [line.split() for line in masked.split(b"\n")]
    assert plain == [[], [b"x;"], [], [], [b'say("', b'");'], []]


@pytest.mark.parametrize("path", ["arch/x86/lib/x.c", "include/asm-generic/x.h"])
def test_the_architectures_primitives_may_be_volatile(path: str, knowledge: Knowledge) -> None:
    text = b"struct bits {\n\tvolatile unsigned long *word;\n};\n"
    assert analyse(text, path, knowledge=knowledge).hits == ()
    assert len(analyse(text, "drivers/demo/x.c", knowledge=knowledge).hits) == 1


@pytest.mark.parametrize(
    ("test", "wraps"),
    [
        ("jiffies > end", True),
        ("end <= jiffies", True),
        ("jiffies + HZ < end", True),
        ("end - jiffies > 5", False),
        ("jiffies - start > HZ", False),
        ("jiffies > 0", False),
        ("get_jiffies_64() > end", False),
    ],
)
def test_which_comparisons_of_jiffies_wrap(test: str, *, wraps: bool, found: Found) -> None:
    text = f"int f(unsigned long start, unsigned long end)\n{{\n\treturn {test};\n}}\n"
    assert found(text) == ([("jiffies-compared", 3)] if wraps else [])


@pytest.mark.parametrize(
    ("statement", "flagged"),
    [
        ('pr_err("here\\n");', True),
        ('pr_info("got here 2\\n");', True),
        ('printk(KERN_ERR "XXX\\n");', True),
        ('dev_err(dev, "%s %d\\n", __func__, __LINE__);', True),
        ('dev_err(dev, "%s:%u: "\n\t\t"no clock\\n", __func__, __LINE__);', False),
        ('pr_err("hereafter: %d\\n", n);', False),
        ('pr_err("test failed\\n");', False),
        ('pr_debug("here\\n");', False),
    ],
)
def test_which_messages_say_nothing_but_where(statement: str, flagged: bool, found: Found) -> None:
    text = f"void f(struct device *dev, int n)\n{{\n\t{statement}\n}}\n"
    assert found(text) == ([("debug-leftover", 3)] if flagged else [])


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("\tBUG_ON(copy_from_user(to, from, 4));", 3),
        ("\tp = kmalloc(4, GFP_KERNEL);\n\tif (!p)\n\t\tBUG();", 5),
        ("\tport->page = alloc_page(GFP_KERNEL);\n\tBUG_ON(!port->page);", 4),
        ("\tp = port_find(port);\n\tBUG_ON(!p);", 0),
        ("\tBUG_ON(port->users);", 0),
    ],
)
def test_a_stop_for_what_may_fail(body: str, line: int, found: Found) -> None:
    hits = found(f"void f(struct port *port)\n{{\n{body}\n}}\n")
    assert [hit for hit in hits if hit[0] == "bug-on-failure"] == (
        [("bug-on-failure", line)] if line else []
    )


def test_the_reason_is_the_call_whose_result_is_tested(knowledge: Knowledge) -> None:
    text = b"""
static int f(struct demo *demo)
{
	struct port *port = kzalloc(sizeof(*port), GFP_KERNEL);

	if (!port)
		return -ENOMEM;
	BUG_ON(port->id >= demo->limit);
	return port_add(demo, port);
}
"""
    result = analyse(text, "drivers/demo/x.c", knowledge=knowledge)
    (hit,) = [h for h in result.hits if h.rule == "bug-on-failure"]
    assert dict(hit.words)["why"] == "f() can return an error instead"


def test_a_single_test_among_others_is_not_in_the_way(found: Found) -> None:
    text = "void f(struct a *a)\n{{\n\tif ({})\n\t\tkfree(a->b);\n}}\n"
    assert found(text.format("a->b")) == [("check-before-free", 3)]
    assert found(text.format("a->b && a->mine")) == []
    assert found(text.format("a->mine && a->b")) == []
    assert found(text.format("a->mine")) == []


def test_a_range_may_move_on_between_two_of_its_uses(found: Found) -> None:
    text = """
void f(struct a *a, unsigned long at, unsigned long n)
{
	put(a, at, n);
	at += n;
	%s
	clear(a, at, n);
}
"""
    assert found(text % ";") == [("advanced-before-use", 7)]
    assert found(text % "n = next(a);") == []
    assert found(text % "at = first(a);") == []
    assert found(text.replace("put(a, at, n);", "look(a);") % ";") == []
