/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A split virtqueue from the driver's side (virtio 1.1, 2.6), in plain memory.
 *
 * Does not know vhost: it is given eventfds and memory.
 */
#ifndef RING_H
#define RING_H

#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"

#define RING_MAX	256
/* Descriptors, avail and used each begin a page, so that each can be hit alone. */
#define RING_BYTES	(3 * PAGE)

struct ring {
	unsigned int num;
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	int kick, call, err;	/* eventfds */
	bool event_idx;		/* VIRTIO_RING_F_EVENT_IDX was negotiated */
	uint16_t avail_idx;	/* ours; published by ring_publish() */
	uint16_t published;
	uint16_t last_used;
	unsigned int free_count;
	uint16_t free[RING_MAX];
	bool busy[RING_MAX];
};

struct used {
	uint32_t id, len;
};

/* Eventfds and an empty ring of @num entries. Ends the case when it cannot. */
void ring_init(struct ring *r, unsigned int num);
/* Says where the ring lies; does not touch the memory. */
void ring_place(struct ring *r, void *area);
/* Empties the ring: memory, indices and the list of free descriptors. */
void ring_clear(struct ring *r);

/* A free descriptor's index, or -1. */
int ring_take(struct ring *r);
void ring_describe(struct ring *r, int i, uint64_t addr, uint32_t len,
		   uint16_t flags, uint16_t next);
/* Puts a chain's head into the avail ring; the device sees it when published. */
void ring_queue(struct ring *r, int head);
void ring_publish(struct ring *r);
/* Kicks if the device asks for it, as a driver does; ring_force_kick() always. */
void ring_kick(struct ring *r);
void ring_force_kick(struct ring *r);

/*
 * After the ring was copied: the device may have changed its mind about kicks
 * in the old place meanwhile. One kick too many does no harm.
 */
void ring_want_kicks(struct ring *r);

/* How many used entries wait to be taken. */
unsigned int ring_pending(const struct ring *r);
/* Waits for @count of them, through the call eventfd; false after @limit_ms. */
bool ring_wait(struct ring *r, unsigned int count, int limit_ms);
/* Takes one; ends the case if it is not one of the outstanding heads. */
struct used ring_reap(struct ring *r);
/* A chain's further descriptors go back by hand; its head does in ring_reap(). */
void ring_give_back(struct ring *r, int i);

/* Drains an eventfd; its count, 0 when nothing came within @limit_ms. */
uint64_t event_count(int fd, int limit_ms);

#endif
