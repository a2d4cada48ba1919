// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rings that move: SET_VRING_ADDR, against traffic and against invalidations.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "background.h"
#include "tests.h"
#include "traffic.h"

#define POISON	0x5a

/* What was a ring belongs to the program again: see that nobody writes it. */
static void check_poison(const unsigned char *old)
{
	size_t i;

	for (i = 0; i < RING_BYTES; i++)
		if (old[i] != POISON)
			fail("byte %zu of the ring's former memory changed", i);
}

static void moves(struct device *d, int rounds)
{
	void *area[QUEUES][2];
	int i, q;

	for (q = 0; q < QUEUES; q++) {
		area[q][0] = d->area[q];
		area[q][1] = map_pages(RING_BYTES);
	}
	for (i = 1; i <= rounds; i++) {
		for (q = 0; q < QUEUES; q++) {
			must(move_ring(d, q, area[q][i & 1]));
			memset(area[q][!(i & 1)], POISON, RING_BYTES);
		}
		traffic_both(d);
		for (q = 0; q < QUEUES; q++)
			check_poison(area[q][!(i & 1)]);
	}
}

static void ring_moves(void)
{
	struct device d;

	device_start(&d, 64);
	moves(&d, 2 * ROUNDS);
}

/* Invalidations race with the ioctl that says where the ring is. */
static void ring_moves_under_churn(void)
{
	struct background b;
	struct device d;

	device_start(&d, 64);
	background_start(&b, churn, NULL);
	moves(&d, 2 * ROUNDS);
	background_stop(&b);
}

/* Each time to fresh memory, and the old is gone. */
static void ring_moves_and_unmaps(void)
{
	struct device d;
	int i, q;

	device_start(&d, 64);
	for (i = 0; i < ROUNDS; i++) {
		for (q = 0; q < QUEUES; q++) {
			void *fresh = map_pages(RING_BYTES);

			must(move_ring(&d, q, fresh));
			must(munmap(d.area[q], RING_BYTES) ? -errno : 0);
			d.area[q] = fresh;
		}
		traffic_both(&d);
	}
}

static void same_address_under_churn(void)
{
	struct background b;
	struct device d;
	int i;

	device_start(&d, 64);
	background_start(&b, churn, NULL);
	for (i = 0; i < 64; i++) {
		must(set_addr(&d, i & 1));
		if (i % 8 == 7)
			traffic_both(&d);
	}
	background_stop(&b);
}

struct addr_race {
	struct device *d;
	int q;
};

static void set_same_addr(void *arg)
{
	struct addr_race *race = arg;

	must(set_addr(race->d, race->q));
}

/* The ioctl races with the worker that uses what it replaces. */
static void set_addr_under_traffic(void)
{
	struct background rx, tx;
	struct device d;
	struct addr_race race[QUEUES] = { { &d, RX }, { &d, TX } };
	int i;

	device_start(&d, 64);
	background_start(&rx, set_same_addr, &race[RX]);
	background_start(&tx, set_same_addr, &race[TX]);
	for (i = 0; i < ROUNDS; i++)
		traffic_both(&d);
	background_stop(&rx);
	background_stop(&tx);
}

static void restart_under_churn(void)
{
	struct background b;
	struct device d;
	int i, q;

	device_start(&d, 64);
	background_start(&b, churn, NULL);
	for (i = 0; i < ROUNDS; i++) {
		traffic_both(&d);
		device_pause(&d);
		for (q = 0; q < QUEUES; q++) {
			ring_clear(&d.ring[q]);
			d.ring[q].num = i & 1 ? 64 : 128;
			ring_clear(&d.ring[q]);
			must(set_num(&d, q, d.ring[q].num));
			must(set_base(&d, q, 0));
			must(set_addr(&d, q));
		}
		device_resume(&d);
	}
	background_stop(&b);
	traffic_both(&d);
}

/* The parts follow each other with no gap, across page borders. */
static void ring_straddles_pages(void)
{
	struct device d;
	char *area = map_pages(3 * PAGE);
	int i;

	device_prepare(&d, 64);
	for (i = 0; i < 8; i++) {
		struct ring *r = &d.ring[TX];
		char *at = area + PAGE - 32 - 128 * i;

		r->desc = (void *)at;
		r->avail = (void *)(at + 64 * sizeof(*r->desc));
		r->used = (void *)(at + 64 * sizeof(*r->desc) + 2 * 68);
		ring_clear(r);
		must(set_base(&d, TX, 0));
		must(set_addr(&d, TX));
		device_resume(&d);
		traffic_tx(&d, 2 * BATCH);
		device_pause(&d);
	}
}

/* One region or the same memory as two: the translation never changes. */
static void swap_table(void *arg)
{
	struct device *d = arg;
	struct {
		struct vhost_memory head;
		struct vhost_memory_region region[2];
	} m = {
		.head.nregions = 2,
		.region = {
			{ GPA_BASE, QUEUE_BYTES, (uintptr_t)d->arena, 0 },
			{ GPA_BASE + QUEUE_BYTES, QUEUE_BYTES,
			  (uintptr_t)d->arena + QUEUE_BYTES, 0 },
		},
	};

	must(request(d, VHOST_SET_MEM_TABLE, &m));
	must(set_memory(d));
}

static void table_under_traffic(void)
{
	struct background b;
	struct device d;
	int i;

	device_start(&d, 64);
	background_start(&b, swap_table, &d);
	for (i = 0; i < 2 * ROUNDS; i++)
		traffic_both(&d);
	background_stop(&b);
}

/* All at once. */
static void storm(void)
{
	struct background churner, forker, swapper;
	struct device d;

	device_start(&d, 64);
	background_start(&churner, churn, NULL);
	background_start(&forker, fork_once, NULL);
	background_start(&swapper, swap_table, &d);
	moves(&d, ROUNDS);
	background_stop(&swapper);
	background_stop(&forker);
	background_stop(&churner);
	traffic_both(&d);
}

static const struct ktap_case cases[] = {
	{ "ring-moves", ring_moves },
	{ "ring-moves-under-churn", ring_moves_under_churn },
	{ "ring-moves-and-unmaps", ring_moves_and_unmaps },
	{ "ring-same-address-under-churn", same_address_under_churn },
	{ "ring-set-addr-under-traffic", set_addr_under_traffic },
	{ "ring-restart-under-churn", restart_under_churn },
	{ "ring-straddles-pages", ring_straddles_pages },
	{ "table-under-traffic", table_under_traffic },
	{ "ring-storm", storm },
};

const struct ktap_group moves_tests = CASES(cases);
