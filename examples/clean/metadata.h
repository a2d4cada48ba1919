/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _VHOST_METADATA_H
#define _VHOST_METADATA_H

//: 3
#include <linux/nospec.h>

//: end
#include "vhost.h"

/* One part of a ring. */
struct vhost_meta_map {
	unsigned long start;	/* user addresses, of whole pages */
	unsigned long end;
	unsigned long delta;	/* from there to the kernel's addresses */
	int npages;
	struct page *pages[];	/* pinned as long as the map lives */
};

void vhost_meta_init(struct vhost_dev *dev);
int vhost_meta_start(struct vhost_dev *dev);
void vhost_meta_stop(struct vhost_dev *dev);
void vhost_meta_prefetch(struct vhost_virtqueue *vq);
void vhost_meta_reset(struct vhost_virtqueue *vq);
//: 3
/* The caller has meta.lock and vq->mutex, and stays within the ring. */
static inline void *vhost_meta_addr(const struct vhost_meta_map *map,
				    const void __user *uaddr)
{
	return (void *)((unsigned long)uaddr + map->delta);
}

/*
 * All of these are true when the access was made, and false when it has to be
 * made by copying.  The caller has vq->mutex.
 */
static inline bool vhost_meta_get16(struct vhost_virtqueue *vq, int part,
				    __virtio16 *val,
				    const __virtio16 __user *from)
{
	struct vhost_meta_map *map;

	spin_lock(&vq->meta.lock);
	map = vq->meta.map[part];
	if (likely(map))
		*val = READ_ONCE(*(__virtio16 *)vhost_meta_addr(map, from));
	spin_unlock(&vq->meta.lock);

	return map;
}

static inline bool vhost_meta_put16(struct vhost_virtqueue *vq, __virtio16 val,
				    __virtio16 __user *to)
{
	struct vhost_meta_map *map;

	spin_lock(&vq->meta.lock);
	map = vq->meta.map[VHOST_ADDR_USED];
	if (likely(map))
		WRITE_ONCE(*(__virtio16 *)vhost_meta_addr(map, to), val);
	spin_unlock(&vq->meta.lock);

	return map;
}

/* A head and, where it is a possible one, the descriptor that it names. */
static inline bool vhost_meta_get_head(struct vhost_virtqueue *vq,
				       unsigned int slot, __virtio16 *head,
				       struct vring_desc *desc)
{
	struct vhost_meta_map *avail, *descs;
	unsigned int idx;

	spin_lock(&vq->meta.lock);
	avail = vq->meta.map[VHOST_ADDR_AVAIL];
	descs = vq->meta.map[VHOST_ADDR_DESC];
	if (likely(avail && descs)) {
		*head = READ_ONCE(*(__virtio16 *)vhost_meta_addr(avail,
						&vq->avail->ring[slot]));
		idx = vhost16_to_cpu(vq, *head);
		if (likely(idx < vq->num)) {
			idx = array_index_nospec(idx, vq->num);
			*desc = *(struct vring_desc *)vhost_meta_addr(descs,
								vq->desc + idx);
		}
	}
	spin_unlock(&vq->meta.lock);

	return avail && descs;
}

static inline bool vhost_meta_get_desc(struct vhost_virtqueue *vq,
				       struct vring_desc *desc,
				       unsigned int idx)
{
	struct vhost_meta_map *map;

	idx = array_index_nospec(idx, vq->num);

	spin_lock(&vq->meta.lock);
	map = vq->meta.map[VHOST_ADDR_DESC];
	if (likely(map))
		*desc = *(struct vring_desc *)vhost_meta_addr(map,
							vq->desc + idx);
	spin_unlock(&vq->meta.lock);

	return map;
}

static inline bool vhost_meta_put_used(struct vhost_virtqueue *vq,
				       const struct vring_used_elem *heads,
				       int idx, int count)
{
	struct vhost_meta_map *map;

	spin_lock(&vq->meta.lock);
	map = vq->meta.map[VHOST_ADDR_USED];
	if (likely(map))
		memcpy(vhost_meta_addr(map, vq->used->ring + idx), heads,
		       count * sizeof(*heads));
	spin_unlock(&vq->meta.lock);

	return map;
}
//: end

#endif
