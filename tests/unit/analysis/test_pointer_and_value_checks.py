# SPDX-License-Identifier: GPL-2.0-or-later
"""NULL, error pointers and unset variables: shapes beyond the rules' own examples.

``//!`` marks the lines of the hits; a text without a mark must have none of the named rule.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

CASES: dict[str, tuple[str, str]] = {
    "a switch whose rest an earlier one sends away": (
        "unset-variable",
        """
int f(struct a *a)
{
	u8 system, width;

	switch (a->kind) {
	case A_ONE:
		system = 1;
		break;
	case A_TWO:
		system = 2;
		break;
	default:
		return -EINVAL;
	}
	switch (a->kind) {
	case A_ONE:
		width = 6;
		break;
	case A_TWO:
		width = 7;
		break;
	default:
		break;
	}
	return g(a, system, width);
}""",
    ),
    "a member that was found both ways": (
        "unset-variable",
        """
int f(struct a *a)
{
	int off;

	if (a->long_data)
		off = g(a);
	note(a->dir);
	if (a->long_data) {
		if (a->dir)
			h(a, off);
	}
	return 0;
}""",
    ),
    "a switch over what was asked before": (
        "unset-variable",
        """
int f(struct a *a, u64 msr)
{
	u32 sr;

	if (msr & (MSR_DR | MSR_IR))
		sr = g(a);
	switch (msr & (MSR_DR | MSR_IR)) {
	case 0:
		a->v = 0;
		break;
	case MSR_DR | MSR_IR:
		a->v = sr;
		break;
	default:
		return -EINVAL;
	}
	return 0;
}""",
    ),
    "a macro of the file sets it": (
        "unset-variable",
        """
#define TAKE_FIELDS do { \\
	salt = info->salt; \\
} while (0)
int f(struct a *a, struct info *info)
{
	char *salt;

	switch (a->kind) {
	case A_ONE:
		TAKE_FIELDS;
		break;
	default:
		return -EINVAL;
	}
	memcpy(a->salt, salt, 4);
	return 0;
}""",
    ),
    "a count that was found not to be 0": (
        "unset-variable",
        """
int f(struct a *a, int n)
{
	int i, ret;

	if (!n)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		ret = g(a, i);
		if (ret)
			break;
	}
	return ret;
}""",
    ),
    "0 is no other number": (
        "unset-variable",
        """
int f(struct a *a, char *p)
{
	int r = 0;
	u32 major;

	if (p)
		r = sscanf(p, "%u", &major);
	if (r != 1)
		major = 0;
	return g(a, major);
}""",
    ),
    "a tool that ends": (
        "unset-variable",
        """
void f(FILE *fp, int r)
{
	const char *m;

	if (r > 3)
		m = "a";
	else if (r > 2)
		m = "b";
	else {
		fprintf(fp, "no");
		exit(1);
	}
	fprintf(fp, m);
}""",
    ),
    "set anew whenever the place has changed": (
        "unset-variable",
        """
int f(struct a *a)
{
	unsigned long last = ~0ul, place;
	struct item *item;
	u8 val;

	list_for_each_entry(item, &a->items, list) {
		place = item->id / 8;
		if (place != last) {
			val = read_at(a, place);
			last = place;
		}
		if (val & 1)
			g(item);
	}
	return 0;
}""",
    ),
    "an output of the assembler": (
        "unset-variable",
        """
u32 f(void)
{
	u32 bits;

	__asm__("mrc p15, 0, %0, c1, c0, 1" : "=r" (bits));
	return bits;
}""",
    ),
    "two switches over the same value": (
        "unset-variable",
        """
int f(struct a *a, int len)
{
	u16 word;
	u8 byte;

	switch (len) {
	case 1:
		byte = g(a);
		break;
	case 2:
		word = h(a);
		break;
	default:
		return -EINVAL;
	}
	unlock(a);
	switch (len) {
	case 1:
		a->byte = byte;
		break;
	case 2:
		a->word = word;
		break;
	}
	return 0;
}""",
    ),
    "a member's name in a small macro": (
        "unset-variable",
        """
int f(struct a *a)
{
	struct cmd *cmd;

	cmd = a_sp(a, cmd[a->index++]);
	return g(cmd);
}""",
    ),
    "the teardown finds what the probe has found": (
        "unchecked-lookup",
        """
static int a_probe(struct platform_device *p)
{
	struct resource *mem = platform_get_resource(p, IORESOURCE_MEM, 0);

	if (!mem)
		return -ENODEV;
	return g(mem);
}
static int a_remove(struct platform_device *p)
{
	struct resource *mem = platform_get_resource(p, IORESOURCE_MEM, 0);

	release_mem_region(mem->start, 8);
	return 0;
}""",
    ),
    "an optional member that its user tests": (
        "unchecked-allocation",
        """
