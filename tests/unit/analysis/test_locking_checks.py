# SPDX-License-Identifier: GPL-2.0-or-later
"""Interrupts, orders and contexts of locks: shapes beyond the rules' own examples.

``//!`` marks the lines of the rule's hits; a text without a mark must have none of it.
"""

from __future__ import annotations

import pytest

from vreview.analysis import Knowledge, analyse

_IRQ = """
static irqreturn_t handler(int irq, void *data)
{
	struct a *a = data;

	spin_lock(&a->lock);
	a->b = 1;
	spin_unlock(&a->lock);
	return IRQ_WAKE_THREAD;
}
static irqreturn_t thread(int irq, void *data)
{
	struct a *a = data;

	spin_lock(&a->lock);%s
	a->b = 0;
	spin_unlock(&a->lock);
	return IRQ_HANDLED;
}
int probe(struct a *a, int irq)
{
	return request_threaded_irq(irq, handler, thread, %s, "a", a);
}"""

_TIMER = """
static enum hrtimer_restart expired(struct hrtimer *t)
{
	struct a *a = container_of(t, struct a, timer);

	spin_lock(&a->lock);
	a->b = 1;
	spin_unlock(&a->lock);
	return HRTIMER_NORESTART;
}
static void work(struct work_struct *w)
{
	struct a *a = container_of(w, struct a, work);

	spin_lock_bh(&a->lock);%s
	a->b = 0;
	spin_unlock_bh(&a->lock);
}
void start(struct a *a)
{
	INIT_WORK(&a->work, work);
	hrtimer_init(&a->timer, CLOCK_MONOTONIC, %s);
	a->timer.function = expired;
}"""

