// SPDX-License-Identifier: GPL-2.0-or-later
static int ring_invalidate(struct mmu_notifier *mn,
			   const struct mmu_notifier_range *range)
{
	struct ring *ring = container_of(mn, struct ring, notifier);

	rcu_assign_pointer(ring->map, NULL);
	synchronize_rcu(); /* vreview: locking/grace-period-in-callback */
	return 0;
}

static const struct mmu_notifier_ops ring_notifier_ops = {
	.invalidate_range_start = ring_invalidate,
};
