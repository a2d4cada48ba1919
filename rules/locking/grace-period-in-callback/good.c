// SPDX-License-Identifier: GPL-2.0-or-later
static int ring_invalidate(struct mmu_notifier *mn,
			   const struct mmu_notifier_range *range)
{
	struct ring *ring = container_of(mn, struct ring, notifier);
	struct map *map = rcu_dereference_protected(ring->map, 1);

	rcu_assign_pointer(ring->map, NULL);
	kfree_rcu(map, rcu);
	return 0;
}

static const struct mmu_notifier_ops ring_notifier_ops = {
	.invalidate_range_start = ring_invalidate,
};

void ring_destroy(struct ring *ring)
{
	synchronize_rcu();
	kfree(ring);
}
