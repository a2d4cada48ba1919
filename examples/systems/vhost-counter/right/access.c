// SPDX-License-Identifier: GPL-2.0-or-later
static void vhost_meta_leave(struct vhost_virtqueue *vq)
{
	/* The access is over before the count says so. */
	smp_mb__before_atomic();
	atomic_dec(&vq->meta_users);
	preempt_enable();
}

/*
 * Begin an access to a map: it is valid until vhost_meta_leave().  NULL when
 * there is none, and then nothing to leave.  Between the two nothing may fault
 * or sleep.  The caller has vq->mutex, so that the map itself stays.
 */
static struct vhost_meta_map *vhost_meta_enter(struct vhost_virtqueue *vq,
					       int part)
{
	struct vhost_meta_map *map = vq->meta_map[part];

	lockdep_assert_held(&vq->mutex);
	if (!map)
		return NULL;

	preempt_disable();
	atomic_inc(&vq->meta_users);
	/* Pairs with the barrier in vhost_meta_drain(). */
	smp_mb__after_atomic();
	if (likely(READ_ONCE(map->valid)))
		return map;

	vhost_meta_leave(vq);
	return NULL;
}

