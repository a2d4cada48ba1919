// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ring metadata through kernel addresses.
 *
 * The pages of each part of a ring are pinned and mapped in a row.  An MMU
 * notifier takes the mappings down before the owner's page tables change.
 * The maps are protected by vq->mutex, like the rest of the ring.
 */
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "metadata.h"

/* Take a mapping down.  The caller has vq->mutex. */
static void vhost_meta_unmap(struct vhost_meta_map *map)
{
	if (!map->addr)
		return;

	vunmap(map->addr);
	map->addr = NULL;
	release_pages(map->pages, map->npages);
	kfree(map->pages);
	map->pages = NULL;
}

/* The owner's pages from start to end are about to change. */
static void vhost_meta_invalidate_range(struct mmu_notifier *notifier,
					struct mm_struct *mm,
					unsigned long start, unsigned long end)
{
	struct vhost_dev *dev = container_of(notifier, struct vhost_dev,
					     meta_notifier);
	int i, j, n;

	for (i = 0; i < dev->nvqs; i++) {
		struct vhost_virtqueue *vq = dev->vqs[i];

		mutex_lock(&vq->mutex);
		for (j = 0; j < VHOST_NUM_ADDRS; j++) {
			struct vhost_meta_map *map = &vq->meta[j];

			if (!map->addr || map->start >= end || map->end <= start)
				continue;
			for (n = 0; n < map->npages; n++)
				set_page_dirty_lock(map->pages[n]);
			vhost_meta_unmap(map);
		}
		mutex_unlock(&vq->mutex);
	}
}

static const struct mmu_notifier_ops vhost_meta_notifier_ops = {
	.invalidate_range	= vhost_meta_invalidate_range,
};

void vhost_meta_init(struct vhost_dev *dev)
{
	int i;

	dev->meta_registered = false;
	dev->meta_notifier.ops = &vhost_meta_notifier_ops;
	for (i = 0; i < dev->nvqs; i++)
		memset(dev->vqs[i]->meta, 0, sizeof(dev->vqs[i]->meta));
}
EXPORT_SYMBOL_GPL(vhost_meta_init);

static void vhost_meta_watch(struct vhost_dev *dev)
{
	mmu_notifier_register(&dev->meta_notifier, dev->mm);
	dev->meta_registered = true;
}

/*
 * The ring moves: start over with its new place.  The caller has vq->mutex
 * and the device mutex.
 */
void vhost_meta_reset(struct vhost_virtqueue *vq)
{
	struct vhost_dev *dev = vq->dev;
	int i;

	if (dev->meta_registered)
		mmu_notifier_unregister(&dev->meta_notifier, dev->mm);
	for (i = 0; i < VHOST_NUM_ADDRS; i++)
		vhost_meta_unmap(&vq->meta[i]);
	vhost_meta_watch(dev);
}
EXPORT_SYMBOL_GPL(vhost_meta_reset);

/* The device ends. */
void vhost_meta_stop(struct vhost_dev *dev)
{
	int i, j;

	for (i = 0; i < dev->nvqs; i++)
		for (j = 0; j < VHOST_NUM_ADDRS; j++)
			vhost_meta_unmap(&dev->vqs[i]->meta[j]);
	if (dev->meta_registered)
		mmu_notifier_unregister(&dev->meta_notifier, dev->mm);
	dev->meta_registered = false;
}
EXPORT_SYMBOL_GPL(vhost_meta_stop);

static int vhost_meta_map_part(struct vhost_virtqueue *vq, int part,
			       const void __user *uaddr, size_t size)
{
	unsigned long start = (unsigned long)uaddr & PAGE_MASK;
	unsigned long end = PAGE_ALIGN((unsigned long)uaddr + size);
	int npages = (end - start) >> PAGE_SHIFT;
	struct vhost_meta_map *map = &vq->meta[part];
	struct page **pages;
	int err, got;

	pages = kmalloc_array(npages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	got = pin_user_pages_fast(start, npages, FOLL_WRITE, pages);
	if (got != npages) {
		err = EFAULT;
		goto err_pinned;
	}

	map->addr = vmap(pages, npages, VM_MAP, PAGE_KERNEL);
	if (!map->addr) {
		err = -ENOMEM;
		goto err_pinned;
	}

	map->start = start;
	map->end = end;
	map->pages = pages;
	map->npages = npages;
	return 0;

err_pinned:
	if (got > 0)
		unpin_user_pages(pages, got);
	return err;
}

/* Map what is not mapped.  The caller has vq->mutex. */
void vhost_meta_prefetch(struct vhost_virtqueue *vq)
{
	if (!vq->meta[VHOST_ADDR_DESC].addr)
		vhost_meta_map_part(vq, VHOST_ADDR_DESC, vq->desc,
				    sizeof(*vq->desc) * vq->num);
	if (!vq->meta[VHOST_ADDR_AVAIL].addr)
		vhost_meta_map_part(vq, VHOST_ADDR_AVAIL, vq->avail,
				    struct_size(vq->avail, ring, vq->num + 1));
	if (!vq->meta[VHOST_ADDR_USED].addr)
		vhost_meta_map_part(vq, VHOST_ADDR_USED, vq->used,
				    struct_size(vq->used, ring, vq->num) +
				    sizeof(__virtio16));
}
EXPORT_SYMBOL_GPL(vhost_meta_prefetch);
//: 3

/* Where the part is mapped, or NULL.  The caller has vq->mutex. */
static void *vhost_meta_at(struct vhost_virtqueue *vq, int part,
			   const void __user *uaddr)
{
	struct vhost_meta_map *map = &vq->meta[part];

	return map->addr ? map->addr + ((unsigned long)uaddr - map->start) : NULL;
}

/* All of these are true when the access was made, else it is for copying. */
bool vhost_meta_get16(struct vhost_virtqueue *vq, int part, __virtio16 *val,
		      const __virtio16 __user *from)
{
	const __virtio16 *at = vhost_meta_at(vq, part, from);

	if (at)
		*val = READ_ONCE(*at);
	return at;
}
EXPORT_SYMBOL_GPL(vhost_meta_get16);

bool vhost_meta_put16(struct vhost_virtqueue *vq, __virtio16 val,
		      __virtio16 __user *to)
{
	__virtio16 *at = vhost_meta_at(vq, VHOST_ADDR_USED, to);

	if (at)
		WRITE_ONCE(*at, val);
	return at;
}
EXPORT_SYMBOL_GPL(vhost_meta_put16);

bool vhost_meta_get_desc(struct vhost_virtqueue *vq, struct vring_desc *desc,
			 unsigned int idx)
{
	const struct vring_desc *at = vhost_meta_at(vq, VHOST_ADDR_DESC,
						    vq->desc + idx);

	if (at)
		*desc = *at;
	return at;
}
EXPORT_SYMBOL_GPL(vhost_meta_get_desc);

bool vhost_meta_put_used(struct vhost_virtqueue *vq,
			 const struct vring_used_elem *heads, int idx,
			 int count)
{
	void *at = vhost_meta_at(vq, VHOST_ADDR_USED, vq->used->ring + idx);

	if (at)
		memcpy(at, heads, count * sizeof(*heads));
	return at;
}
EXPORT_SYMBOL_GPL(vhost_meta_put_used);
//: end

MODULE_DESCRIPTION("vhost ring metadata through kernel addresses");
MODULE_LICENSE("GPL");
