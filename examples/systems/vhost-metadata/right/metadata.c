// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ring metadata through kernel addresses.
 *
 * Each part of a ring has an interval notifier on its user addresses.  A map
 * holds references on the pages there and is published only when no
 * invalidation came between looking them up and publishing.  An invalidation
 * takes the map back, under the lock that every access holds, and then drops
 * the references.  Whoever finds no valid map copies as ever.
 *
 * Maps are made and destroyed by the holder of vq->mutex, and put in place and
 * taken out under vq->meta_lock.  That is never held around anything that
 * faults, allocates or sleeps: an invalidation needs nothing else, and so works
 * where it must not block.
 */
#include <linux/cacheflush.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/module.h>
//: 3
#include <linux/nospec.h>
//: end
#include <linux/slab.h>

#include "metadata.h"

static void vhost_meta_put_pages(struct page **pages, int npages)
{
	while (npages > 0)
		put_page(pages[--npages]);
}

static bool vhost_meta_invalidate(struct mmu_interval_notifier *notifier,
				  const struct mmu_notifier_range *range,
				  unsigned long seq)
{
	struct vhost_meta_map *map = container_of(notifier,
						  struct vhost_meta_map,
						  notifier);
	struct vhost_virtqueue *vq = map->vq;
	bool was_valid;

	spin_lock(&vq->meta_lock);
	mmu_interval_set_seq(notifier, seq);
	was_valid = map->valid;
	map->valid = false;
	spin_unlock(&vq->meta_lock);

	/* Nobody looks up new ones before this invalidation ends. */
	if (was_valid)
		vhost_meta_put_pages(map->pages, map->npages);

	return true;
}

static const struct mmu_interval_notifier_ops vhost_meta_ops = {
	.invalidate = vhost_meta_invalidate,
};

void vhost_meta_init(struct vhost_dev *dev)
{
	int i;

	for (i = 0; i < dev->nvqs; i++) {
		spin_lock_init(&dev->vqs[i]->meta_lock);
		memset(dev->vqs[i]->meta_map, 0,
		       sizeof(dev->vqs[i]->meta_map));
	}
}
EXPORT_SYMBOL_GPL(vhost_meta_init);

/* A part that is watched and has no pages yet, or NULL. */
static struct vhost_meta_map *vhost_meta_watch(struct vhost_virtqueue *vq,
					       int part, unsigned long start,
					       unsigned long end)
{
	unsigned int npages = (end - start) >> PAGE_SHIFT;
	struct vhost_meta_map *map;

	map = kzalloc(struct_size(map, pages, npages), GFP_KERNEL);
	if (!map)
		return NULL;

	map->vq = vq;
	map->start = start;
	map->end = end;
	map->npages = npages;
	map->written = part == VHOST_ADDR_USED;
	if (mmu_interval_notifier_insert(&map->notifier, vq->dev->mm, start,
					 end - start, &vhost_meta_ops)) {
		kfree(map);
		return NULL;
	}

	return map;
}

static void vhost_meta_destroy(struct vhost_meta_map *map)
{
	/* Waits for its callback, which takes none of our caller's locks. */
	mmu_interval_notifier_remove(&map->notifier);
	if (map->valid)
		vhost_meta_put_pages(map->pages, map->npages);
	kfree(map);
}

/* The ring moves or changes its size.  The caller has vq->mutex. */
void vhost_meta_reset(struct vhost_virtqueue *vq)
{
	struct vhost_meta_map *map;
	int i;

	for (i = 0; i < VHOST_NUM_ADDRS; i++) {
		spin_lock(&vq->meta_lock);
		map = vq->meta_map[i];
		vq->meta_map[i] = NULL;
		spin_unlock(&vq->meta_lock);
		if (map)
			vhost_meta_destroy(map);
	}
}
EXPORT_SYMBOL_GPL(vhost_meta_reset);

/* After the last access, and while the owner's address space is held. */
void vhost_meta_stop(struct vhost_dev *dev)
{
	int i;

	for (i = 0; i < dev->nvqs; i++)
		vhost_meta_reset(dev->vqs[i]);
}
EXPORT_SYMBOL_GPL(vhost_meta_stop);

/* Look the pages up.  This may fault, and so come to our own notifier. */
static void vhost_meta_fill(struct vhost_meta_map *map)
{
	unsigned int flags = map->written ? FOLL_WRITE : 0;
	struct vhost_virtqueue *vq = map->vq;
	unsigned long seq;
	int i, got;

	seq = mmu_interval_read_begin(&map->notifier);
	got = get_user_pages_fast(map->start, map->npages, flags, map->pages);
	if (got < 0)
		return;
	if (got < map->npages)
		goto put;

	/*
	 * Dirty from the start: whoever wants to clean them later has to
	 * write-protect or unmap them first, and by that invalidates the map.
	 */
	for (i = 0; map->written && i < got; i++)
		set_page_dirty_lock(map->pages[i]);

	spin_lock(&vq->meta_lock);
	map->valid = !mmu_interval_read_retry(&map->notifier, seq);
	if (map->valid)
		got = 0;
	spin_unlock(&vq->meta_lock);

put:
	vhost_meta_put_pages(map->pages, got);
}

