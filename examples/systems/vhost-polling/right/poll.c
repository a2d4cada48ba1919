// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Polling: a ring that has run dry is looked at for poll_us before its driver
 * is asked for kicks again.  vq->polled and vq->poll_until are protected by
 * vq->mutex; the worker, which does the looking, glances at vq->polled before
 * it takes that.  Nothing of the ring is remembered from one look to the next.
 */
static bool vhost_ring_poll_begin(struct vhost_virtqueue *vq)
{
	unsigned int us = min(READ_ONCE(poll_us), VHOST_POLL_MAX_US);

	lockdep_assert_held(&vq->mutex);
	/* With an IOTLB a look may miss; that is left to the handlers. */
	if (!us || !vq->kick || vq->iotlb || current != vq->dev->worker)
		return false;

	vq->poll_until = local_clock() + us * (u64)NSEC_PER_USEC;
	WRITE_ONCE(vq->polled, true);
	return true;
}

bool vhost_enable_notify(struct vhost_dev *dev, struct vhost_virtqueue *vq)
{
	if (vhost_ring_poll_begin(vq))
		return false;

	return __vhost_enable_notify(dev, vq);
}
EXPORT_SYMBOL_GPL(vhost_enable_notify);

/* One look. Whatever is not as usual is for the ring's handler to find out. */
static void vhost_ring_poll_look(struct vhost_virtqueue *vq, bool last)
{
	struct vhost_dev *dev = vq->dev;
	bool work = false;

	mutex_lock(&vq->mutex);
	if (!vq->polled)
		goto unlock;

	if (!vhost_vq_get_backend(vq)) {
		/* vhost_vq_init_access() says so to the driver. */
		vq->used_flags &= ~VRING_USED_F_NO_NOTIFY;
		WRITE_ONCE(vq->polled, false);
		goto unlock;
	}

	if (vq->iotlb || vhost_get_avail_idx(vq)) {
		work = true;
		WRITE_ONCE(vq->polled, false);
	} else if (last || !vq->kick || local_clock() >= vq->poll_until) {
		work = __vhost_enable_notify(dev, vq);
		WRITE_ONCE(vq->polled, false);
	}

	if (work)
		vhost_poll_queue(&vq->poll);
unlock:
	mutex_unlock(&vq->mutex);
}

/* Who flushes relies on that the worker then rests until the next kick. */
static void vhost_ring_poll_stop(struct vhost_dev *dev)
{
	int i;

	for (i = 0; i < dev->nvqs; i++)
		if (READ_ONCE(dev->vqs[i]->polled))
			vhost_ring_poll_look(dev->vqs[i], true);
}

/* Polls until there is work, or until all rings have been asked for kicks. */
static void vhost_ring_poll(struct vhost_dev *dev)
{
	bool polled;
	int i;

	do {
		polled = false;
		for (i = 0; i < dev->nvqs; i++) {
			if (!READ_ONCE(dev->vqs[i]->polled))
				continue;
			vhost_ring_poll_look(dev->vqs[i], false);
			polled = true;
		}
		cond_resched();
		cpu_relax();
	} while (polled && !vhost_has_work(dev) && !kthread_should_stop());
}
