# SPDX-License-Identifier: GPL-2.0-or-later
"""What is given back and what is locked: shapes beyond the rules' own examples.

``//!`` marks the lines of the rule's hits; a text without a mark must have none of it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

CASES: dict[str, tuple[str, str]] = {
    "a number that was made from what is freed": (
        "use-after-free",
        """
int f(struct a *a)
{
	void *buf = kzalloc(8, GFP_KERNEL);
	int err;

	if (!buf)
		return -ENOMEM;
	err = buffer_to_pages(a, buf);
	kfree(buf);
	return err;
}""",
    ),
    "what a part given to a callee lies in": (
        "double-free",
        """
static void request_free(struct usb_request *req)
{
	struct request *own = container_of(req, struct request, req);

	kfree(own);
}
void f(struct port *port)
{
	request_free(port->req);
	free_irq(port->irq, port);
	request_free(port->req); //!
}""",
    ),
    "what padding gives back when it fails": (
        "double-free",
        """
void f(struct sk_buff *skb, struct net_device *ndev)
{
	if (skb_put_padto(skb, ETH_ZLEN))
		goto drop;
	port_send(ndev, skb->data);
drop:
	dev_kfree_skb(skb); //!
}""",
    ),
    "private data, by the pointer from it back to its device": (
        "use-after-free",
        """
int g(struct ieee80211_hw *hw)
{
	struct lamp *lamp = hw->priv;

	lamp->hw = hw;
	return 0;
}
void f(struct lamp *lamp)
{
	ieee80211_free_hw(lamp->hw);
	clk_disable(lamp->clk); //!
}""",
    ),
    "a member of that name that is set to something else as well": (
        "use-after-free",
        """
int g(struct ieee80211_hw *hw, struct lamp *other)
{
	struct lamp *lamp = hw->priv;

	lamp->hw = hw;
	other->hw = find();
	return 0;
}
void f(struct lamp *lamp)
{
	ieee80211_free_hw(lamp->hw);
	clk_disable(lamp->clk);
}""",
    ),
    "a copy of a parameter that then gets another value": (
        "use-after-free",
        """
void f(struct sk_buff *skb)
{
	struct sk_buff *old = skb;

	skb = copy(old);
	kfree_skb(old);
	use(skb->len);
}""",
    ),
    "freed below a list that is in what was made here": (
        "freed-while-listed",
        """
void f(void)
{
	struct b *b = kzalloc(8, GFP_KERNEL);
	struct a *a = kzalloc(8, GFP_KERNEL);

	list_add(&a->node, &b->all);
	if (start(b)) {
		kfree(a);
		kfree(b);
	}
}""",
    ),
    "freed by a callee that takes it out": (
        "freed-while-listed",
        """
static void drop(struct a *a)
{
	list_del(&a->node);
	kfree(a);
}
void f(struct b *b)
{
	struct a *a = kzalloc(8, GFP_KERNEL);

	list_add(&a->node, &b->all);
	if (start(b))
		drop(a);
}""",
    ),
    "two puts on end, of two references": (
        "double-put",
        """
void f(struct b *b)
{
	struct a *a = find_get(b);

	of_node_put(a);
	of_node_put(a);
}""",
    ),
    "a callee that frees when it succeeds, and nobody asks": (
        "double-free",
        """
static int undo(struct a *a)
{
	if (ask(a))
		return -EIO;
	kfree(a);
	return 0;
}
void f(struct a *a)
{
	undo(a);
	kfree(a); //!
}""",
    ),
    "the same callee, asked": (
        "double-free",
        """
static int undo(struct a *a)
{
	if (ask(a))
		return -EIO;
	kfree(a);
	return 0;
}
void f(struct a *a)
{
	if (undo(a))
		kfree(a);
}""",
    ),
    "what a failing callee's callee gives back": (
        "double-free",
        """
