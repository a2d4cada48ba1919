/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Something done over and over in a thread while the case goes on.
 */
#ifndef BACKGROUND_H
#define BACKGROUND_H

#include <pthread.h>
#include <stdbool.h>

struct background {
	pthread_t thread;
	void (*step)(void *arg);
	void *arg;
	unsigned int rounds;
	bool stop;
};

/* Returns when the first round is done. */
void background_start(struct background *b, void (*step)(void *arg), void *arg);
/* Returns how many rounds there were. */
unsigned int background_stop(struct background *b);

/* Steps: what programs do with their memory, and what shells do. */
void churn(void *arg);
void fork_once(void *arg);

#endif
