# SPDX-License-Identifier: GPL-2.0-or-later
"""Each check on a few lines of C: what it must find, and the near misses that it must let pass.

``//!`` marks the lines of the hits; a text without a mark must have none.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

CASES: dict[str, tuple[str, str]] = {
    "positive, behind an #else": (
        "positive-errno",
        """
int f(struct a *a)
{
#ifdef CONFIG_B
	return f_fast(a);
#else
	if (!a->b)
		return EINVAL; //!
	return 0;
#endif
}""",
    ),
    "positive, returned at once": (
        "positive-errno",
        """
int f(struct a *a)
{
	if (!a->b)
		return EINVAL; //!
	return -EIO;
}""",
    ),
    "positive, through a variable and a label": (
        "positive-errno",
        """
int f(struct a *a)
{
	int err = -ENOMEM;

	if (!a)
		goto out;
	err = EFAULT; //!
	if (!a->b)
		goto out;
	err = 0;
out:
	return err;
}""",
    ),
    "positive, negated on the way out": (
        "",
        """
int f(struct a *a)
{
	int err = 0;

	if (!a->b)
		err = EFAULT;
	return -err;
}""",
    ),
    "positive, in an error pointer": (
        "positive-errno",
        """
void *f(struct a *a)
{
	if (!a->c)
		return ERR_PTR(-ENOMEM);
	return ERR_PTR(EINVAL); //!
}""",
    ),
    "positive, for a callee that wants it so": (
        "",
        """
int f(struct a *a)
{
	int code = EIO;

	report(a, code);
	return -ENOMEM;
}""",
    ),
    "minus one among errnos": (
        "minus-one-errno",
        """
int f(struct a *a)
{
	if (!a->b)
		return -EINVAL;
	if (!a->c)
		return -1; //!
	return 0;
}""",
    ),
    "minus one as the only failure, which a caller takes for an error": (
        "minus-one-errno",
        """
static long residue(unsigned int order)
{
	if (!order)
		return -1; //!
	return 1 << order;
}

long f(struct a *a)
{
	long n = residue(a->order);

	if (n < 0)
		return n;
	return n;
}""",
    ),
    "minus one for none": (
        "",
        """
int f(struct a *a)
{
	int slot = -1;

	if (!a)
		return -EINVAL;
	if (a->b)
		slot = a->n;
	return slot;
}""",
    ),
    "minus one from a callback": (
        "",
        """
static int visit(struct a *a)
{
	if (!a)
		return -EINVAL;
	return -1;
}

static const struct visitor visitor = {
	.step = visit,
};""",
    ),
    "invented, where the callee knows better": (
        "invented-errno",
        """
static int low(struct a *a)
{
	return a->b ? -EBUSY : g(a) ? -ENOMEM : 0;
}

int f(struct a *a)
{
	int ret = low(a);

	if (ret)
		return -EIO; //!
	return 0;
}""",
    ),
    "invented, for an error pointer": (
        "invented-errno",
        """
int f(struct a *a)
{
	struct clk *clk = devm_clk_get(a->dev, "bus");

	if (IS_ERR(clk))
		return -ENODEV; //!
	return 0;
}""",
    ),
    "forwarded": (
        "",
        """
int f(struct a *a)
{
	struct clk *clk = devm_clk_get(a->dev, "bus");

	if (IS_ERR(clk))
		return PTR_ERR(clk);
	return 0;
}""",
    ),
    "invented, and a comment says so": (
        "",
        """
int f(struct a *a)
{
	struct clk *clk = devm_clk_get(a->dev, "bus");

	/* Old user space knows ENODEV only. */
	if (IS_ERR(clk))
		return -ENODEV;
	return 0;
}""",
    ),
    "success falls into the error label": (
        "stale-error-on-success",
        """
int f(struct a *a)
{
	int err = -ENOMEM;

	a->p = kmalloc(8, GFP_KERNEL);
	if (!a->p)
		goto err_alloc;
	err = -EFAULT;
	if (fill(a->p))
		goto err_fill;
	a->ready = 1;
err_fill: //!
	kfree(a->p);
err_alloc:
	return err;
}""",
    ),
    "success sets its own value first": (
        "",
        """
int f(struct a *a)
{
	int err = -ENOMEM;

	a->p = kmalloc(8, GFP_KERNEL);
	if (!a->p)
		goto err_alloc;
	err = 0;
err_alloc:
	return err;
}""",
    ),
    "lock kept on an early return": (
        "missing-unlock",
        """
int f(struct a *a)
{
	mutex_lock(&a->lock);
	if (!a->b)
		return -EINVAL; //!
	a->n++;
	mutex_unlock(&a->lock);
	return 0;
}""",
    ),
    "lock taken and dropped under the same test": (
        "",
        """
int f(struct a *a, bool locked)
{
	if (!locked)
		mutex_lock(&a->lock);
	a->n = 1;
	if (!locked)
		mutex_unlock(&a->lock);
	return 0;
}""",
    ),
    "lock not taken when trylock fails": (
        "",
        """
