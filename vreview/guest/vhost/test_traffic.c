// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets through the rings, in every shape that a driver gives them.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "tests.h"
#include "traffic.h"

#define MANY	1024

static void tx_one(void)
{
	struct device d;

	device_start(&d, 64);
	traffic_tx(&d, 1);
	if (get_base(&d, TX) != 1)
		fail("after one packet the ring's base is %d",
		     get_base(&d, TX));
}

static void tx_many(void)
{
	struct device d;

	device_start(&d, 256);
	traffic_tx(&d, MANY);
	must(set_backend(&d, TX, -1));
	if (get_base(&d, TX) != MANY)
		fail("after %d packets the ring's base is %d", MANY,
		     get_base(&d, TX));
}

static void rx_one(void)
{
	struct device d;

	device_start(&d, 64);
	traffic_rx(&d, 1);
}

static void rx_many(void)
{
	struct device d;

	device_start(&d, 256);
	traffic_rx(&d, MANY);
}

static void both_ways(void)
{
	struct device d;
	int i;

	device_start(&d, 64);
	for (i = 0; i < 16; i++)
		traffic_both(&d);
}

/* Indices are 16 bits wide: go once around, fast. */
static void index_wraps(void)
{
	struct device d;
	struct ring *r = &d.ring[TX];

	device_prepare(&d, 64);
	r->avail_idx = r->published = r->last_used = 0xfff0;
	r->avail->idx = r->used->idx = 0xfff0;
	must(set_base(&d, TX, 0xfff0));
	device_resume(&d);
	traffic_tx(&d, 2 * BATCH);
	if (get_base(&d, TX) != (uint16_t)(0xfff0 + 2 * BATCH))
		fail("the ring's base is %d", get_base(&d, TX));
}

static void small_ring(void)
{
	struct device d;

	device_start(&d, BATCH);
	traffic_tx(&d, 8 * BATCH);
	traffic_rx(&d, 8 * BATCH);
}

/* The header in a buffer of its own, the frame in two more. */
static void tx_chain(void)
{
	struct device d;
	struct ring *r = &d.ring[TX];
	unsigned int seq;
	int i[3], k;

	device_start(&d, 64);
	for (seq = 0; seq < BATCH; seq++) {
		size_t len = frame_length(seq), half = len / 2;
		char *buffer;

		for (k = 0; k < 3; k++)
			i[k] = must(ring_take(r));
		buffer = slot(&d, TX, i[0]);
		memset(buffer, 0, VNET_HDR);
		frame_fill((unsigned char *)buffer + VNET_HDR, len, seq);
		ring_describe(r, i[0], guest_address(&d, buffer), VNET_HDR,
			      VRING_DESC_F_NEXT, i[1]);
		ring_describe(r, i[1], guest_address(&d, buffer + VNET_HDR),
			      half, VRING_DESC_F_NEXT, i[2]);
		ring_describe(r, i[2],
			      guest_address(&d, buffer + VNET_HDR + half),
			      len - half, 0, 0);
		ring_queue(r, i[0]);
		ring_publish(r);
		ring_kick(r);
		tx_collect(&d, 1);
		ring_give_back(r, i[1]);
		ring_give_back(r, i[2]);
		tx_arrived(&d, seq, len);
	}
}

static void tx_indirect(void)
{
	struct device d;
	struct ring *r = &d.ring[TX];
	unsigned int seq;

	device_start_with(&d, 64,
			  FEATURES | BIT(VIRTIO_RING_F_INDIRECT_DESC));
	for (seq = 0; seq < BATCH; seq++) {
		size_t len = frame_length(seq);
		int i = must(ring_take(r));
		char *buffer = slot(&d, TX, i);
		struct vring_desc *table = (void *)(buffer + 1600);

		memset(buffer, 0, VNET_HDR);
		frame_fill((unsigned char *)buffer + VNET_HDR, len, seq);
		table[0] = (struct vring_desc){
			.addr = guest_address(&d, buffer), .len = VNET_HDR,
			.flags = VRING_DESC_F_NEXT, .next = 1,
		};
		table[1] = (struct vring_desc){
			.addr = guest_address(&d, buffer + VNET_HDR),
			.len = len,
		};
		ring_describe(r, i, guest_address(&d, table),
			      2 * sizeof(*table), VRING_DESC_F_INDIRECT, 0);
		ring_queue(r, i);
		ring_publish(r);
		ring_kick(r);
		tx_collect(&d, 1);
		tx_arrived(&d, seq, len);
	}
}

