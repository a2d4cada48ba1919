// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ring metadata through kernel addresses.
 *
 * The pages of a ring's three parts are pinned once and then read and written
 * through the kernel's own mapping of them.  An MMU notifier takes a map away
 * before the owner's page tables change under it.  Whoever finds no map copies
 * from and to user space, which is always right.
 *
 * A map is published and used under vq->meta.lock.  The lock is never held
 * around anything that faults, allocates or sleeps, so that the notifier can
 * take it in any context and, having it, knows that no access is under way.
 * Only the holder of vq->mutex publishes.
 */
#include <linux/cacheflush.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "metadata.h"

static void vhost_meta_free(struct vhost_dev *dev, struct vhost_meta_map *map)
{
	if (!map)
		return;

	atomic64_sub(map->npages, &dev->mm->pinned_vm);
	unpin_user_pages(map->pages, map->npages);
	kfree(map);
}

/* Take away what touches the range; the pins are dropped after the lock. */
static void vhost_meta_drop(struct vhost_virtqueue *vq, unsigned long start,
			    unsigned long end)
{
	struct vhost_meta_map *dead[VHOST_NUM_ADDRS] = {};
	struct vhost_meta *meta = &vq->meta;
	int i;

	spin_lock(&meta->lock);
	for (i = 0; i < VHOST_NUM_ADDRS; i++) {
		struct vhost_meta_map *map = meta->map[i];

		if (!map || map->start >= end || map->end <= start)
			continue;
		dead[i] = map;
		meta->map[i] = NULL;
	}
	spin_unlock(&meta->lock);

	for (i = 0; i < VHOST_NUM_ADDRS; i++)
		vhost_meta_free(vq->dev, dead[i]);
}

/*
 * The count and the sequence move for every range, wherever the ring is: a map
 * in the making is not known yet, and start and end must stay in balance when
 * the ring moves between them.
 */
static int vhost_meta_invalidate_start(struct mmu_notifier *notifier,
				       const struct mmu_notifier_range *range)
{
	struct vhost_dev *dev = container_of(notifier, struct vhost_dev,
					     meta_notifier);
	int i;

	for (i = 0; i < dev->nvqs; i++) {
		struct vhost_meta *meta = &dev->vqs[i]->meta;

		spin_lock(&meta->lock);
		meta->invalidating++;
		meta->seq++;
		spin_unlock(&meta->lock);

		vhost_meta_drop(dev->vqs[i], range->start, range->end);
	}

	return 0;
}

static void vhost_meta_invalidate_end(struct mmu_notifier *notifier,
				      const struct mmu_notifier_range *range)
{
	struct vhost_dev *dev = container_of(notifier, struct vhost_dev,
					     meta_notifier);
	int i;

	for (i = 0; i < dev->nvqs; i++) {
		struct vhost_meta *meta = &dev->vqs[i]->meta;

		spin_lock(&meta->lock);
		meta->invalidating--;
		WRITE_ONCE(meta->stale, true);
		spin_unlock(&meta->lock);
	}
}

static const struct mmu_notifier_ops vhost_meta_notifier_ops = {
	.invalidate_range_start	= vhost_meta_invalidate_start,
	.invalidate_range_end	= vhost_meta_invalidate_end,
};

void vhost_meta_init(struct vhost_dev *dev)
{
	int i;

	dev->meta_registered = false;
	dev->meta_notifier.ops = &vhost_meta_notifier_ops;
	for (i = 0; i < dev->nvqs; i++) {
		struct vhost_meta *meta = &dev->vqs[i]->meta;

		spin_lock_init(&meta->lock);
		memset(meta->map, 0, sizeof(meta->map));
		meta->invalidating = 0;
		meta->seq = 0;
		meta->stale = true;
	}
}
EXPORT_SYMBOL_GPL(vhost_meta_init);

/*
 * Before the first map.  The caller has the device mutex, dev->mm is pinned.
 * A device without a worker (vDPA) has no ring for the kernel to look at.
 */
int vhost_meta_start(struct vhost_dev *dev)
{
	int err;

	if (!dev->use_worker)
		return 0;

	err = mmu_notifier_register(&dev->meta_notifier, dev->mm);
	if (err)
		return err;

	dev->meta_registered = true;
	return 0;
}
EXPORT_SYMBOL_GPL(vhost_meta_start);

/*
 * After the last access.  The notifier goes first, and with no lock held that
 * its callbacks could want; then nobody else drops maps.
 */
void vhost_meta_stop(struct vhost_dev *dev)
{
	int i;

	if (!dev->meta_registered)
		return;

	mmu_notifier_unregister(&dev->meta_notifier, dev->mm);
	dev->meta_registered = false;
	for (i = 0; i < dev->nvqs; i++) {
		vhost_meta_drop(dev->vqs[i], 0, ULONG_MAX);
		/* An invalidation may have been cut off before its end. */
		dev->vqs[i]->meta.invalidating = 0;
		dev->vqs[i]->meta.stale = true;
	}
}
EXPORT_SYMBOL_GPL(vhost_meta_stop);

