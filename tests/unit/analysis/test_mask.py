# SPDX-License-Identifier: GPL-2.0-or-later
"""The masker: what it overwrites, and that nothing moves."""

from __future__ import annotations

import pytest

from vreview.analysis.mask import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("int __user *p;", "int        *p;"),
        ("a /* b */ c // d", "a         c     "),
        ("x(\"a{b\", '}');", 'x("   ",  0 );'),
        ("#include <a.h>\nint x;", "              \nint x;"),
        ("#if 0\nint a;\n#else\nint b;\n#endif", "     \n      \n     \nint b;\n      "),
        ("#ifdef A\nint a;\n#else\nint b;\n#endif", "        \nint a;\n     \n      \n      "),
        ("static int f(void) __must_hold(a(b));", "static int f(void)                  ;"),
        ("EXPORT_SYMBOL(f);\nint x;", "                 \nint x;"),
        ("case 1 ... 3:", "case 1      :"),
        ("f(p, struct foo, m)", "f(p,        foo, m)"),
        ('f("a" __stringify(X(1))":", 2)', 'f(" "                  " ", 2)'),
        ('printk(KERN_ERR PFX "a");', 'printk(         PFX " ");'),
        ("{ skb_queue_walk(&q, skb) { } }", "{ while         (&q, skb) { } }"),
    ],
)
def test_overwrites_what_the_grammar_cannot_read(text: str, masked: str) -> None:
    assert mask(text.encode()).text.decode() == masked


def test_an_iterator_becomes_a_loop_and_keeps_its_name() -> None:
    text = b"{\n\tlist_for_each_entry(a, &l, n) {\n\t}\n}"
    result = mask(text)
    assert result.text.split(b"\n")[1].startswith(b"\twhile              (a, &l, n) {")
    assert list(result.iterators.values()) == ["list_for_each_entry"]


def test_a_call_with_an_iterators_name_stays_a_call() -> None:
    text = b"{\n\terr = bus_for_each_dev(b, f);\n}"
    assert mask(text).text == text


def test_comments_are_remembered_with_their_lines() -> None:
    (comment,) = mask(b"x;\n/* a\n b */\n").comments
    assert (comment.first, comment.last) == (2, 3)


ARMS = b"""int f(void)
{
#ifdef A
	a();
#elif B
	b();
#else
	c();
	d();
#endif
#if 0
	e();
#else
	g();
#endif
#ifdef C
	h();
#endif
	return 0;
}
"""


def test_the_first_arm_is_read_and_the_else_arm_is_told() -> None:
    masked = mask(ARMS)
    assert [name for name in b"abcdegh" if bytes([name]) + b"()" in masked.text] == list(b"agh")
    assert masked.unread == ((8, 9),)


def test_the_else_arm_is_read_when_asked_for() -> None:
    masked = mask(ARMS, last_arms=True)
    assert [name for name in b"abcdegh" if bytes([name]) + b"()" in masked.text] == list(b"cdgh")
    assert masked.text.count(b"\n") == ARMS.count(b"\n")
    assert len(masked.text) == len(ARMS)
