// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A thread that repeats a step.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "background.h"
#include "device.h"
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

void churn(void *arg)
{
	char *p = mmap(NULL, 16 * PAGE, RW, ANON, -1, 0);
	size_t i;

	(void)arg;
	if (p == MAP_FAILED)
		return;
	for (i = 0; i < 16; i++)
		p[i * PAGE] = 1;
	madvise(p, 4 * PAGE, MADV_DONTNEED);
	mprotect(p, 8 * PAGE, PROT_READ);
	munmap(p, 16 * PAGE);
}

void fork_once(void *arg)
{
	pid_t pid = fork();

	(void)arg;
	if (!pid)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}