/* The ring moves or changes its size.  The caller has vq->mutex. */
void vhost_meta_reset(struct vhost_virtqueue *vq)
{
	vhost_meta_drop(vq, 0, ULONG_MAX);
	WRITE_ONCE(vq->meta.stale, true);
}
EXPORT_SYMBOL_GPL(vhost_meta_reset);

/*
 * A part mostly lies in one page, and else in a huge one, as the memory of
 * guests does.  What is scattered is not worth a mapping of its own: copy.
 */
static bool vhost_meta_contiguous(struct page **pages, int npages)
{
	int i;

	for (i = 1; i < npages; i++)
		if (page_to_pfn(pages[i]) != page_to_pfn(pages[0]) + i)
			return false;

	return true;
}

/* Pinned pages that are not known to anybody yet, or NULL. */
static struct vhost_meta_map *vhost_meta_pin(struct vhost_dev *dev,
					     unsigned long start,
					     unsigned long end)
{
	int npages = (end - start) >> PAGE_SHIFT;
	struct vhost_meta_map *map;
	int i, pinned;

	map = kmalloc(struct_size(map, pages, npages), GFP_KERNEL);
	if (!map)
		return NULL;

	pinned = pin_user_pages_fast(start, npages, FOLL_WRITE | FOLL_LONGTERM,
				     map->pages);
	if (pinned != npages || !vhost_meta_contiguous(map->pages, npages)) {
		if (pinned > 0)
			unpin_user_pages(map->pages, pinned);
		kfree(map);
		return NULL;
	}

	map->start = start;
	map->end = end;
	map->npages = npages;
	map->delta = (unsigned long)page_address(map->pages[0]) - start;
	atomic64_add(npages, &dev->mm->pinned_vm);

	/*
	 * Dirty from the start: whoever wants to clean the pages later has to
	 * write-protect or unmap them first, and by that takes the map away.
	 */
	for (i = 0; i < npages; i++)
		set_page_dirty_lock(map->pages[i]);

	return map;
}

static void vhost_meta_map_part(struct vhost_virtqueue *vq, int part,
				const void __user *uaddr, size_t size)
{
	unsigned long start = (unsigned long)uaddr & PAGE_MASK;
	unsigned long end = PAGE_ALIGN((unsigned long)uaddr + size);
	struct vhost_meta *meta = &vq->meta;
	struct vhost_meta_map *map;
	unsigned long seq;
	bool wanted;

	spin_lock(&meta->lock);
	seq = meta->seq;
	wanted = !meta->map[part] && !meta->invalidating;
	spin_unlock(&meta->lock);
	if (!wanted)
		return;

	/* This may fault, and by that come to our own notifier. */
	map = vhost_meta_pin(vq->dev, start, end);
	if (!map)
		return;

	spin_lock(&meta->lock);
	if (!meta->invalidating && meta->seq == seq) {
		meta->map[part] = map;
		map = NULL;
	}
	spin_unlock(&meta->lock);

	vhost_meta_free(vq->dev, map);
}

/*
 * Map what is not mapped, as far as it can be.  The caller has vq->mutex and
 * runs in the owner's address space; the ring has been through access_ok().
 * Sizes are those with event indices, which the driver may yet turn on.
 */
void vhost_meta_prefetch(struct vhost_virtqueue *vq)
{
	/* Where user and kernel addresses may alias in the cache: no maps. */
	if (IS_ENABLED(CONFIG_HIGHMEM) || ARCH_IMPLEMENTS_FLUSH_DCACHE_PAGE)
		return;
	if (likely(!READ_ONCE(vq->meta.stale)) || !vq->dev->meta_registered)
		return;

	WRITE_ONCE(vq->meta.stale, false);
	if (IS_ALIGNED((unsigned long)vq->desc, sizeof(*vq->desc)))
		vhost_meta_map_part(vq, VHOST_ADDR_DESC, vq->desc,
				    sizeof(*vq->desc) * vq->num);
	vhost_meta_map_part(vq, VHOST_ADDR_AVAIL, vq->avail,
			    struct_size(vq->avail, ring, vq->num + 1));
	vhost_meta_map_part(vq, VHOST_ADDR_USED, vq->used,
			    struct_size(vq->used, ring, vq->num) +
			    sizeof(__virtio16));
}
EXPORT_SYMBOL_GPL(vhost_meta_prefetch);

MODULE_DESCRIPTION("vhost ring metadata through kernel addresses");
MODULE_LICENSE("GPL");
