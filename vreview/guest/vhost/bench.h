/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The benchmark: what a packet costs, each way.
 */
#ifndef BENCH_H
#define BENCH_H

enum bench_mode {
	BENCH_DETERMINISTIC,	/* rdtsc under icount: executed instructions */
	BENCH_WALL,		/* a clock: packets per second */
};

/* Measures, then prints; the exit status. */
int bench(enum bench_mode mode);

#endif