static int inner(struct a *a)
{
	if (ask(a)) {
		kfree(a->b);
		return -EIO;
	}
	return 0;
}
static int outer(struct a *a)
{
	return inner(a);
}
int f(struct a *a)
{
	int err = outer(a);

	if (err)
		kfree(a->b); //!
	return err;
}""",
    ),
    "a failure is less than 0, so it is not what goes on": (
        "use-after-free",
        """
static int inner(struct a *a)
{
	if (ask(a)) {
		kfree(a->b);
		return -EIO;
	}
	return 0;
}
int f(struct a *a)
{
	int err = inner(a);

	if (!err)
		err = more(a);
	if (err < 0)
		return err;
	return use(a->b);
}""",
    ),
    "a callee that puts another object under its parameter's name": (
        "double-free",
        """
static int send(struct sk_buff *skb, int last)
{
	skb = last ? skb : skb_clone(skb, GFP_ATOMIC);
	kfree_skb(skb);
	return 0;
}
void f(struct sk_buff *skb)
{
	send(skb, 0);
	kfree_skb(skb);
}""",
    ),
    "left the loop, and starts it again": (
        "use-after-free",
        """
void f(struct list_head *all)
{
	struct a *a;

again:
	list_for_each_entry(a, all, node) {
		if (a->dead)
			break;
	}
	kfree(a);
	if (more(all))
		goto again;
}""",
    ),
    "locks that are a pair by their names": (
        "missing-unlock",
        """
int f(struct a *a)
{
	chan_lock(a);
	if (a->b)
		return -EIO; //!
	chan_unlock(a);
	return 0;
}""",
    ),
    "one of two places that lock": (
        "missing-unlock",
        """
int f(struct a *a)
{
	if (a->b) {
		mutex_lock(&a->m);
		if (a->c)
			return 0; //!
	} else {
		mutex_lock(&a->m);
		mutex_unlock(&a->m);
	}
	return 0; //!
}""",
    ),
    "a lock that is there only sometimes": (
        "missing-unlock",
        """
int f(struct a *a)
{
	spinlock_t *lock = NULL;

	if (a->shared) {
		lock = lock_of(a);
		spin_lock(lock);
	}
	a->b = 1;
	if (lock)
		spin_unlock(lock);
	return 0;
}""",
    ),
    "a helper that may take it again": (
        "unlock-without-lock",
        """
void f(struct a *a)
{
	mutex_lock(&a->m);
	mutex_unlock(&a->m);
	somewhere_else(a);
	mutex_unlock(&a->m);
}""",
    ),
    "a callee that drops the lock before it sleeps": (
        "sleep-under-lock",
        """
static void wait(struct a *a)
{
	spin_unlock(&a->lock);
	msleep(1);
	spin_lock(&a->lock);
}
void f(struct a *a)
{
	spin_lock(&a->lock);
	wait(a);
	spin_unlock(&a->lock);
}""",
    ),
    "a callee that locks only if it is told to": (
        "taken-twice",
        """
static void set(struct a *a, int locked)
{
	if (!locked)
		spin_lock(&a->lock);
	a->b = 1;
	if (!locked)
		spin_unlock(&a->lock);
}
void f(struct a *a)
{
	spin_lock(&a->lock);
	set(a, 1);
	spin_unlock(&a->lock);
}""",
    ),
    "what was made of it is in a list": (
        "lost-at-end",
        """
int f(struct a *a, u32 handle)
{
	struct drm_gem_object *gem = drm_gem_object_lookup(a->file, handle);
	struct outer *outer;

	if (!gem)
		return -ENOENT;
	outer = outer_of(gem);
	list_add_tail(&outer->entry, &a->all);
	return 0;
}""",
    ),
    "names with no noun in common": (
        "unwinding-differs",
        """
int f(struct a *a, int type)
{
	struct device *dev = regmap_get_device(a->map);

	if (type > 3)
		return -EINVAL;
	pm_runtime_get_noresume(dev);
	a->n = type;
	pm_runtime_put_autosuspend(dev);
	return 0;
}""",
    ),
    "success by a name": (
        "unwinding-differs",
        """
