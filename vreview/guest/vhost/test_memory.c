// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ring memory that changes under a running device.
 *
 * vhost reads descriptors and the avail ring and writes the used ring in the
 * owner's address space. However it gets there, after each event the packets
 * must flow, be the right ones, and be seen as used by the driver; and what
 * is no longer the ring must not be written. An event while the ring is idle
 * shows a stale view of it for certain; an event under traffic shows races.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "background.h"
#include "tests.h"
#include "traffic.h"

/* Applies @event to the ring's pages, one by one and all, keeping contents. */
static void events_when_idle(void (*event)(char *pages, size_t bytes))
{
	static const struct {
		size_t first, count;
	} spans[] = { { 0, 1 }, { 1, 1 }, { 2, 1 }, { 0, 3 } };
	static char saved[RING_BYTES];
	struct device d;
	size_t i;
	int q;

	device_start(&d, 64);
	traffic_both(&d);
	for (q = 0; q < QUEUES; q++) {
		for (i = 0; i < sizeof(spans) / sizeof(*spans); i++) {
			device_settle(&d);
			memcpy(saved, d.area[q], RING_BYTES);
			event((char *)d.area[q] + spans[i].first * PAGE,
			      spans[i].count * PAGE);
			memcpy(d.area[q], saved, RING_BYTES);
			ring_want_kicks(&d.ring[q]);
			traffic_both(&d);
		}
	}
}

static void drop_pages(char *pages, size_t bytes)
{
	must(madvise(pages, bytes, MADV_DONTNEED) ? -errno : 0);
}

static void map_over(char *pages, size_t bytes)
{
	must_map(mmap(pages, bytes, RW, ANON | MAP_FIXED, -1, 0));
}

static void unmap_and_map(char *pages, size_t bytes)
{
	must(munmap(pages, bytes) ? -errno : 0);
	must_map(mmap(pages, bytes, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0));
}

/* Other pages slide in from elsewhere. */
static void mremap_over(char *pages, size_t bytes)
{
	char *other = map_pages(bytes);

	memset(other, 0, bytes);
	must_map(mremap(other, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
			 pages));
}

/* The pages go away and come back, and others stood in their place. */
static void mremap_away_and_back(char *pages, size_t bytes)
{
	char *other = map_pages(bytes);

	must_map(mremap(pages, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
			 other));
	must_map(mmap(pages, bytes, RW, ANON | MAP_FIXED, -1, 0));
	memset(pages, 0xa5, bytes);
	must_map(mremap(other, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
			 pages));
}

static void protect_none(char *pages, size_t bytes)
{
	must(mprotect(pages, bytes, PROT_NONE) ? -errno : 0);
	must(mprotect(pages, bytes, PROT_READ) ? -errno : 0);
	must(mprotect(pages, bytes, RW) ? -errno : 0);
}

static void idle_dontneed(void) { events_when_idle(drop_pages); }
static void idle_map_over(void) { events_when_idle(map_over); }
static void idle_munmap_mmap(void) { events_when_idle(unmap_and_map); }
static void idle_mremap_over(void) { events_when_idle(mremap_over); }
static void idle_mremap_back(void) { events_when_idle(mremap_away_and_back); }
static void idle_mprotect(void) { events_when_idle(protect_none); }

static pid_t fork_that_waits(void)
{
	pid_t pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	return must(pid < 0 ? -errno : pid);
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	must(waitpid(pid, NULL, 0) < 0 ? -errno : 0);
}

/* After a fork the first write to a ring page gives its owner a new page. */
static void fork_cow(void)
{
	struct device d;
	int i;

	device_start(&d, 64);
	for (i = 0; i < ROUNDS; i++) {
		pid_t child;

		traffic_both(&d);
		child = fork_that_waits();
		traffic_both(&d);
		end_child(child);
		/* Now the pages are the owner's alone again. */
		traffic_both(&d);
	}
}

/* A child must keep the ring as it was at fork: nothing may be written there. */
static void fork_child_is_apart(void)
{
	struct device d;
	int ready[2], status;
	char go = 0;
	pid_t child;

	must(pipe(ready) ? -errno : 0);
	device_start(&d, 64);
	traffic_both(&d);
	child = fork();
	if (!child) {
		uint16_t tx = d.ring[TX].used->idx, rx = d.ring[RX].used->idx;

		if (read(ready[0], &go, 1) != 1)
			_exit(2);
		_exit(d.ring[TX].used->idx != tx ||
		      d.ring[RX].used->idx != rx);
	}
	must(child < 0 ? -errno : 0);
	traffic_both(&d);
	must(write(ready[1], &go, 1) == 1 ? 0 : -errno);
	must(waitpid(child, &status, 0) < 0 ? -errno : 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail("the used ring of a forked child changed (status 0x%x)",
		     status);
	traffic_both(&d);
}

static void fork_under_traffic(void)
{
	struct background b;
	struct device d;
	int i;

	device_start(&d, 64);
	background_start(&b, fork_once, NULL);
	for (i = 0; i < ROUNDS; i++)
		traffic_both(&d);
	background_stop(&b);
	traffic_both(&d);
}

static void churn_under_traffic(void)
{
	struct background b;
	struct device d;
	int i;

	device_start(&d, 64);
	background_start(&b, churn, NULL);
	for (i = 0; i < 2 * ROUNDS; i++)
		traffic_both(&d);
	background_stop(&b);
}

static const struct ktap_case cases[] = {
	{ "ring-fork-cow", fork_cow },
	{ "ring-fork-child-is-apart", fork_child_is_apart },
	{ "ring-fork-under-traffic", fork_under_traffic },
	{ "ring-dontneed", idle_dontneed },
	{ "ring-map-over", idle_map_over },
	{ "ring-munmap-mmap", idle_munmap_mmap },
	{ "ring-mremap-over", idle_mremap_over },
	{ "ring-mremap-away-and-back", idle_mremap_back },
	{ "ring-mprotect", idle_mprotect },
	{ "ring-churn-under-traffic", churn_under_traffic },
};

const struct ktap_group memory_tests = CASES(cases);
