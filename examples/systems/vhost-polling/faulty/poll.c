// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Polling.  The worker looks at the available index in the kernel's mapping of
 * its page, and says in the used page that it needs no kicks, as long as new
 * buffers keep coming within poll_ticks.
 */
static volatile void *vhost_ring_poll_map(void __user *uaddr, struct page **page)
{
	unsigned long addr = (unsigned long)uaddr;
	int got;

	got = get_user_pages_fast(addr, 1, FOLL_WRITE, page);
	/* TODO: what else could be done here? */
	BUG_ON(got != 1);

	return page_address(*page) + offset_in_page(addr);
}

/* Back to kicks.  The caller has vq->mutex. */
static void vhost_ring_poll_end(struct vhost_virtqueue *vq)
{
	if (!vq->poll_avail)
		return;

	*vq->poll_flags = 0;
	put_page(vq->poll_page[0]);
	put_page(vq->poll_page[1]);
	vq->poll_avail = NULL;
	vq->poll_flags = NULL;
}

static void vhost_ring_poll_begin(struct vhost_virtqueue *vq)
{
	if (!vq->poll_avail) {
		vq->poll_avail = vhost_ring_poll_map(&vq->avail->idx,
						     &vq->poll_page[0]);
		vq->poll_flags = vhost_ring_poll_map(&vq->used->flags,
						     &vq->poll_page[1]);
	}
	__get_user(vq->poll_seen, &vq->avail->idx);
	*vq->poll_flags = cpu_to_vhost16(vq, VRING_USED_F_NO_NOTIFY);
	vq->poll_until = jiffies + poll_ticks;
}

bool vhost_enable_notify(struct vhost_dev *dev, struct vhost_virtqueue *vq)
{
	bool more = __vhost_enable_notify(dev, vq);

	if (!more && poll_ticks && vq->kick)
		vhost_ring_poll_begin(vq);
	return more;
}
EXPORT_SYMBOL_GPL(vhost_enable_notify);

/* Look at the polled rings until there is work or none is left. */
static void vhost_ring_poll(struct vhost_dev *dev)
{
	struct vhost_virtqueue *vq;
	bool polled;
	int i;

	do {
		polled = false;
		for (i = 0; i < dev->nvqs; i++) {
			vq = dev->vqs[i];
			if (!vq->poll_avail)
				continue;
			polled = true;
			if (*vq->poll_avail != vq->poll_seen) {
				vq->poll_seen = *vq->poll_avail;
				vhost_poll_queue(&vq->poll);
			} else if (jiffies > vq->poll_until) {
				vhost_ring_poll_end(vq);
				/* Flags are written, now look again. */
				smp_mb();
				if (vhost_get_avail_idx(vq))
					vhost_poll_queue(&vq->poll);
			}
		}
		cond_resched();
	} while (polled && !vhost_has_work(dev) && !kthread_should_stop());
}