int f(void)
{
	int err;

	err = part_init();
	if (err < PART_SUCCESS)
		return -EINVAL;
	err = other_init();
	if (err) {
		part_exit();
		return err;
	}
	return 0;
}""",
    ),
    "a function of another file drops it": (
        "missing-unlock",
        """
int f(struct a *a)
{
	int err;

	down_write(&a->sem);
	if (a->inside) {
		err = expand_it(a->inode);
		if (err)
			return err;
	} else {
		up_write(&a->sem);
	}
	err = set(a);
	down_write(&a->sem);
	a->n = err;
	up_write(&a->sem);
	return err;
}""",
    ),
    "the same, taken once more": (
        "taken-twice",
        """
int f(struct a *a)
{
	int err;

	down_write(&a->sem);
	if (a->inside) {
		err = expand_it(a->inode);
		if (err)
			return err;
	} else {
		up_write(&a->sem);
	}
	err = set(a);
	down_write(&a->sem);
	a->n = err;
	up_write(&a->sem);
	return err;
}""",
    ),
    "an optimistic start that keeps the lock": (
        "missing-unlock",
        """
void a_start_io_read(struct inode *inode)
{
	down_read(&inode->i_rwsem);
	if (fine(inode))
		return;
	up_read(&inode->i_rwsem);
	down_write(&inode->i_rwsem);
	block_it(inode);
	downgrade_write(&inode->i_rwsem);
}""",
    ),
    "a test that looks at what it freed": (
        "use-after-free",
        """
static void test_first_word(struct kunit *test)
{
	u8 *p = kmalloc(8, GFP_KERNEL);

	kfree(p);
	*p = 0x78;
	KUNIT_EXPECT_EQ(test, 2, errors);
}
kunit_test_suites(&test_suite);""",
    ),
    "a reference that dget() took": (
        "use-after-put",
        """
int f(struct dentry *dentry)
{
	int err;

	dget(dentry);
	err = unlink_it(dentry);
	dput(dentry);
	if (err)
		return err;
	return name_it(dentry->d_name);
}""",
    ),
    "the core ends it even when it has failed": (
        "last-step-fails",
        """
static void q_destroy(struct Qdisc *sch)
{
	struct q *q = qdisc_priv(sch);

	q_event_destroy(&q->mark);
	q_event_destroy(&q->early);
}
static int q_init(struct Qdisc *sch)
{
	struct q *q = qdisc_priv(sch);
	int err;

	err = q_event_init(&q->early, sch);
	if (err)
		return err;
	return q_event_init(&q->mark, sch);
}
static struct Qdisc_ops q_ops = {
	.init = q_init,
	.destroy = q_destroy,
};""",
    ),
    "the same where nobody does": (
        "last-step-fails",
        """
static void q_destroy(struct other *sch)
{
	struct q *q = other_priv(sch);

	q_event_destroy(&q->mark);
	q_event_destroy(&q->early);
}
static int q_init(struct other *sch)
{
	struct q *q = other_priv(sch);
	int err;

	err = q_event_init(&q->early, sch);
	if (err)
		return err;
	return q_event_init(&q->mark, sch); //!
}
static struct other_ops q_ops = {
	.init = q_init,
	.destroy = q_destroy,
};""",
    ),
    "it lies in what the caller ends": (
        "unwinding-differs",
        """
static int fill(struct table *t)
{
	t->all = kcalloc(4, 8, GFP_KERNEL);
	if (!t->all)
		return -ENOMEM;
	if (ask(t)) {
		kfree(t->all);
		t->all = NULL;
		return -EIO;
	}
	if (set(t))
		return -EINVAL;
	return 0;
}
int f(struct a *a)
{
	struct tables *all = a->tables;
	struct table *t = &all->crypto;
	int err = fill(t);

	if (err)
		goto out;
	return 0;
out:
	a_destroy(a);
	return err;
}""",
    ),
    "the old one was stopped before it was begun anew": (
        "unwinding-differs",
        """
