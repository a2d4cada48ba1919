/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's edu device in the hands of user space: container, group, device, and
 * the device's own DMA. The calls return 0 or -errno, unless said otherwise.
 */
#ifndef ASSIGNED_H
#define ASSIGNED_H

#include <linux/vfio.h>
#include <stdbool.h>
#include <stdint.h>

#include "account.h"

#define RW_DMA	(VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)
#define IOVA	0x10000000UL	/* aligned for huge pages */

struct vfio {
	int container, group, device;
	char address[16];	/* 0000:00:0c.0 */
	volatile uint32_t *registers;
};

/*
 * Binds the device to vfio-pci and opens container and group, not yet joined.
 * Skips the case where there is no vfio, no IOMMU or no such device.
 */
void vfio_find(struct vfio *v);
/* Everything up to a device that can do DMA; type1 of @version 1 or 2. */
void vfio_start(struct vfio *v);
void vfio_start_type1(struct vfio *v, int version);
/* All files closed, registers unmapped. */
void vfio_close(struct vfio *v);

int request(int fd, unsigned long code, void *arg);
int map_dma(struct vfio *v, uint64_t iova, const void *p, uint64_t size,
	    uint32_t flags);
/* Bytes that were unmapped, or -errno. */
long unmap_dma(struct vfio *v, uint64_t iova, uint64_t size, uint32_t flags);

/* Of GET_INFO: how many mappings there may still be; -1 when it is not said. */
long mappings_left(struct vfio *v);

/*
 * Through the device, whose buffer holds what was read last: @size bytes at
 * @iova; at most 2048. Each takes 100 ms.
 */
void dma_read(struct vfio *v, uint64_t iova, uint32_t size);
void dma_write(struct vfio *v, uint64_t iova, uint32_t size);
/* The device copies @size bytes at @from to @to, which must then be there. */
void dma_copies(struct vfio *v, char *from, uint64_t from_iova, char *to,
		uint64_t to_iova);

#endif