/* More than a page: vhost cannot batch it and takes another way. */
static void tx_jumbo(void)
{
	struct device d;
	struct ring *r = &d.ring[TX];
	size_t len = 8000;
	unsigned int seq;

	device_start(&d, 64);
	for (seq = 0; seq < 8; seq++) {
		char *buffer = slot(&d, TX, 8);
		int i = must(ring_take(r));

		memset(buffer, 0, VNET_HDR);
		frame_fill((unsigned char *)buffer + VNET_HDR, len, seq);
		ring_describe(r, i, guest_address(&d, buffer), VNET_HDR + len,
			      0, 0);
		ring_queue(r, i);
		ring_publish(r);
		ring_kick(r);
		tx_collect(&d, 1);
		tx_arrived(&d, seq, len);
	}
	traffic_tx(&d, BATCH);
}

/* A packet larger than a buffer is spread: num_buffers says over how many. */
static void rx_mergeable(void)
{
	struct device d;
	struct ring *r = &d.ring[RX];
	const size_t part = 256, len = 1000, need = (len + VNET_HDR + 255) / 256;
	unsigned char sent[1000], got[8 * 256];
	unsigned int seq, i;

	device_start(&d, 64);
	for (seq = 0; seq < BATCH; seq++) {
		size_t total = 0;
		uint16_t buffers;

		for (i = 0; i < need; i++) {
			int k = must(ring_take(r));

			ring_describe(r, k,
				      guest_address(&d, slot(&d, RX, k)),
				      part, VRING_DESC_F_WRITE, 0);
			ring_queue(r, k);
		}
		ring_publish(r);
		ring_kick(r);
		frame_fill(sent, len, seq);
		must(tap_send(&d.tap, sent, len));
		if (!ring_wait(r, need, patience_ms()))
			fail("packet %u: %u of %zu buffers used", seq,
			     ring_pending(r), need);
		for (i = 0; i < need; i++) {
			struct used u = ring_reap(r);

			if (u.len > part)
				fail("%u bytes in a buffer of %zu", u.len, part);
			memcpy(got + total, slot(&d, RX, u.id), u.len);
			total += u.len;
		}
		memcpy(&buffers, got + 10, sizeof(buffers));
		if (buffers != need)
			fail("num_buffers is %u, not %zu", buffers, need);
		frame_check(got + VNET_HDR, total - VNET_HDR, len, seq);
	}
}

/* Packets wait in the tap until the guest gives buffers. */
static void rx_late_buffers(void)
{
	struct device d;
	unsigned char frame[FRAME_MIN];
	unsigned int seq;

	device_start(&d, 64);
	for (seq = 0; seq < BATCH; seq++) {
		frame_fill(frame, FRAME_MIN, seq);
		must(tap_send(&d.tap, frame, FRAME_MIN));
	}
	rx_post(&d, BATCH);
	if (!ring_wait(&d.ring[RX], BATCH, patience_ms()))
		fail("%u of %d packets came", ring_pending(&d.ring[RX]), BATCH);
	for (seq = 0; seq < BATCH; seq++) {
		struct used u = ring_reap(&d.ring[RX]);

		frame_check((unsigned char *)slot(&d, RX, u.id) + VNET_HDR,
			    u.len - VNET_HDR, FRAME_MIN, seq);
	}
}

static void event_idx(void)
{
	struct device d;
	int i;

	device_start_with(&d, 64, FEATURES | BIT(VIRTIO_RING_F_EVENT_IDX));
	for (i = 0; i < 8; i++)
		traffic_both(&d);
}

