// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rounds of batches through an idle device, timed from publish to used.
 *
 * A TX round: put a batch into the ring, kick, wait until all is used. An RX
 * round: the batch waits in the tap; give the buffers, kick, wait. What fills
 * and checks the buffers is outside of the timed part, and nothing is printed
 * before all is measured: console output would be part of what comes next.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "ktap.h"
#include "traffic.h"

#define FRAME		64	/* per-packet cost, not the copy's */
#define RING		256
#define MAX_ROUNDS	1024
#define LATE_MS		15000	/* constant: fetching it would be timed */

/* The batch stays below VHOST_NET_PKT_WEIGHT (256), where vhost yields. */
struct plan {
	unsigned int phases, warmup, rounds, batch;
};

static const struct plan plans[] = {
	[BENCH_DETERMINISTIC] = { .phases = 4, .warmup = 32, .rounds = 160,
				  .batch = 32 },
	[BENCH_WALL] = { .phases = 6, .warmup = 16, .rounds = 128,
			 .batch = 128 },
};

#define MAX_PHASES	8

static uint64_t ticks[QUEUES][MAX_PHASES][MAX_ROUNDS];

static uint64_t now(enum bench_mode mode)
{
	struct timespec t;

	/* With -icount shift=0 the TSC counts executed instructions. */
	if (mode == BENCH_DETERMINISTIC)
		return __builtin_ia32_rdtsc();
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static uint64_t timed_round(struct device *d, int q, unsigned int batch,
			    enum bench_mode mode)
{
	struct ring *r = &d->ring[q];
	uint64_t begin = now(mode);

	ring_publish(r);
	ring_kick(r);
	if (!ring_wait(r, batch, LATE_MS))
		fail("%s: %u of %u buffers used", q == TX ? "TX" : "RX",
		     ring_pending(r), batch);
	return now(mode) - begin;
}

static uint64_t tx_round(struct device *d, unsigned int batch,
			 enum bench_mode mode)
{
	uint64_t spent;
	unsigned int i;

	for (i = 0; i < batch; i++)
		tx_post(d, i, FRAME);
	spent = timed_round(d, TX, batch, mode);
	for (i = 0; i < batch; i++)
		ring_reap(&d->ring[TX]);
	return spent;
}

static uint64_t rx_round(struct device *d, unsigned int batch,
			 enum bench_mode mode)
{
	struct ring *r = &d->ring[RX];
	unsigned char frame[FRAME];
	uint64_t spent;
	unsigned int i;

	for (i = 0; i < batch; i++) {
		frame_fill(frame, FRAME, i);
		must(tap_send(&d->tap, frame, FRAME));
	}
	for (i = 0; i < batch; i++) {
		int k = must(ring_take(r));

		ring_describe(r, k, guest_address(d, slot(d, RX, k)), SLOT,
			      VRING_DESC_F_WRITE, 0);
		ring_queue(r, k);
	}
	spent = timed_round(d, RX, batch, mode);
	for (i = 0; i < batch; i++) {
		struct used u = ring_reap(r);

		frame_check((unsigned char *)slot(d, RX, u.id) + VNET_HDR,
			    u.len - VNET_HDR, FRAME, i);
	}
	return spent;
}

static void phase(struct device *d, int q, unsigned int n,
		  const struct plan *plan, enum bench_mode mode)
{
	unsigned int i;

	for (i = 0; i < plan->warmup + plan->rounds; i++) {
		uint64_t spent = q == TX ? tx_round(d, plan->batch, mode) :
					   rx_round(d, plan->batch, mode);

		if (i >= plan->warmup)
			ticks[q][n][i - plan->warmup] = spent;
	}
}

static void print_results(const struct plan *plan, enum bench_mode mode)
{
	static const char *const names[] = { "vhost-rx", "vhost-tx" };
	unsigned int q, n, i;

	printf("bench version 1 mode %s frame %d batch %u warmup %u\n",
	       mode == BENCH_WALL ? "wall" : "deterministic", FRAME,
	       plan->batch, plan->warmup);
	for (q = 0; q < QUEUES; q++) {
		for (n = 0; n < plan->phases; n++) {
			printf("batches %s phase %u ticks", names[q], n);
			for (i = 0; i < plan->rounds; i++)
				printf(" %llu",
				       (unsigned long long)ticks[q][n][i]);
			putchar('\n');
		}
	}
	puts("bench done");
}

int bench(enum bench_mode mode)
{
	const struct plan *plan = &plans[mode];
	struct device d;
	unsigned int n;

	device_start(&d, RING);
	/* RX needs the socket to send through; TX must not pay for a listener. */
	for (n = 0; n < plan->phases; n++)
		phase(&d, RX, n, plan, mode);
	tap_deafen(&d.tap);
	for (n = 0; n < plan->phases; n++)
		phase(&d, TX, n, plan, mode);
	print_results(plan, mode);
	device_close(&d);
	return 0;
}
