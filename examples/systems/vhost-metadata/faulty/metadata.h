/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _VHOST_METADATA_H
#define _VHOST_METADATA_H

#include "vhost.h"

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