int f(struct a *a)
{
again:
	if (!a->running) {
		kthread_stop(a->thread);
		a->thread = kthread_run(work, a, "a");
	}
	if (wait_for_it(a))
		return -ERESTARTSYS;
	if (a->more)
		goto again;
	return 0;
}""",
    ),
    "a conversion of it is stored": (
        "lost-at-end",
        """
void f(struct a *a, struct b *b)
{
	struct bss *bss = cfg80211_get_bss(b->wiphy, b->channel);

	if (!bss)
		return;
	hold_bss(bss_from_pub(bss));
	a->current_bss = bss_from_pub(bss);
}""",
    ),
    "what is released depends on how it was mapped": (
        "unwinding-differs",
        """
int f(struct a *a)
{
	int err;

	a->tx = ioremap(a->start, 4);
	if (!a->tx)
		return -EIO;
	err = set(a);
	if (err)
		goto unmap;
	return 0;
unmap:
	if (own(a))
		iounmap(a->tx);
	else
		put_bar(a->shared);
	return err;
}""",
    ),
    "the resume of the next layer": (
        "last-step-fails",
        """
static int a_suspend(struct device *dev)
{
	pci_disable_device(to_pci_dev(dev));
	return 0;
}
static int a_resume(struct device *dev)
{
	int ret = pci_enable_device(to_pci_dev(dev));

	if (ret)
		return ret;
	return core_resume(dev);
}""",
    ),
    "the number of an error, asked in place of the pointer": (
        "unwinding-differs",
        """
int f(struct a *a)
{
	struct ring *ring;
	int ret;

	ring = a_ring_alloc(a);
	ret = PTR_ERR_OR_ZERO(ring);
	if (ret)
		return ret;
	if (a->bad)
		return -EIO; //!
	ret = set(a);
	a_ring_free(ring);
	return ret;
}""",
    ),
    "-1 is what it gives when it fails": (
        "unwinding-differs",
        """
void *f(struct a *a, int *at)
{
	*at = get_a_context(a);
	if (*at == -1)
		return NULL;
	if (!a->all) {
		put_a_context(a, *at);
		return NULL;
	}
	return a->all;
}""",
    ),
    "who installs it keeps it": (
        "lost-at-end",
        """
int f(struct a *a, int fd)
{
	struct file *file = fget(fd);

	if (!file)
		return -EBADF;
	return a_fixed_install(a, file);
}""",
    ),
    "a locked object that another one keeps": (
        "missing-unlock",
        """
int f(struct a *a, struct inode *in)
{
	int status = 0;

	inode_lock(in);
	a->in = in;
	if (a->bad)
		status = -EIO;
	if (a->worse) {
		inode_unlock(in);
		status = 0;
	}
	return status;
}""",
    ),
    "a countdown undoes every round": (
        "unwinding-differs",
        """
int f(struct a *a, int n)
{
	char *name;
	int i, ret;

	for (i = 0; i < n; i++) {
		name = kasprintf(GFP_KERNEL, "%d", i);
		if (!name)
			goto undo;
		a->all[i].name = name;
		if (ask(a)) {
			kfree(name);
			goto undo;
		}
	}
	ret = set(a);
	if (ret)
		goto undo;
	return 0;
undo:
	while (i--)
		kfree(a->all[i].name);
	return -ENOMEM;
}""",
    ),
    "a lock dropped through a copy of the pointer": (
        "missing-unlock",
        """
int f(struct table *t)
{
	struct op *op, *cur = NULL;

	list_for_each_entry(op, &t->all, list) {
		spin_lock(&op->lock);
		if (op->done) {
			spin_unlock(&op->lock);
			continue;
		}
		cur = op;
		break;
	}
	if (!cur)
		return -EAGAIN;
	cur->done = 1;
	spin_unlock(&cur->lock);
	return 0;
}""",
    ),
    "a lock that a call leads to": (
        "missing-unlock",
        """