CASES: dict[str, tuple[str, str]] = {
    "a threaded handler without its line masked": ("irq-unsafe-lock", _IRQ % (" //!", "0")),
    "a threaded handler whose line stays masked": (
        "irq-unsafe-lock",
        _IRQ % ("", "IRQF_ONESHOT"),
    ),
    "a high-resolution timer": ("irq-unsafe-lock", _TIMER % (" //!", "HRTIMER_MODE_REL")),
    "one that expires in a softirq": ("irq-unsafe-lock", _TIMER % ("", "HRTIMER_MODE_REL_SOFT")),
    "flags handed to a helper": (
        "unlock-variant-differs",
        """
void f(struct a *a)
{
	unsigned long flags;

	spin_lock_irqsave(&a->lock, flags);
	finish(a, &flags);
	spin_unlock(&a->lock);
}""",
    ),
    "a line that is reached with both variants": (
        "unlock-variant-differs",
        """
void f(struct a *a, int off)
{
	unsigned long flags;

	if (off)
		spin_lock(&a->lock);
	else
		spin_lock_irqsave(&a->lock, flags);
	if (a->b)
		a->b(a);
	spin_unlock(&a->lock);
	if (!off)
		local_irq_restore(flags);
}""",
    ),
    "flags that nobody saved": (
        "unlock-variant-differs",
        """
void f(struct a *a)
{
	unsigned long flags;

	spin_lock(&a->lock);
	a->b = 1;
	spin_unlock_irqrestore(&a->lock, flags); //!
}""",
    ),
    "flags that a function saved": (
        "unlock-variant-differs",
        """
void f(struct a *a, struct a *b)
{
	unsigned long flags;

	if (lock_first(a, &flags) != b) {
		drop_first(a);
		spin_lock(&b->lock);
	}
	spin_unlock_irqrestore(&b->lock, flags);
}""",
    ),
    "a lock that the caller took with interrupts off": (
        "unlock-variant-differs",
        """
void f(struct a *a)
{
	while (a->b) {
		if (a->quick) {
			spin_unlock(&a->lock);
			call(a);
			spin_lock(&a->lock);
		} else {
			spin_unlock_irq(&a->lock);
			call(a);
			spin_lock_irq(&a->lock);
		}
	}
}""",
    ),
    "a trylock that saves flags": (
        "unlock-variant-differs",
        """
int f(struct a *a)
{
	unsigned long flags;

	if (!spin_trylock_irqsave(&a->lock, flags))
		return -EBUSY;
	if (a->b) {
		spin_unlock(&a->lock); //!
		return -EIO;
	}
	spin_unlock_irqrestore(&a->lock, flags);
	return 0;
}""",
    ),
    "the outer flags restored while the inner lock is held": (
        "interrupts-on-early",
        """
void f(struct a *a)
{
	unsigned long one, two;

	spin_lock_irqsave(&a->lock, one);
	spin_lock_irqsave(&a->other, two);
	spin_unlock_irqrestore(&a->lock, one); //!
	a->b = 1;
	spin_unlock_irqrestore(&a->other, two);
}""",
    ),
    "orders that a third function of the file mediates": (
        "order-inverted",
        """
static void inner(struct a *a)
{
	mutex_lock(&a->lock);
	a->n++;
	mutex_unlock(&a->lock);
}
static void middle(struct a *a)
{
	inner(a);
}
void one(struct b *b)
{
	mutex_lock(&b->lock);
	middle(b->a); //!
	mutex_unlock(&b->lock);
}
void two(struct a *a, struct b *b)
{
	mutex_lock(&a->lock);
	mutex_lock(&b->lock); //!
	mutex_unlock(&b->lock);
	mutex_unlock(&a->lock);
}""",
    ),
    "a callee that drops the outer lock first": (
        "order-inverted",
        """
static void swap(struct a *a, struct b *b)
{
	mutex_unlock(&b->lock);
	mutex_lock(&a->lock);
	a->n++;
	mutex_unlock(&a->lock);
	mutex_lock(&b->lock);
}
void one(struct a *a, struct b *b)
{
	mutex_lock(&b->lock);
	swap(a, b);
	mutex_unlock(&b->lock);
}
void two(struct a *a, struct b *b)
{
	mutex_lock(&a->lock);
	mutex_lock(&b->lock);
	mutex_unlock(&b->lock);
	mutex_unlock(&a->lock);
}""",
    ),
    "a helper that hands the need for a lock on": (
        "callee-needs-lock",
        """
static void count(struct a *a)
{
	lockdep_assert_held(&a->lock);
	a->n++;
}
static void step(struct a *a)
{
	count(a);
}
void one(struct a *a)
{
	mutex_lock(&a->lock);
	step(a);
	mutex_unlock(&a->lock);
}
void two(struct a *a)
{
	step(a); //!
}
EXPORT_SYMBOL_GPL(two);
/* Not exported: who calls it from a file beside may hold the lock. */
void three(struct a *a)
{
	step(a);
}""",
    ),
    "a lock that a function of the file takes for its caller": (
        "callee-needs-lock",
        """
static void drop(struct a *a)
{
	lockdep_assert_held(&a->lock);
	mutex_unlock(&a->lock);
}
static struct a *acquire(int n)
{
	struct a *a = find(n);

	mutex_lock(&a->lock);
	if (a->dead) {
		drop(a);
		return NULL;
	}
	return a;
}
void update(int n)
{
	struct a *a = acquire(n);

	if (a)
		drop(a);
}
EXPORT_SYMBOL(update);""",
    ),
    "interrupts that are off": (
        "sleep-under-lock",
        """
void f(struct a *a)
{
	unsigned long flags;

	local_irq_save(flags);
	a->p = kmalloc(4, GFP_KERNEL); //!
	local_irq_restore(flags);
	a->q = kmalloc(4, GFP_KERNEL);
}""",
    ),
    "a clock's slots": (
        "sleep-in-callback",
        """
static int on(struct clk_hw *hw)
{
	usleep_range(10, 20); //!
	return 0;
}
static int prepare(struct clk_hw *hw)
{
	usleep_range(10, 20);
	return 0;
}
static const struct clk_ops ops = {
	.prepare = prepare,
	.enable = on,
};""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_interrupts_orders_and_contexts(name: str, knowledge: Knowledge) -> None:
    rule, text = CASES[name]
    marked = [n for n, line in enumerate(text.splitlines(), 1) if line.endswith("//!")]
    result = analyse(text.encode(), "drivers/demo/demo.c", knowledge=knowledge)
    assert result.not_understood == ()
    assert [hit.line for hit in result.hits if hit.rule == rule] == marked
