// SPDX-License-Identifier: GPL-2.0-or-later
static void vhost_meta_leave(struct vhost_virtqueue *vq)
{
	/* The access is over before the count says so. */
	smp_mb__before_atomic();
	atomic_dec(&vq->meta_users);
	preempt_enable();
}

/*
 * Begin an access to a map that has these addresses: it is valid until
 * vhost_meta_leave().  NULL when there is none, and then nothing to leave.
 * Between the two nothing may fault or sleep.
 */
static struct vhost_meta_map *vhost_meta_enter(struct vhost_virtqueue *vq,
					       int part, unsigned long uaddr,
					       size_t len)
{
	struct vhost_meta_map *map;

	preempt_disable();
	atomic_inc(&vq->meta_users);
	/* Pairs with the barrier in vhost_meta_drain(). */
	smp_mb__after_atomic();
	map = READ_ONCE(vq->meta_map[part]);
	/* Pairs with the release in vhost_meta_fill(). */
	if (likely(map && smp_load_acquire(&map->valid) &&
		   vhost_meta_holds(map, uaddr, len)))
		return map;

	vhost_meta_leave(vq);
	return NULL;
}

