// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ring metadata through kernel addresses.
 *
 * The pages of a ring's three parts are looked up once; from then on they are
 * read and written through the kernel's own mapping of them.
 *
 * dev->meta_mutex protects the maps.  It is not held while pages are pinned,
 * as that may fault.
 */
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/module.h>
//: 4
#include <linux/nospec.h>
//: end
#include <linux/slab.h>

#include "metadata.h"

//: 2
static const struct mmu_notifier_ops vhost_meta_notifier_ops;

//: end
void vhost_meta_init(struct vhost_dev *dev)
{
	int i;

	mutex_init(&dev->meta_mutex);
	dev->meta_seq = 0;
	for (i = 0; i < dev->nvqs; i++)
		memset(dev->vqs[i]->meta, 0, sizeof(dev->vqs[i]->meta));
//: 2
	dev->meta_registered = false;
	dev->meta_notifier.ops = &vhost_meta_notifier_ops;
//: end
}
EXPORT_SYMBOL_GPL(vhost_meta_init);

static int vhost_meta_map_part(struct vhost_virtqueue *vq, int part,
			       const void __user *uaddr, size_t size,
			       size_t align)
{
	unsigned long start = (unsigned long)uaddr & PAGE_MASK;
	unsigned long end = PAGE_ALIGN((unsigned long)uaddr + size);
	struct vhost_meta_map *map = &vq->meta[part];
	int npages = (end - start) >> PAGE_SHIFT;
	struct vhost_dev *dev = vq->dev;
	struct page **pages;
	unsigned long seq;
	int i, n, err;

	/* Nothing that we read or write may cross a page. */
	if (!IS_ALIGNED((unsigned long)uaddr, align))
		return -1;

	seq = READ_ONCE(dev->meta_seq);
	pages = kmalloc_array(npages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	n = pin_user_pages_fast(start, npages, FOLL_WRITE, pages);
	if (n < 0) {
		err = n;
		goto err_free;
	}
	if (n < npages) {
		while (n > 0)
			put_page(pages[--n]);
		err = EFAULT;
		goto err_free;
	}

	/* A page without a kernel address is of no use. */
	err = -EOPNOTSUPP;
	for (i = 0; i < npages; i++) {
		if (PageHighMem(pages[i]))
			goto err_unpin;
	}

	mutex_lock(&dev->meta_mutex);
	if (dev->meta_seq == seq) {
		map->start = start;
		map->end = end;
		map->npages = npages;
		map->pages = pages;
	}
	mutex_unlock(&dev->meta_mutex);

	/* We are told before the pages go: no need to hold on to them. */
err_unpin:
	unpin_user_pages(pages, npages);
err_free:
	if (map->pages != pages)
		kfree(pages);
	return err;
}

/* Forget a map.  The caller has dev->meta_mutex. */
static void vhost_meta_unmap(struct vhost_meta_map *map)
{
	int i;

	if (!map->pages)
		return;

	for (i = 0; i < map->npages; i++)
		set_page_dirty(map->pages[i]);
	kfree(map->pages);
	map->pages = NULL;
}

/* Map what is not mapped.  The caller has vq->mutex. */
void vhost_meta_prefetch(struct vhost_virtqueue *vq)
{
//: 2
	if (!vq->dev->meta_registered)
		return;

//: end
	/* Where there is no map we copy, so nobody minds an error. */
	if (!vq->meta[VHOST_ADDR_DESC].pages)
		vhost_meta_map_part(vq, VHOST_ADDR_DESC, vq->desc,
				    sizeof(*vq->desc) * vq->num,
				    sizeof(*vq->desc));
	if (!vq->meta[VHOST_ADDR_AVAIL].pages)
		vhost_meta_map_part(vq, VHOST_ADDR_AVAIL, vq->avail,
				    struct_size(vq->avail, ring, vq->num + 1),
				    sizeof(__virtio16));
	if (!vq->meta[VHOST_ADDR_USED].pages)
		vhost_meta_map_part(vq, VHOST_ADDR_USED, vq->used,
				    struct_size(vq->used, ring, vq->num) +
				    sizeof(__virtio16), sizeof(__virtio32));
}
EXPORT_SYMBOL_GPL(vhost_meta_prefetch);

/* The ring moves or changes its size.  The caller has vq->mutex. */
void vhost_meta_reset(struct vhost_virtqueue *vq)
{
	struct vhost_dev *dev = vq->dev;
	int i;

	mutex_lock(&dev->meta_mutex);
	dev->meta_seq++;
	for (i = 0; i < VHOST_NUM_ADDRS; i++)
		vhost_meta_unmap(&vq->meta[i]);
	mutex_unlock(&dev->meta_mutex);
}
EXPORT_SYMBOL_GPL(vhost_meta_reset);
//: 2

/* The owner's pages in the range are about to change. */
static void vhost_meta_invalidate_range(struct mmu_notifier *notifier,
					struct mm_struct *mm,
					unsigned long start, unsigned long end)
{
	struct vhost_dev *dev = container_of(notifier, struct vhost_dev,
					     meta_notifier);
	int i, j;

	mutex_lock(&dev->meta_mutex);
	dev->meta_seq++;
	for (i = 0; i < dev->nvqs; i++) {
		for (j = 0; j < VHOST_NUM_ADDRS; j++) {
			struct vhost_meta_map *map = &dev->vqs[i]->meta[j];

			if (map->start < end && map->end > start)
				vhost_meta_unmap(map);
		}
	}
	mutex_unlock(&dev->meta_mutex);
}

static const struct mmu_notifier_ops vhost_meta_notifier_ops = {
	.invalidate_range	= vhost_meta_invalidate_range,
};

/* Before the first map.  The caller has the device mutex. */
int vhost_meta_start(struct vhost_dev *dev)
{
	int err;

	if (!dev->use_worker)
		return 0;

	if (WARN_ON_ONCE(dev->meta_registered))
		return -EEXIST;

	err = mmu_notifier_register(&dev->meta_notifier, dev->mm);
	if (err)
		return err;

	dev->meta_registered = true;
	return 0;
}
EXPORT_SYMBOL_GPL(vhost_meta_start);

/* After the last access. */
void vhost_meta_stop(struct vhost_dev *dev)
{
	int i, j;

	mutex_lock(&dev->meta_mutex);
	if (dev->meta_registered) {
		mmu_notifier_unregister(&dev->meta_notifier, dev->mm);
		dev->meta_registered = false;
	}
	for (i = 0; i < dev->nvqs; i++) {
		for (j = 0; j < VHOST_NUM_ADDRS; j++)
			vhost_meta_unmap(&dev->vqs[i]->meta[j]);
	}
	mutex_unlock(&dev->meta_mutex);
}
EXPORT_SYMBOL_GPL(vhost_meta_stop);
//: 4

/* The caller has dev->meta_mutex and vq->mutex, and stays within the ring. */
static void *vhost_meta_addr(const struct vhost_meta_map *map,
			     const void __user *uaddr)
{
	unsigned long offset = (unsigned long)uaddr - map->start;

	return page_address(map->pages[offset >> PAGE_SHIFT]) +
	       offset_in_page(offset);
}

/* All of these are true when the access was made, else it is for copying. */
bool vhost_meta_get16(struct vhost_virtqueue *vq, int part, __virtio16 *val,
		      const __virtio16 __user *from)
{
	struct vhost_meta_map *map = &vq->meta[part];
	struct vhost_dev *dev = vq->dev;
	bool mapped;

	mutex_lock(&dev->meta_mutex);
	mapped = map->pages;
	if (mapped)
		*val = READ_ONCE(*(__virtio16 *)vhost_meta_addr(map, from));
	mutex_unlock(&dev->meta_mutex);

	return mapped;
}
EXPORT_SYMBOL_GPL(vhost_meta_get16);

bool vhost_meta_put16(struct vhost_virtqueue *vq, __virtio16 val,
		      __virtio16 __user *to)
{
	struct vhost_meta_map *map = &vq->meta[VHOST_ADDR_USED];
	struct vhost_dev *dev = vq->dev;
	bool mapped;

	mutex_lock(&dev->meta_mutex);
	mapped = map->pages;
	if (mapped)
		WRITE_ONCE(*(__virtio16 *)vhost_meta_addr(map, to), val);
	mutex_unlock(&dev->meta_mutex);

	return mapped;
}
EXPORT_SYMBOL_GPL(vhost_meta_put16);

bool vhost_meta_get_desc(struct vhost_virtqueue *vq, struct vring_desc *desc,
			 unsigned int idx)
{
	struct vhost_meta_map *map = &vq->meta[VHOST_ADDR_DESC];
	struct vhost_dev *dev = vq->dev;
	bool mapped;

	idx = array_index_nospec(idx, vq->num);

	mutex_lock(&dev->meta_mutex);
	mapped = map->pages;
	if (mapped)
		*desc = *(struct vring_desc *)vhost_meta_addr(map,
							vq->desc + idx);
	mutex_unlock(&dev->meta_mutex);

	return mapped;
}
EXPORT_SYMBOL_GPL(vhost_meta_get_desc);

bool vhost_meta_put_used(struct vhost_virtqueue *vq,
			 const struct vring_used_elem *heads, int idx,
			 int count)
{
	struct vhost_meta_map *map = &vq->meta[VHOST_ADDR_USED];
	void __user *to = vq->used->ring + idx;
	size_t len = count * sizeof(*heads);
	struct vhost_dev *dev = vq->dev;
	const void *from = heads;
	bool mapped;

	mutex_lock(&dev->meta_mutex);
	mapped = map->pages;
	/* The caller splits at the end of the ring. */
	if (WARN_ON_ONCE(idx + count > vq->num))
		return false;
	while (mapped && len) {
		size_t chunk = min_t(size_t, len,
				     PAGE_SIZE - offset_in_page(to));

		memcpy(vhost_meta_addr(map, to), from, chunk);
		from += chunk;
		to += chunk;
		len -= chunk;
	}
	mutex_unlock(&dev->meta_mutex);

	return mapped;
}
EXPORT_SYMBOL_GPL(vhost_meta_put_used);
//: end

MODULE_DESCRIPTION("vhost ring metadata through kernel addresses");
MODULE_LICENSE("GPL");
