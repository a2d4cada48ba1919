// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A thread that repeats a step.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <string.h>

#include "background.h"
#include "ktap.h"

static void *repeat(void *arg)
{
	struct background *b = arg;

	while (!__atomic_load_n(&b->stop, __ATOMIC_ACQUIRE)) {
		b->step(b->arg);
		__atomic_fetch_add(&b->rounds, 1, __ATOMIC_RELEASE);
		/* With one processor the case itself must come to its turn. */
		sched_yield();
	}
	return NULL;
}

void background_start(struct background *b, void (*step)(void *arg), void *arg)
{
	*b = (struct background){ .step = step, .arg = arg };
	must(-pthread_create(&b->thread, NULL, repeat, b));
	while (!__atomic_load_n(&b->rounds, __ATOMIC_ACQUIRE))
		sched_yield();
}

unsigned int background_stop(struct background *b)
{
	__atomic_store_n(&b->stop, true, __ATOMIC_RELEASE);
	must(-pthread_join(b->thread, NULL));
	return b->rounds;
}
