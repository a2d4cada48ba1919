/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vhost-net device as a virtual machine monitor holds it: the file, two
 * rings, the guest's memory and a tap. The calls return 0 or -errno.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <linux/vhost.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <sys/mman.h>

#include "ring.h"
#include "tap.h"

enum { RX, TX, QUEUES };

#define BIT(n)		(1ULL << (n))
#define FEATURES	(BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_NET_F_MRG_RXBUF))

#define SLOT		2048UL		/* a buffer for each descriptor */
#define QUEUE_BYTES	(RING_MAX * SLOT)
#define ARENA_BYTES	(QUEUES * QUEUE_BYTES)
#define GPA_BASE	0x40000000ULL	/* not where it lies in our memory */

struct device {
	int fd;
	uint64_t features;
	struct tap tap;
	struct ring ring[QUEUES];
	void *area[QUEUES];	/* RING_BYTES each */
	char *arena;		/* the guest's memory: ARENA_BYTES */
	/* Log of dirty pages; see dirty_log in test_traffic.c. */
	uint64_t log_guest_addr;
	unsigned int addr_flags;
};

/* Skips the case where there is no vhost-net. */
void device_open(struct device *d);
/* Everything up to the point where set_backend() works, with traffic off. */
void device_prepare(struct device *d, unsigned int num);
/* The whole: owner to backends; packets can flow. */
void device_start(struct device *d, unsigned int num);
void device_start_with(struct device *d, unsigned int num, uint64_t features);
/* Backends off, indices kept. */
void device_pause(struct device *d);
void device_resume(struct device *d);
/*
 * Returns when the worker has done all that it was woken for, and so touches
 * neither rings nor buffers before the next kick or packet. A used entry or an
 * event is not enough to know that: the worker goes on after both.
 */
void device_settle(struct device *d);
void device_close(struct device *d);

#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
#define must_map(p) must((p) == MAP_FAILED ? -errno : 0)

void *map_pages(size_t bytes);

int set_owner(struct device *d);
int reset_owner(struct device *d);
int set_features(struct device *d, uint64_t features);
int set_memory(struct device *d);
int set_num(struct device *d, int q, unsigned int num);
int set_base(struct device *d, int q, unsigned int num);
int get_base(struct device *d, int q);
int set_addr(struct device *d, int q);
int set_event(struct device *d, unsigned long request, int q, int fd);
int set_backend(struct device *d, int q, int fd);
/* Any request: ioctl(2), but -errno. */
int request(struct device *d, unsigned long code, void *arg);

/* Both rings elsewhere, contents and all, as one SET_VRING_ADDR each. */
int move_ring(struct device *d, int q, void *area);

char *slot(struct device *d, int q, int i);
uint64_t guest_address(struct device *d, const void *p);

#endif
