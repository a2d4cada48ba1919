/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _VHOST_METADATA_H
#define _VHOST_METADATA_H

#include "vhost.h"

/*
 * One part of a ring at kernel addresses.  While it is valid the pages belong
 * to it; then it is used under vq->meta_lock.
 */
struct vhost_meta_map {
	struct mmu_interval_notifier notifier;
	struct vhost_virtqueue *vq;
	unsigned long start;	/* user addresses, of whole pages */
	unsigned long end;
	unsigned int npages;
	bool written;		/* by us, not only read */
	bool valid;
	struct page *pages[];
};

void vhost_meta_init(struct vhost_dev *dev);
void vhost_meta_stop(struct vhost_dev *dev);
void vhost_meta_reset(struct vhost_virtqueue *vq);
void vhost_meta_prefetch(struct vhost_virtqueue *vq);
//: 3
bool vhost_meta_get16(struct vhost_virtqueue *vq, int part, __virtio16 *val,
		      const __virtio16 __user *from);
bool vhost_meta_put16(struct vhost_virtqueue *vq, __virtio16 val,
		      __virtio16 __user *to);
bool vhost_meta_get_desc(struct vhost_virtqueue *vq, struct vring_desc *desc,
			 unsigned int idx);
bool vhost_meta_put_used(struct vhost_virtqueue *vq,
			 const struct vring_used_elem *heads, int idx,
			 int count);
//: end

#endif