int f(struct inode *inode)
{
	struct info *i = INFO_OF(inode);

	spin_lock(&INFO_OF(inode)->lock);
	if (i->done) {
		spin_unlock(&i->lock);
		return 0;
	}
	i->done = 1;
	spin_unlock(&INFO_OF(inode)->lock);
	return 1;
}""",
    ),
    "a reference of its own": (
        "use-after-put",
        """
void f(struct a *a)
{
	input_get_device(a->dev);
	input_unregister_device(a->dev);
	stop(a);
	input_put_device(a->dev);
	kfree(a);
}""",
    ),
    "the question whether it is mapped, in a variable": (
        "unwinding-differs",
        """
int f(struct a *a)
{
	dma_addr_t key, src;
	int ret;

	key = dma_map_single(a->dev, a->key, 8, DMA_TO_DEVICE);
	ret = dma_mapping_error(a->dev, key);
	if (ret)
		return ret;
	src = dma_map_single(a->dev, a->src, 8, DMA_TO_DEVICE);
	ret = dma_mapping_error(a->dev, src);
	if (ret)
		return ret; //!
	ret = run(a);
	dma_unmap_single(a->dev, src, 8, DMA_TO_DEVICE);
	dma_unmap_single(a->dev, key, 8, DMA_TO_DEVICE);
	return ret;
}""",
    ),
    "the number of the error is not what was found": (
        "lost-at-end",
        """
struct dentry *f(struct dentry *dir)
{
	struct dentry *this = lookup_one_len("a", dir, 1);
	int err = PTR_ERR(this);

	if (IS_ERR(this))
		note(err);
	return this;
}""",
    ),
    "the data of a registration": (
        "unwinding-differs",
        """
int f(struct a *a)
{
	struct pci_dev *bridge = pci_get_domain_bus_and_slot(0, 0, 0);
	int ret;

	if (!bridge)
		return -ENODEV;
	ret = a_register_region(a, a->bits, bridge);
	if (ret) {
		pci_dev_put(bridge);
		return ret;
	}
	if (a->bad)
		return -EINVAL;
	return 0;
}""",
    ),
    "a list of parts of it": (
        "lost-at-end",
        """