/* The guest wants no calls: none may come, and packets must flow. */
static void no_interrupt(void)
{
	struct device d;
	struct ring *r = &d.ring[TX];
	unsigned int seq;

	device_start(&d, 64);
	r->avail->flags = VRING_AVAIL_F_NO_INTERRUPT;
	event_count(r->call, 0);
	for (seq = 0; seq < BATCH; seq++) {
		tx_post(&d, seq, frame_length(seq));
		ring_publish(r);
		ring_kick(r);
		tx_arrived(&d, seq, frame_length(seq));
	}
	/* Used entries follow the packets' delivery: set_backend() waits. */
	must(set_backend(&d, TX, -1));
	if (ring_pending(r) != BATCH)
		fail("%u of %d buffers used", ring_pending(r), BATCH);
	if (event_count(r->call, 0))
		fail("called although calls are off");
}

static void busy_loop(void)
{
	struct device d;
	struct vhost_vring_state s = { .index = TX, .num = 50 };

	device_start(&d, 64);
	must(request(&d, VHOST_SET_VRING_BUSYLOOP_TIMEOUT, &s));
	s.index = RX;
	must(request(&d, VHOST_SET_VRING_BUSYLOOP_TIMEOUT, &s));
	s.num = 0;
	must(request(&d, VHOST_GET_VRING_BUSYLOOP_TIMEOUT, &s));
	if (s.num != 50)
		fail("the busy-loop timeout is %u, not 50", s.num);
	traffic_both(&d);
	traffic_both(&d);
}

static void pause_resume(void)
{
	struct device d;
	int i;

	device_start(&d, 64);
	for (i = 1; i <= 4; i++) {
		traffic_both(&d);
		device_pause(&d);
		if (get_base(&d, TX) != i * BATCH)
			fail("TX base is %d after %d packets",
			     get_base(&d, TX), i * BATCH);
		device_resume(&d);
	}
}

/* Migration: the ring and each buffer that the device writes must be logged. */
static void dirty_log(void)
{
	struct device d;
	size_t bytes = (GPA_BASE + ARENA_BYTES) / PAGE / 8 + PAGE, i;
	unsigned char *log = map_pages(bytes);
	const uint64_t ring_gpa = 0x10000;
	uint64_t base = (uintptr_t)log;
	unsigned int buffers = 0;

	device_prepare(&d, 64);
	must(request(&d, VHOST_SET_LOG_BASE, &base));
	must(set_features(&d, FEATURES | BIT(VHOST_F_LOG_ALL)));
	d.addr_flags = BIT(VHOST_VRING_F_LOG);
	d.log_guest_addr = ring_gpa;
	must(set_addr(&d, RX));
	must(set_addr(&d, TX));
	device_resume(&d);
	traffic_both(&d);
	device_settle(&d);
	if (!(log[ring_gpa / PAGE / 8] & (1 << (ring_gpa / PAGE % 8))))
		fail("the used ring's page is not in the dirty log");
	for (i = GPA_BASE / PAGE / 8; i < bytes; i++)
		buffers += __builtin_popcount(log[i]);
	if (buffers < BATCH / 2)
		fail("%u pages logged for %d received packets", buffers, BATCH);
}

static void two_devices(void)
{
	struct device a, b;
	int i;

	device_start(&a, 64);
	device_start(&b, 64);
	for (i = 0; i < 4; i++) {
		traffic_both(&a);
		traffic_both(&b);
	}
	device_close(&a);
	traffic_both(&b);
}

static const struct ktap_case cases[] = {
	{ "tx-one", tx_one },
	{ "tx-many", tx_many },
	{ "rx-one", rx_one },
	{ "rx-many", rx_many },
	{ "both-ways", both_ways },
	{ "index-wraps", index_wraps },
	{ "small-ring", small_ring },
	{ "tx-chain", tx_chain },
	{ "tx-indirect", tx_indirect },
	{ "tx-jumbo", tx_jumbo },
	{ "rx-mergeable", rx_mergeable },
	{ "rx-late-buffers", rx_late_buffers },
	{ "event-idx", event_idx },
	{ "no-interrupt", no_interrupt },
	{ "busy-loop", busy_loop },
	{ "pause-resume", pause_resume },
	{ "dirty-log", dirty_log },
	{ "two-devices", two_devices },
};

const struct ktap_group traffic_tests = CASES(cases);
