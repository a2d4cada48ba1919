// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The driver's side of a split virtqueue.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ktap.h"
#include "ring.h"

static int new_event(void)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	return must(fd < 0 ? -errno : fd);
}

void ring_init(struct ring *r, unsigned int num)
{
	memset(r, 0, sizeof(*r));
	r->num = num;
	r->kick = new_event();
	r->call = new_event();
	r->err = new_event();
}

void ring_place(struct ring *r, void *area)
{
	r->desc = area;
	r->avail = (void *)((char *)area + PAGE);
	r->used = (void *)((char *)area + 2 * PAGE);
}

void ring_clear(struct ring *r)
{
	unsigned int i;

	memset(r->desc, 0, r->num * sizeof(*r->desc));
	memset(r->avail, 0, sizeof(*r->avail) + 2 * (r->num + 1));
	memset(r->used, 0, sizeof(*r->used) + 8 * r->num + 2);
	memset(r->busy, 0, sizeof(r->busy));
	r->avail_idx = r->published = r->last_used = 0;
	for (i = 0; i < r->num; i++)
		r->free[i] = r->num - 1 - i;
	r->free_count = r->num;
}

int ring_take(struct ring *r)
{
	return r->free_count ? r->free[--r->free_count] : -1;
}

void ring_give_back(struct ring *r, int i)
{
	r->free[r->free_count++] = i;
}

void ring_describe(struct ring *r, int i, uint64_t addr, uint32_t len,
		   uint16_t flags, uint16_t next)
{
	r->desc[i] = (struct vring_desc){
		.addr = addr, .len = len, .flags = flags, .next = next,
	};
}

void ring_queue(struct ring *r, int head)
{
	r->avail->ring[r->avail_idx++ % r->num] = head;
	if ((unsigned int)head < RING_MAX)
		r->busy[head] = true;
}

void ring_publish(struct ring *r)
{
	__atomic_store_n(&r->avail->idx, r->avail_idx, __ATOMIC_RELEASE);
	/* The index must be out before the device's wishes are read. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void ring_force_kick(struct ring *r)
{
	uint64_t one = 1;

	if (write(r->kick, &one, sizeof(one)) != sizeof(one))
		fail("cannot kick: %s", strerror(errno));
}

void ring_kick(struct ring *r)
{
	uint16_t old = r->published, event;

	r->published = r->avail_idx;
	if (r->event_idx) {
		event = __atomic_load_n((uint16_t *)&r->used->ring[r->num],
					__ATOMIC_ACQUIRE);
		if (!vring_need_event(event, r->avail_idx, old))
			return;
	} else if (__atomic_load_n(&r->used->flags, __ATOMIC_ACQUIRE) &
		   VRING_USED_F_NO_NOTIFY) {
		return;
	}
	ring_force_kick(r);
}

void ring_want_kicks(struct ring *r)
{
	__atomic_store_n(&r->used->flags, 0, __ATOMIC_RELEASE);
}

unsigned int ring_pending(const struct ring *r)
{
	return (uint16_t)(__atomic_load_n(&r->used->idx, __ATOMIC_ACQUIRE) -
			  r->last_used);
}

uint64_t event_count(int fd, int limit_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t count = 0;

	if (poll(&p, 1, limit_ms) > 0 &&
	    read(fd, &count, sizeof(count)) != sizeof(count))
		return 0;
	return count;
}

bool ring_wait(struct ring *r, unsigned int count, int limit_ms)
{
	while (ring_pending(r) < count) {
		if (r->event_idx) {
			r->avail->ring[r->num] = r->last_used + count - 1;
			__atomic_thread_fence(__ATOMIC_SEQ_CST);
			if (ring_pending(r) >= count)
				break;
		}
		if (!event_count(r->call, limit_ms))
			return ring_pending(r) >= count;
	}
	return true;
}

struct used ring_reap(struct ring *r)
{
	struct vring_used_elem *e = &r->used->ring[r->last_used % r->num];
	struct used u = { .id = e->id, .len = e->len };

	if (u.id >= r->num || !r->busy[u.id])
		fail("used entry %u names descriptor %u, which is not outstanding",
		     r->last_used, u.id);
	r->busy[u.id] = false;
	r->last_used++;
	ring_give_back(r, u.id);
	return u;
}
