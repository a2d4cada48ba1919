// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rings that a guest broke: the err eventfd must fire, the kernel must not
 * mind, and once mended the ring must work on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "tests.h"
#include "traffic.h"

/* Waits for the error, and until the worker no longer looks at the ring. */
static void await_error(struct device *d, int q)
{
	if (!event_count(d->ring[q].err, patience_ms()))
		fail("the err eventfd did not fire within %d ms",
		     patience_ms());
	device_settle(d);
	/* A kick more than needed is an error more: not the next one's. */
	event_count(d->ring[q].err, 0);
}

static void expect_error(struct device *d, int q)
{
	await_error(d, q);
	if (ring_pending(&d->ring[q]))
		fail("a broken ring has %u used entries",
		     ring_pending(&d->ring[q]));
}

/* Publishes what is queued and expects that it is refused. */
static void refused(struct device *d, int q)
{
	ring_publish(&d->ring[q]);
	ring_force_kick(&d->ring[q]);
	expect_error(d, q);
}

/* The mended ring: one frame, posted earlier as number 0, then more. */
static void recovers(struct device *d)
{
	ring_force_kick(&d->ring[TX]);
	tx_collect(d, 1);
	tx_arrived(d, 0, frame_length(0));
	traffic_tx(d, BATCH);
}

/* From an empty ring again: for what cannot be mended in place. */
static void restart(struct device *d, int q)
{
	must(set_backend(d, q, -1));
	ring_clear(&d->ring[q]);
	must(set_base(d, q, 0));
	must(set_backend(d, q, d->tap.fd));
}

static void head_out_of_range(void)
{
	struct device d;
	struct ring *r = &d.ring[TX];
	uint16_t head;

	device_start(&d, 64);
	tx_post(&d, 0, frame_length(0));
	head = r->avail->ring[0];
	r->avail->ring[0] = 64;
	refused(&d, TX);
	r->avail->ring[0] = 0xffff;
	ring_force_kick(r);
	expect_error(&d, TX);
	r->avail->ring[0] = head;
	recovers(&d);
}

static void descriptor_loop(void)
{
	struct device d;
	struct ring *r = &d.ring[TX];
	uint16_t head;

	device_start(&d, 64);
	tx_post(&d, 0, frame_length(0));
	head = r->avail->ring[0];
	r->desc[head].flags = VRING_DESC_F_NEXT;
	r->desc[head].next = head;
	refused(&d, TX);
	r->desc[head].next = 64;
	ring_force_kick(r);
	expect_error(&d, TX);
	r->desc[head].flags = 0;
	recovers(&d);
}

static void address_outside_table(void)
{
	struct device d;
	struct ring *r = &d.ring[TX];
	uint64_t address;
	uint16_t head;

	device_start(&d, 64);
	tx_post(&d, 0, frame_length(0));
	head = r->avail->ring[0];
	address = r->desc[head].addr;
	r->desc[head].addr = GPA_BASE + ARENA_BYTES;
	refused(&d, TX);
	r->desc[head].addr = GPA_BASE + ARENA_BYTES - 16;	/* half in */
	ring_force_kick(r);
	expect_error(&d, TX);
	r->desc[head].addr = address;
	recovers(&d);
}

static void avail_index_jumps(void)
{
	struct device d;
	struct ring *r = &d.ring[TX];

	device_start(&d, 64);
	tx_post(&d, 0, frame_length(0));
	r->avail_idx += 64;
	refused(&d, TX);
	r->avail_idx -= 64;
	restart(&d, TX);
	traffic_tx(&d, BATCH);
}

static void tx_writable(void)
{
	struct device d;
	struct ring *r = &d.ring[TX];

	device_start(&d, 64);
	tx_post(&d, 0, frame_length(0));
	r->desc[r->avail->ring[0]].flags = VRING_DESC_F_WRITE;
	refused(&d, TX);
	restart(&d, TX);
	traffic_tx(&d, BATCH);
}

static void rx_read_only(void)
{
	unsigned char frame[FRAME_MIN];
	struct device d;
	struct ring *r = &d.ring[RX];
	int i;

	device_start(&d, 64);
	i = must(ring_take(r));
	ring_describe(r, i, guest_address(&d, slot(&d, RX, i)), SLOT, 0, 0);
	ring_queue(r, i);
	ring_publish(r);
	frame_fill(frame, FRAME_MIN, 0);
	must(tap_send(&d.tap, frame, FRAME_MIN));
	ring_force_kick(r);
	expect_error(&d, RX);
	traffic_tx(&d, BATCH);
}

static void bad_indirect(void)
{
	struct device d;
	struct ring *r = &d.ring[TX];
	int i;

	device_start_with(&d, 64,
			  FEATURES | BIT(VIRTIO_RING_F_INDIRECT_DESC));
	i = must(ring_take(r));
	ring_describe(r, i, guest_address(&d, slot(&d, TX, i)), 17,
		      VRING_DESC_F_INDIRECT, 0);
	ring_queue(r, i);
	refused(&d, TX);
	r->desc[i].len = 0;
	ring_force_kick(r);
	expect_error(&d, TX);
	restart(&d, TX);
	traffic_tx(&d, BATCH);
}

static void no_table(void)
{
	struct vhost_memory none = {};
	struct device d;

	device_start(&d, 64);
	must(request(&d, VHOST_SET_MEM_TABLE, &none));
	tx_post(&d, 0, frame_length(0));
	refused(&d, TX);
	must(set_memory(&d));
	recovers(&d);
}

static void ring_unmapped(void)
{
	static char saved[RING_BYTES];
	struct device d;
	struct ring *r = &d.ring[TX];

	device_start(&d, 64);
	traffic_tx(&d, BATCH);
	device_settle(&d);
	tx_post(&d, 0, frame_length(0));
	ring_publish(r);
	memcpy(saved, d.area[TX], RING_BYTES);
	must(munmap(d.area[TX], RING_BYTES) ? -errno : 0);
	ring_force_kick(r);
	await_error(&d, TX);
	must(mmap(d.area[TX], RING_BYTES, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
	     MAP_FAILED ? -errno : 0);
	memcpy(d.area[TX], saved, RING_BYTES);
	ring_want_kicks(r);
	recovers(&d);
}

static void used_read_only(void)
{
	struct device d;
	struct ring *r = &d.ring[TX];

	device_start(&d, 64);
	traffic_tx(&d, BATCH);
	device_settle(&d);
	must(mprotect(r->used, PAGE, PROT_READ) ? -errno : 0);
	tx_post(&d, 0, frame_length(0));
	refused(&d, TX);
	must(mprotect(r->used, PAGE, PROT_READ | PROT_WRITE) ? -errno : 0);
	restart(&d, TX);
	/* The packet may have left although it could not be marked used. */
	tap_deafen(&d.tap);
	tap_listen(&d.tap);
	traffic_tx(&d, BATCH);
}

static const struct ktap_case cases[] = {
	{ "broken-head-out-of-range", head_out_of_range },
	{ "broken-descriptor-loop", descriptor_loop },
	{ "broken-address-outside-table", address_outside_table },
	{ "broken-avail-index-jumps", avail_index_jumps },
	{ "broken-tx-writable", tx_writable },
	{ "broken-rx-read-only", rx_read_only },
	{ "broken-bad-indirect", bad_indirect },
	{ "broken-no-table", no_table },
	{ "broken-ring-unmapped", ring_unmapped },
	{ "broken-used-read-only", used_read_only },
};

const struct ktap_group broken_tests = CASES(cases);
