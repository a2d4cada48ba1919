// SPDX-License-Identifier: GPL-2.0-or-later
/* Wait until no access goes on that may have found a map valid. */
static void vhost_meta_drain(struct vhost_virtqueue *vq)
{
	/* Pairs with the barrier in vhost_meta_enter(). */
	smp_mb();
	atomic_cond_read_acquire(&vq->meta_users, !VAL);
}