static void tick(struct a *a)
{
	if (!a->status_base)
		return;
	readl(a->status_base);
}
int f(struct a *a, struct device_node *np)
{
	a->status_base = of_iomap(np, 1);
	return start(a);
}""",
    ),
    "what a macro in front may set": (
        "unset-variable",
        """
int f(struct a *a)
{
	union in *in;
	int size;

	size = g(a);
	PREPARE(ONE);
	in->id = 1;
	return h(a, in, size);
}""",
    ),
    "a member's name in a macro": (
        "unset-variable",
        """
int f(struct a *a)
{
	void *buffer;
	int i;

	for (i = 0; i < 4; i++) {
		buffer = ADDRESS_OF(reg, a, buffer[i]);
		g(buffer);
	}
	return 0;
}""",
    ),
    "a walk over a list that is not empty": (
        "unset-variable",
        """
int f(struct a *a)
{
	struct item *item;
	int found;

	if (list_empty(&a->items))
		return -ENOENT;
	list_for_each_entry(item, &a->items, list)
		found = g(item);
	return found;
}""",
    ),
    "another alternative's switch has no such case": (
        "unset-variable",
        """
int f(struct a *a)
{
	int rate;

	if (a->old) {
		switch (a->bits & 1) {
		case 0:
			rate = 1;
			break;
		case 1:
			rate = 2;
			break;
		}
	} else {
		switch (a->bits) {
		case 0:
			rate = 3;
			break;
		default:
			BUG();
		}
	}
	return rate;
}""",
    ),
    "who is given it refuses NULL": (
        "unchecked-allocation",
        """
int f(struct a *a, struct snd_card *card)
{
	struct snd_kcontrol *ctl = snd_ctl_new1(&a->ctl, a);

	return snd_ctl_add(card, ctl);
}""",
    ),
    "an error pointer or NULL, of which the former is handed on": (
        "null-test-of-error-pointer",
        """
static struct b *low(struct a *a, int i)
{
	if (i > 3)
		return ERR_PTR(-EINVAL);
	if (i > 2)
		return NULL;
	return a->all[i];
}

struct b *f(struct a *a)
{
	struct b *b = low(a, 1);

	if (!b)
		return ERR_PTR(-ENOENT);
	return b;
}""",
    ),
    "an allocation asserted with another": (
        "unchecked-allocation",
        """
int f(struct a *a)
{
	struct b *b = kzalloc(sizeof(*b), GFP_KERNEL);
	u32 *all = kcalloc(a->n, 4, GFP_KERNEL);

	BUG_ON(!b || !all);
	b->all = all;
	return g(b);
}""",
    ),
    "what the first round surely sets": (
        "unset-variable",
        """
int f(struct a *a)
{
	int i, last;
	bool first;

	for (i = 0;; i++) {
		first = i == 0;
		if (first)
			last = a->start;
		else
			last += g(a, i);
		if (last > 9)
			break;
	}
	return last;
}""",
    ),
    "a switch that may name them all, and a test of what it sets": (
        "unset-variable",
        """
int f(struct a *a)
{
	int ret;

	while (a->n) {
		if (a->kind > 9)
			return -EINVAL;
		switch (a->kind) {
		case A_ONE:
			ret = g(a);
			break;
		case A_TWO:
			ret = h(a);
			break;
		}
		if (ret)
			return ret;
		a->n--;
	}
	return 0;
}""",
    ),
    "an array that the callee fills": (
        "partly-set-struct",
        """
struct point {
	unsigned long where;
	u8 saved[4];
};

static int put(struct point *p)
{
	if (copy_from_kernel_nofault(p->saved, (void *)p->where, 4))
		return -EFAULT;
	return poke(p->where);
}

int f(unsigned long where)
{
	struct point p;

	p.where = where;
	return put(&p);
}""",
    ),
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
    "the error was taken out before": (
        "null-test-of-error-pointer",
        """
int f(struct device *d, struct a *a)
{
	int err;

	a->clk = devm_clk_get(d, NULL);
	err = PTR_ERR_OR_ZERO(a->clk);
	if (err)
		return err;
	if (a->clk)
		g(a->clk);
	return 0;
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
    "an error pointer is made of an errno that nobody set": (
        "unset-variable",
        """
struct a *f(struct b *b)
{
	struct a *a;
	int err;

	if (!b->on)
		goto fail;
	a = g(b);
	err = h(a);
	if (err)
		goto fail;
	return a;
fail:
	return ERR_PTR(err); //!
}""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_check(name: str, found: Callable[[str], list[tuple[str, int]]]) -> None:
    rule, text = CASES[name]
    marked = [i for i, line in enumerate(text.splitlines(), start=1) if line.endswith("//!")]
    assert [line for hit, line in found(text) if hit == rule] == marked
