// SPDX-License-Identifier: GPL-2.0-or-later
/* The maps are in use from here on. */
static void vhost_meta_take_turn(struct vhost_virtqueue *vq)
{
	int turn = READ_ONCE(vq->meta_turn);

	smp_store_release(&vq->meta_turn, turn + 1);
	/* The turn comes before what is done in it. */
	smp_mb();
}

static void vhost_meta_end_turn(struct vhost_virtqueue *vq)
{
	int turn = READ_ONCE(vq->meta_turn);

	smp_store_release(&vq->meta_turn, turn + 1);
}

/* Wait for the end of the turn that is under way, if one is. */
static void vhost_meta_wait_turn(struct vhost_virtqueue *vq)
{
	int turn;

	/* Who comes later sees what we changed. */
	smp_mb();
	turn = READ_ONCE(vq->meta_turn);
	while ((turn & 1) && READ_ONCE(vq->meta_turn) == turn) {
		set_current_state(TASK_RUNNING);
		schedule();
	}
	/* What was done in the turn is done. */
	smp_load_acquire(&vq->meta_turn);
}