static void vhost_meta_prefetch_part(struct vhost_virtqueue *vq, int part,
				     const void __user *uaddr, size_t size)
{
	unsigned long start = (unsigned long)uaddr & PAGE_MASK;
	unsigned long end = PAGE_ALIGN((unsigned long)uaddr + size);

	struct vhost_meta_map *map = vq->meta_map[part];

	if (!map) {
		map = vhost_meta_watch(vq, part, start, end);
		spin_lock(&vq->meta_lock);
		vq->meta_map[part] = map;
		spin_unlock(&vq->meta_lock);
	}
	/* A glance: what becomes invalid now is seen as such when used. */
	if (map && !READ_ONCE(map->valid))
		vhost_meta_fill(map);
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

	vhost_meta_prefetch_part(vq, VHOST_ADDR_DESC, vq->desc,
				 sizeof(*vq->desc) * vq->num);
	vhost_meta_prefetch_part(vq, VHOST_ADDR_AVAIL, vq->avail,
				 struct_size(vq->avail, ring, vq->num + 1));
	vhost_meta_prefetch_part(vq, VHOST_ADDR_USED, vq->used,
				 struct_size(vq->used, ring, vq->num) +
				 sizeof(__virtio16));
}
EXPORT_SYMBOL_GPL(vhost_meta_prefetch);
//: 3

/* Not so only while a ring moves, for those that do without vq->mutex. */
static bool vhost_meta_holds(const struct vhost_meta_map *map,
			     unsigned long uaddr, size_t len)
{
	return uaddr >= map->start && len <= map->end - map->start &&
	       uaddr - map->start <= map->end - map->start - len;
}

/* The map to use at once, or NULL.  The caller has vq->meta_lock. */
static struct vhost_meta_map *vhost_meta_valid(struct vhost_virtqueue *vq,
					       int part, unsigned long uaddr,
					       size_t len)
{
	struct vhost_meta_map *map = vq->meta_map[part];

	lockdep_assert_held(&vq->meta_lock);
	if (!map || !map->valid || !vhost_meta_holds(map, uaddr, len))
		return NULL;

	return map;
}

/* Where user address @uaddr is; what follows in the same page is there too. */
static void *vhost_meta_at(const struct vhost_meta_map *map,
			   unsigned long uaddr)
{
	unsigned long offset = uaddr - map->start;

	return page_address(map->pages[offset >> PAGE_SHIFT]) +
	       offset_in_page(offset);
}

/* How much of @len bytes from @uaddr on is in the same page. */
static size_t vhost_meta_chunk(unsigned long uaddr, size_t len)
{
	return min_t(size_t, len, PAGE_SIZE - offset_in_page(uaddr));
}

/*
 * All of these are true when the access was made, and false when it has to be
 * made by copying.  Mostly the caller has vq->mutex.  Completions of vhost-scsi
 * come without it; they need the maps to be safe, not the ring to stay.
 */
bool vhost_meta_get16(struct vhost_virtqueue *vq, int part, __virtio16 *val,
		      const __virtio16 __user *from)
{
	unsigned long addr = (unsigned long)from;
	struct vhost_meta_map *map;

	spin_lock(&vq->meta_lock);
	map = vhost_meta_valid(vq, part, addr, sizeof(*val));
	if (likely(map))
		*val = READ_ONCE(*(__virtio16 *)vhost_meta_at(map, addr));
	spin_unlock(&vq->meta_lock);

	return map;
}
EXPORT_SYMBOL_GPL(vhost_meta_get16);

bool vhost_meta_put16(struct vhost_virtqueue *vq, __virtio16 val,
		      __virtio16 __user *to)
{
	unsigned long addr = (unsigned long)to;
	struct vhost_meta_map *map;

	spin_lock(&vq->meta_lock);
	map = vhost_meta_valid(vq, VHOST_ADDR_USED, addr, sizeof(val));
	if (likely(map))
		WRITE_ONCE(*(__virtio16 *)vhost_meta_at(map, addr), val);
	spin_unlock(&vq->meta_lock);

	return map;
}
EXPORT_SYMBOL_GPL(vhost_meta_put16);

/* The user copy that this replaces was a barrier to speculation. */
bool vhost_meta_get_desc(struct vhost_virtqueue *vq, struct vring_desc *desc,
			 unsigned int idx)
{
	size_t chunk, len = sizeof(*desc);
	struct vhost_meta_map *map;
	unsigned long from;
	void *to = desc;

	idx = array_index_nospec(idx, vq->num);
	from = (unsigned long)(vq->desc + idx);

	spin_lock(&vq->meta_lock);
	map = vhost_meta_valid(vq, VHOST_ADDR_DESC, from, len);
	for (; map && len; len -= chunk, from += chunk, to += chunk) {
		chunk = vhost_meta_chunk(from, len);
		memcpy(to, vhost_meta_at(map, from), chunk);
	}
	spin_unlock(&vq->meta_lock);

	return map;
}
EXPORT_SYMBOL_GPL(vhost_meta_get_desc);

bool vhost_meta_put_used(struct vhost_virtqueue *vq,
			 const struct vring_used_elem *heads, int idx,
			 int count)
{
	unsigned long to = (unsigned long)(vq->used->ring + idx);
	size_t chunk, len = count * sizeof(*heads);
	struct vhost_meta_map *map;
	const void *from = heads;

	spin_lock(&vq->meta_lock);
	map = vhost_meta_valid(vq, VHOST_ADDR_USED, to, len);
	for (; map && len; len -= chunk, from += chunk, to += chunk) {
		chunk = vhost_meta_chunk(to, len);
		memcpy(vhost_meta_at(map, to), from, chunk);
	}
	spin_unlock(&vq->meta_lock);

	return map;
}
EXPORT_SYMBOL_GPL(vhost_meta_put_used);
//: end

MODULE_DESCRIPTION("vhost ring metadata through kernel addresses");
MODULE_LICENSE("GPL");
