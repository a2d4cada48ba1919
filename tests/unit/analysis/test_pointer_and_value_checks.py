# SPDX-License-Identifier: GPL-2.0-or-later
"""NULL, error pointers and unset variables: shapes beyond the rules' own examples.

``//!`` marks the lines of the hits; a text without a mark must have none of the named rule.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

CASES: dict[str, tuple[str, str]] = {
    "the same variable for two results, one of them tested rightly": (
        "null-test-of-error-pointer",
        """
int f(struct platform_device *p)
{
	void *m = devm_platform_ioremap_resource(p, 0);

	if (!m) //!
		return -ENOMEM;
	m = devm_platform_ioremap_resource(p, 1);
	if (IS_ERR(m))
		return PTR_ERR(m);
	return g(m);
}""",
    ),
    "the number of an error pointer is no pointer": (
        "null-test-of-error-pointer",
        """
int f(struct device *d, struct a *a)
{
	int err;

	a->clk = devm_clk_get(d, NULL);
	err = PTR_ERR_OR_ZERO(a->clk);
	if (err)
		return err;
	return 0;
}""",
    ),
    "through a function that hands on what another gave": (
        "error-test-of-null-pointer",
        """
static struct b *low(struct a *a, int i)
{
	if (i > 3)
		return NULL;
	return a->all[i];
}

static struct b *high(struct a *a)
{
	return low(a, 1);
}

int f(struct a *a)
{
	struct b *b = high(a);

	if (IS_ERR(b)) //!
		return PTR_ERR(b);
	return b->i;
}""",
    ),
    "an allocation in a member of the caller's struct, tested by the caller": (
        "unchecked-allocation",
        """
static void rings(struct a *a)
{
	a->rx = kzalloc(a->n, GFP_KERNEL);
}

int f(struct a *a)
{
	rings(a);
	return a->rx ? 0 : -ENOMEM;
}""",
    ),
    "the wrong variable is tested": (
        "unchecked-allocation",
        """
int f(struct a *a)
{
	a->req = kzalloc(a->n, GFP_KERNEL);
	if (!a->req)
		return -ENOMEM;
	a->rsp = kzalloc(a->n, GFP_KERNEL); //!
	if (!a->req)
		return -ENOMEM;
	return send(a->req, a->rsp);
}""",
    ),
    "a second cursor, assembler and a struct behind a typedef are set": (
        "unset-variable",
        """
unsigned long f(struct a *a)
{
	struct b *b, *next;
	unsigned long v;
	box_t box;

	list_for_each_entry_safe(b, next, &a->list, node)
		g(b);
	asm volatile("get %0" : "=r" (v));
	box.low = v;
	return v + h(box);
}""",
    ),
    "a case that sets nothing, where all are named": (
        "unset-variable",
        """
int f(int kind)
{
	int level;

	switch (kind) {
	case 1:
		level = 3;
		break;
	default:
		g(kind);
		break;
	}
	return level + 1; //!
}""",
    ),
    "the size and the offset of what is not set are known": (
        "unset-variable",
        """
int f(void)
{
	struct a *p;

	return ARRAY_SIZE(p->table) + offsetof(struct a, p) + sizeof(*p);
}""",
    ),
    "a status that only a failing round sets": (
        "unset-variable",
        """
int f(struct a *a, int n)
{
	int i, e, err;

	for (i = 0; i < n; i++) {
		e = g(a, i);
		if (e)
			err = e;
	}
	return err; //!
}""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_check(name: str, found: Callable[[str], list[tuple[str, int]]]) -> None:
    rule, text = CASES[name]
    marked = [i for i, line in enumerate(text.splitlines(), start=1) if line.endswith("//!")]
    assert [line for hit, line in found(text) if hit == rule] == marked