int f(struct table *t, int n)
{
	struct part *all, *p;
	int i;

	all = kcalloc(n, sizeof(*all), GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	for (i = 0, p = all; i < n; i++, p++)
		list_add(&p->list, &t->parts);
	return 0;
}""",
    ),
    "a comment says that the lock stays": (
        "missing-unlock",
        """
int f(struct a *a)
{
	mutex_lock(&a->lock);
	if (a->linked) {
		queue_work(a->wq, &a->work);
		/* the work drops it */
		return 0;
	}
	mutex_unlock(&a->lock);
	return 0;
}""",
    ),
    "two callers up, the object is ended": (
        "unwinding-differs",
        """
static void unit_free(struct unit *u)
{
	kfree(u->pads);
	kfree(u);
}
static int create(struct unit *u)
{
	int ret;

	u->pads = kcalloc(4, 8, GFP_KERNEL);
	if (!u->pads)
		return -ENOMEM;
	if (ask(u)) {
		kfree(u->pads);
		return -EIO;
	}
	ret = set(u);
	if (ret)
		return ret;
	return 0;
}
static int media(struct unit *u)
{
	int ret = create(u);

	if (ret)
		return ret;
	return more(u);
}
int f(struct unit *u)
{
	int ret = media(u);

	if (ret) {
		unit_free(u);
		return ret;
	}
	return 0;
}""",
    ),
    "the whole around it is put": (
        "unwinding-differs",
        """
int f(struct a *a, struct bio *bio)
{
	struct dio *dio = container_of(bio, struct dio, bio);
	int ret;

	bio_get(bio);
	if (a->bad) {
		bio_put(bio);
		return -EIO;
	}
	ret = run(dio);
	bio_put(&dio->bio);
	if (ret)
		return ret;
	return 0;
}""",
    ),
    "a reference to NULL": (
        "unwinding-differs",
        """
int f(struct a *a, int id)
{
	struct mon *mon = idr_find(&a->all, id);

	mon_get(mon);
	if (!mon)
		return -EINVAL;
	if (copy(a, mon)) {
		mon_put(mon);
		return -EFAULT;
	}
	mon_put(mon);
	return 0;
}""",
    ),
    "it was taken back first, and then done again": (
        "unwinding-differs",
        """
int f(struct a *a)
{
	int ret;

	demo_disable(a);
	set(a);
	demo_enable(a);
	ret = ask(a);
	if (ret)
		return ret;
	demo_disable(a);
	more(a);
	return 0;
}""",
    ),
    "what is added is removed, not what is initialised": (
        "unwinding-differs",
        """
int f(struct a *a)
{
	int ret;

	panel_init(&a->panel);
	ret = set(a);
	if (ret)
		return ret;
	panel_add(&a->panel);
	ret = join(a);
	if (ret) {
		panel_remove(&a->panel);
		return ret;
	}
	return 0;
}""",
    ),
    "a mapping that a macro uses": (
        "lost-at-end",
        """
#define DEMO_CCR (base + 4)
void __init f(struct device_node *np)
{
	void __iomem *base = of_iomap(np, 0);

	clks[0] = clk_mux("a", DEMO_CCR);
}""",
    ),
    "what is found comes with one of two locks": (
        "missing-unlock",
        """
struct item *item_at(struct table *t, loff_t pos)
{
	struct item *item;

	rcu_read_lock();
	list_for_each_entry_rcu(item, &t->done, list)
		if (pos-- == 0)
			return item;
	rcu_read_unlock();
	spin_lock_bh(&t->lock);
	list_for_each_entry(item, &t->open, list)
		if (pos-- == 0)
			return item;
	spin_unlock_bh(&t->lock);
	return NULL;
}""",
    ),
    "what is found comes with a lock on one of two ways": (
        "missing-unlock",
        """
struct item *item_at(struct table *t, loff_t pos)
{
	struct item *item;

	spin_lock_bh(&t->lock);
	list_for_each_entry(item, &t->open, list)
		if (pos-- == 0)
			return item; //!
	spin_unlock_bh(&t->lock);
	return table_slow(t);
}""",
    ),
    "a setter of a header keeps what it is given": (
        "lost-at-end",
        """
int f(struct inode *inode, struct file *file)
{
	struct file *low = dentry_open(path_of(inode), file->f_flags, current_cred());

	if (IS_ERR(low))
		return PTR_ERR(low);
	demo_set_file_low(file, low);
	return 0;
}""",
    ),
    "the loop was left with a node": (
        "left-iterator",
        """
int f(struct device_node *np)
{
	struct device_node *tbi;

	for_each_child_of_node(np, tbi) {
		if (of_node_name_eq(tbi, "tbi"))
			break;
	}
	if (tbi) {
		use(tbi);
		of_node_put(tbi);
	}
	return 0;
}""",
    ),
    "an init in view that only fills fields": (
        "unwinding-differs",
        """
static void ring_init(struct ring *r, int i)
{
	r->index = i;
	memset(r->all, 0, 8);
}
int f(struct ring *r)
{
	int err;

	ring_init(r, 1);
	err = ring_alloc(r);
	if (err)
		return err;
	err = start(r);
	if (err) {
		ring_exit(r);
		return err;
	}
	return 0;
}""",
    ),
    "a struct on the callee's own stack": (
        "dangling-after-failure",
        """
static int low(struct a *a)
{
	struct name n;

	n.text = kstrdup(a->text, GFP_KERNEL);
	if (ask(a)) {
		kfree(n.text);
		return -EIO;
	}
	a->name = n.text;
	return 0;
}
int f(struct a *a, struct name *n)
{
	int ret = low(a);

	if (ret) {
		kfree(n->text);
		return ret;
	}
	return 0;
}""",
    ),
    "an interrupt handler that polls without a pause": (
        "sleep-in-callback",
        """
static int settle(struct a *a)
{
	u32 val;

	return readl_poll_timeout(a->base, val, val == 3, 0, 100);
}
static irqreturn_t handler(int irq, void *data)
{
	settle(data);
	return IRQ_HANDLED;
}
int f(struct a *a)
{
	return devm_request_irq(a->dev, a->irq, handler, 0, "a", a);
}""",
    ),
    "who takes it over frees it when that fails": (
        "unwinding-differs",
        """
int f(struct a *a, struct card *card)
{
	struct ctl *ctl = ctl_jack_new(a);
	int err;

	if (!ctl)
		return -ENOMEM;
	if (a->bad) {
		ctl_jack_free(ctl);
		return -EINVAL;
	}
	err = snd_ctl_add(card, ctl);
	if (err < 0)
		return err;
	return 0;
}""",
    ),
    "a reference to no object": (
        "unwinding-differs",
        """
int f(struct a *a)
{
	struct kobject *top = kobject_get(a->top);

	if (!top)
		return -ENODEV;
	if (ask(a)) {
		kobject_put(a->top);
		return -EIO;
	}
	a->held = 1;
	return 0;
}""",
    ),
    "an object of the caller's, which it ends as a whole": (
        "unwinding-differs",
        """
static int fill(struct table *t)
{
	int err;

	t->all = kcalloc(4, 8, GFP_KERNEL);
	if (!t->all)
		return -ENOMEM;
	err = ask(t);
	if (err) {
		kfree(t->all);
		t->all = NULL;
		return err;
	}
	err = set(t);
	if (err)
		return err;
	return 0;
}
int f(struct table *t)
{
	int err = fill(t);

	if (err) {
		table_destroy(t);
		return err;
	}
	return 0;
}""",
    ),
    "a count of vertical blanks is no object": (
        "use-after-put",
        """
void f(struct a *a, struct drm_crtc *crtc)
{
	drm_crtc_vblank_put(crtc);
	a->index = crtc->index;
}""",
    ),
    "element after element is stored": (
        "lost-at-end",
        """
int f(struct a *a, int n)
{
	struct ring *ring;
	int i;

	ring = kcalloc(n, sizeof(*ring), GFP_KERNEL);
	if (!ring)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		a->all[i].ring = ring++;
	return 0;
}""",
    ),
    "no mapping": (
        "unwinding-differs",
        """
int f(struct a *a, struct page *page)
{
	void *buf = kmap(page);

	if (!buf)
		return -ENOMEM;
	set(a, buf);
	kunmap(page);
	return 0;
}""",
    ),
    "as many references as rounds": (
        "use-after-put",
        """
void f(struct a *a, struct pci_bus *bus)
{
	struct slot *slot, *tmp;

	list_for_each_entry_safe(slot, tmp, &a->slots, list) {
		if (slot->bus == bus) {
			list_del(&slot->list);
			put_device(&bus->dev);
		}
	}
}""",
    ),
    "the counterpart puts one": (
        "lost-at-end",
        """
static int a_probe(struct usb_interface *i)
{
	struct usb_device *udev = usb_get_dev(to_udev(i));

	if (load(udev)) {
		usb_put_dev(udev);
		return -EIO;
	}
	return 0;
}
static void a_disconnect(struct usb_interface *i)
{
	usb_put_dev(to_udev(i));
}""",
    ),
    "a failure by either alternative": (
        "missing-unlock",
        """
int f(struct a *a)
{
	int ret;

	mutex_lock(&a->lock);
	ret = send(a);
	if (ret != a->size)
		return ret < 0 ? ret : -EIO; //!
	ret = command(a);
	mutex_unlock(&a->lock);
	if (ret != CMD_SUCCESS)
		return ret;
	return 0;
}""",
    ),
    "a part of it is put": (
        "unwinding-differs",
        """
int f(struct a *a)
{
	const struct type *type = alg_get_type(a->name);
	void *private;

	if (IS_ERR(type))
		return PTR_ERR(type);
	private = type->bind(a);
	if (IS_ERR(private)) {
		module_put(type->owner);
		return PTR_ERR(private);
	}
	if (a->busy) {
		alg_do_release(type, private);
		return -EBUSY;
	}
	a->held = 1;
	return 0;
}""",
    ),
    "what lies in it is returned": (
        "lost-at-end",
        """
struct obj *f(int fd)
{
	struct file *file = fget(fd);
	struct obj *obj;

	if (!file)
		return NULL;
	obj = file->private_data;
	obj_get(obj);
	return obj;
}""",
    ),
    "a comment names the lock that a callee drops": (
        "missing-unlock",
        """
int f(struct a *a)
{
	int ret;

	mutex_lock(&a->name_lock);
	if (a->bad) {
		mutex_unlock(&a->name_lock);
		return -EIO;
	}
	/* the tail unconditionally unlocks a->name_lock */
	ret = create_tail(a);
	if (ret)
		return ret;
	return 0;
}""",
    ),
    "fewer than were asked for": (
        "unwinding-differs",
        """
int f(struct a *a, struct irq *irq)
{
	int res = fun_reserve_irqs(a->fdev, 1, &irq->idx);

	if (res != 1)
		return -ENOSPC;
	res = set(a);
	if (res) {
		fun_release_irqs(a->fdev, 1, &irq->idx);
		return res;
	}
	return 0;
}""",
    ),
    "a lock taken below another name": (
        "callee-needs-lock",
        """
static void note(void)
{
	lockdep_assert_held(&group_mutex);
	last = 0;
}
static struct group *group_lock_live(struct node *n)
{
	mutex_lock(&group_mutex);
	return n->group;
}
static int first(struct node *n)
{
	mutex_lock(&group_mutex);
	note();
	mutex_unlock(&group_mutex);
	return 0;
}
static int show(struct node *n)
{
	struct group *g = group_lock_live(n);

	if (g)
		note();
	group_unlock(n);
	return 0;
}""",
    ),
    "two locks of one object, told by a flag": (
        "unlock-without-lock",
        """
int f(struct inode *ip, int kind)
{
	a_ilock(ip, SHARED);
	a_ilock(ip, kind);
	if (ip->bad)
		goto out;
	set(ip);
out:
	a_iunlock(ip, kind);
	a_iunlock(ip, SHARED);
	return 0;
}""",
    ),
    "the number that a loop's call gives is no second name": (
        "left-iterator",
        """
u64 f(void)
{
	struct device_node *np;
	struct resource res;
	int ret;

	for_each_node_by_type(np, "memory") {
		ret = of_address_to_resource(np, 0, &res);
		if (ret)
			continue;
		add(&res);
	}
	return 1;
}""",
    ),
    "NULL by another name": (
        "unwinding-differs",
        """
int f(struct a *a)
{
	u32 code = hmm_alloc(a->size);

	if (code == mmgr_NULL)
		return -ENOMEM;
	if (a->bad) {
		hmm_free(code);
		return -EIO;
	}
	a->held = 1;
	return 0;
}""",
    ),
    "the next round looks before it puts": (
        "use-after-put",
        """
void f(struct a *a, struct ax *dev)
{
again:
	if (a->more) {
		note(dev->name);
		ax_dev_put(dev);
		goto again;
	}
}""",
    ),
    "what lies in it leads back to it": (
        "unwinding-differs",
        """
static void cleanup(struct inner *in)
{
	framebuffer_release(in->info);
}
int f(struct device *dev)
{
	struct fb_info *info = framebuffer_alloc(8, dev);
	struct inner *in;

	if (!info)
		return -ENOMEM;
	in = info->par;
	in->info = info;
	if (ask(in)) {
		framebuffer_release(info);
		return -EIO;
	}
	if (set(in)) {
		cleanup(in);
		return -ENODEV;
	}
	return 0;
}""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_gone_and_what_is_held(
    name: str, found: Callable[[str], list[tuple[str, int]]]
) -> None:
    rule, text = CASES[name]
    marked = [n for n, line in enumerate(text.splitlines(), 1) if line.endswith("//!")]
    assert [line for hit, line in found(text) if hit == rule] == marked
