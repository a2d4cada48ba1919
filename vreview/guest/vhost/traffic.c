// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends, receives, compares.
 */
#define _GNU_SOURCE
#include <string.h>

#include "ktap.h"
#include "traffic.h"

size_t frame_length(unsigned int seq)
{
	return FRAME_MIN + (seq * 211) % (FRAME_MAX - FRAME_MIN);
}

void frame_fill(unsigned char *frame, size_t len, unsigned int seq)
{
	static const unsigned char head[HEADER] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff,	/* to all */
		0x02, 0x00, 0x00, 0x00, 0x00, 0x01,	/* locally administered */
		ETHERTYPE >> 8, ETHERTYPE & 0xff,
	};
	size_t i;

	memcpy(frame, head, HEADER);
	memcpy(frame + HEADER, &seq, sizeof(seq));
	for (i = HEADER + sizeof(seq); i < len; i++)
		frame[i] = seq * 7 + i;
}

void frame_check(const unsigned char *frame, size_t len, size_t expected,
		 unsigned int seq)
{
	static unsigned char want[16 * SLOT];
	size_t i;

	if (len != expected)
		fail("packet %u has %zu bytes, %zu were sent", seq, len,
		     expected);
	frame_fill(want, len, seq);
	for (i = 0; i < len && frame[i] == want[i]; i++)
		;
	if (i < len)
		fail("packet %u: byte %zu is %02x, %02x was sent", seq, i,
		     frame[i], want[i]);
}

void tx_post(struct device *d, unsigned int seq, size_t len)
{
	struct ring *r = &d->ring[TX];
	int i = ring_take(r);
	char *buffer;

	if (i < 0)
		fail("TX ring is full although all was collected");
	buffer = slot(d, TX, i);
	memset(buffer, 0, VNET_HDR);
	frame_fill((unsigned char *)buffer + VNET_HDR, len, seq);
	ring_describe(r, i, guest_address(d, buffer), VNET_HDR + len, 0, 0);
	ring_queue(r, i);
}

static void wait_used(struct device *d, int q, unsigned int count)
{
	static const char *const names[] = { "RX", "TX" };
	struct ring *r = &d->ring[q];

	if (!ring_wait(r, count, patience_ms()))
		fail("%s: %u of %u buffers used after %d ms (used index %u)%s",
		     names[q], ring_pending(r), count, patience_ms(), r->used->idx,
		     event_count(r->err, 0) ? "; the err eventfd fired" : "");
}

void tx_collect(struct device *d, unsigned int count)
{
	wait_used(d, TX, count);
	while (count--)
		ring_reap(&d->ring[TX]);
}

void tx_arrived(struct device *d, unsigned int seq, size_t len)
{
	static unsigned char frame[16 * SLOT];
	ssize_t got = tap_receive(&d->tap, frame, sizeof(frame), patience_ms());

	if (got < 0)
		fail("packet %u did not reach the tap: %s", seq,
		     strerror(-got));
	frame_check(frame, got, len, seq);
}

void traffic_tx(struct device *d, unsigned int count)
{
	unsigned int seq = 0, batch, i;

	while (seq < count) {
		batch = count - seq < BATCH ? count - seq : BATCH;
		for (i = 0; i < batch; i++)
			tx_post(d, seq + i, frame_length(seq + i));
		ring_publish(&d->ring[TX]);
		ring_kick(&d->ring[TX]);
		tx_collect(d, batch);
		for (i = 0; i < batch; i++)
			tx_arrived(d, seq + i, frame_length(seq + i));
		seq += batch;
	}
}

void rx_post(struct device *d, unsigned int count)
{
	struct ring *r = &d->ring[RX];

	while (count--) {
		int i = ring_take(r);
		char *buffer;

		if (i < 0)
			fail("RX ring is full although all was collected");
		buffer = slot(d, RX, i);
		memset(buffer, 0xee, SLOT);
		ring_describe(r, i, guest_address(d, buffer), SLOT,
			      VRING_DESC_F_WRITE, 0);
		ring_queue(r, i);
	}
	ring_publish(r);
	ring_kick(r);
}

static void rx_take(struct device *d, unsigned int seq)
{
	struct used u = ring_reap(&d->ring[RX]);
	const char *buffer = slot(d, RX, u.id);
	uint16_t buffers;

	memcpy(&buffers, buffer + 10, sizeof(buffers));
	if (buffers != 1)
		fail("packet %u: num_buffers is %u in a single buffer", seq,
		     buffers);
	if (u.len < VNET_HDR)
		fail("packet %u: used length is %u", seq, u.len);
	frame_check((const unsigned char *)buffer + VNET_HDR,
		    u.len - VNET_HDR, frame_length(seq), seq);
}

void traffic_rx(struct device *d, unsigned int count)
{
	unsigned char frame[FRAME_MAX];
	unsigned int seq = 0, batch, i;

	while (seq < count) {
		batch = count - seq < BATCH ? count - seq : BATCH;
		rx_post(d, batch);
		for (i = 0; i < batch; i++) {
			frame_fill(frame, frame_length(seq + i), seq + i);
			must(tap_send(&d->tap, frame, frame_length(seq + i)));
		}
		wait_used(d, RX, batch);
		for (i = 0; i < batch; i++)
			rx_take(d, seq + i);
		seq += batch;
	}
}

void traffic_both(struct device *d)
{
	traffic_tx(d, BATCH);
	traffic_rx(d, BATCH);
}