int f(struct a *a)
{
	if (!mutex_trylock(&a->lock))
		return -EBUSY;
	a->n = 1;
	mutex_unlock(&a->lock);
	return 0;
}""",
    ),
    "lock not taken when interrupted": (
        "",
        """
int f(struct a *a)
{
	int ret = mutex_lock_interruptible(&a->lock);

	if (ret)
		return ret;
	mutex_unlock(&a->lock);
	return 0;
}""",
    ),
    "lock handed to the caller on success": (
        "",
        """
int f(struct a *a)
{
	spin_lock(&a->lock);
	if (a->n)
		return 0;
	spin_unlock(&a->lock);
	return -EBUSY;
}""",
    ),
    "lock dropped by a callee": (
        "",
        """
static void done(struct a *a)
{
	mutex_unlock(&a->lock);
}

int f(struct a *a)
{
	mutex_lock(&a->lock);
	if (a->n) {
		done(a);
		return 0;
	}
	mutex_unlock(&a->lock);
	return 0;
}""",
    ),
    "lock leaves a loop by break": (
        "",
        """
int f(struct a *a)
{
	struct b *b;

	spin_lock(&a->lock);
	list_for_each_entry(b, &a->list, node) {
		if (b->n)
			break;
	}
	spin_unlock(&a->lock);
	return 0;
}""",
    ),
    "waits for a work that takes the lock": (
        "waiter-under-callback-lock",
        """
static void work(struct work_struct *w)
{
	struct a *a = container_of(w, struct a, work);

	mutex_lock(&a->lock);
	mutex_unlock(&a->lock);
}

void f(struct a *a)
{
	INIT_WORK(&a->work, work);
}

void stop(struct a *a)
{
	mutex_lock(&a->lock);
	cancel_work_sync(&a->work); //!
	mutex_unlock(&a->lock);
}""",
    ),
    "waits for another work": (
        "",
        """
static void work(struct work_struct *w)
{
	struct a *a = container_of(w, struct a, work);

	mutex_lock(&a->lock);
	mutex_unlock(&a->lock);
}

void f(struct a *a)
{
	INIT_WORK(&a->work, work);
}

void stop(struct a *a)
{
	mutex_lock(&a->lock);
	cancel_work_sync(&a->other);
	mutex_unlock(&a->lock);
	cancel_work_sync(&a->work);
}""",
    ),
    "a timer takes a mutex, one call down": (
        "sleep-in-callback",
        """
static void low(struct a *a)
{
	mutex_lock(&a->lock); //!
	mutex_unlock(&a->lock);
}

static void tick(struct timer_list *t)
{
	low(from_timer(t));
}

void f(struct a *a)
{
	timer_setup(&a->timer, tick, 0);
}""",
    ),
    "a work may sleep": (
        "",
        """
static void work(struct work_struct *w)
{
	msleep(10);
}

void f(struct a *a)
{
	INIT_WORK(&a->work, work);
}""",
    ),
    "an interrupt handler only tries": (
        "",
        """
static irqreturn_t handler(int irq, void *data)
{
	if (mutex_trylock(data))
		mutex_unlock(data);
	return IRQ_HANDLED;
}

int f(struct a *a)
{
	return request_irq(a->irq, handler, 0, "a", a);
}""",
    ),
    "pinned pages given back by another family": (
        "asymmetric-release",
        """
int f(struct page **pages, unsigned long start, int n)
{
	int i, got = pin_user_pages_fast(start, n, 0, pages);

	for (i = 0; i < got; i++)
		put_page(pages[i]); //!
	return -EFAULT;
}""",
    ),
    "pinned pages unpinned": (
        "",
        """
int f(struct page **pages, unsigned long start, int n)
{
	int got = pin_user_pages_fast(start, n, 0, pages);

	unpin_user_pages(pages, got);
	return -EFAULT;
}""",
    ),
    "references added at once, dropped one by one": (
        "asymmetric-release",
        """
static long grab(struct page *head, long n)
{
	page_ref_add(head, n);
	return n;
}

void f(struct page *head, long want)
{
	long n = grab(head, want);

	for (; n; n--)
		put_page(head); //!
}""",
    ),
    "pages kept after they were released": (
        "kept-after-release",
        """
int f(struct map *map, unsigned long start, int n)
{
	struct page **pages = map->room;
	int got = get_user_pages_fast(start, n, 0, pages);

	if (got <= 0)
		return -EFAULT;
	map->pages = pages;
	release_pages(pages, got); //!
	return 0;
}

void g(struct map *map)
{
	set_page_dirty_lock(map->pages[0]);
}""",
    ),
    "pages released and forgotten": (
        "",
        """
int f(struct map *map, unsigned long start, int n)
{
	struct page **pages = map->room;
	int got = get_user_pages_fast(start, n, 0, pages);

	if (got <= 0)
		return -EFAULT;
	map->pages = pages;
	release_pages(pages, got);
	map->pages = NULL;
	return 0;
}""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_check(name: str, found: Callable[[str], list[tuple[str, int]]]) -> None:
    rule, text = CASES[name]
    marked = [(rule, n) for n, line in enumerate(text.splitlines(), 1) if line.endswith("//!")]
    assert bool(marked) == bool(rule)
    assert found(text) == marked
