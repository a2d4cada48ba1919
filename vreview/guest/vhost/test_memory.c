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
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "background.h"
#include "tests.h"
#include "traffic.h"

#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
#define HUGE	(2UL << 20)
#define ROUNDS	6

static void check_map(void *p)
{
	must(p == MAP_FAILED ? -errno : 0);
}

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
			memcpy(saved, d.area[q], RING_BYTES);
			event((char *)d.area[q] + spans[i].first * PAGE,
			      spans[i].count * PAGE);
			memcpy(d.area[q], saved, RING_BYTES);
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
	check_map(mmap(pages, bytes, RW, ANON | MAP_FIXED, -1, 0));
}

static void unmap_and_map(char *pages, size_t bytes)
{
	must(munmap(pages, bytes) ? -errno : 0);
	check_map(mmap(pages, bytes, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0));
}

/* Other pages slide in from elsewhere. */
static void mremap_over(char *pages, size_t bytes)
{
	char *other = map_pages(bytes);

	memset(other, 0, bytes);
	check_map(mremap(other, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
			 pages));
}

/* The pages go away and come back, and others stood in their place. */
static void mremap_away_and_back(char *pages, size_t bytes)
{
	char *other = map_pages(bytes);

	check_map(mremap(pages, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
			 other));
	check_map(mmap(pages, bytes, RW, ANON | MAP_FIXED, -1, 0));
	memset(pages, 0xa5, bytes);
	check_map(mremap(other, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
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

static void fork_once(void *arg)
{
	pid_t pid = fork();

	(void)arg;
	if (!pid)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
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

static void churn(void *arg)
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

struct shared {
	int fd;
	char *ours, *theirs;	/* the same pages: the driver's view, vhost's */
};

/* Both queues' rings into a memfd, TX first; vhost gets another mapping. */
static void share_rings(struct device *d, struct shared *s)
{
	const size_t bytes = QUEUES * RING_BYTES;
	int q;

	s->fd = memfd_create("ring", MFD_CLOEXEC);
	must(s->fd < 0 ? -errno : 0);
	must(ftruncate(s->fd, bytes) ? -errno : 0);
	s->ours = mmap(NULL, bytes, RW, MAP_SHARED, s->fd, 0);
	s->theirs = mmap(NULL, bytes, RW, MAP_SHARED, s->fd, 0);
	check_map(s->ours);
	check_map(s->theirs);
	for (q = 0; q < QUEUES; q++) {
		memcpy(s->ours + q * RING_BYTES, d->area[q], RING_BYTES);
		ring_place(&d->ring[q], s->theirs + q * RING_BYTES);
		must(set_addr(d, q));
		ring_place(&d->ring[q], s->ours + q * RING_BYTES);
	}
}

static void memfd_alias(void)
{
	struct device d;
	struct shared s;
	int i;

	device_start(&d, 64);
	share_rings(&d, &s);
	for (i = 0; i < ROUNDS; i++)
		traffic_both(&d);
}

static void memfd_punch(void)
{
	static char saved[QUEUES * RING_BYTES];
	struct device d;
	struct shared s;
	int i;

	device_start(&d, 64);
	share_rings(&d, &s);
	for (i = 0; i < ROUNDS; i++) {
		traffic_both(&d);
		memcpy(saved, s.ours, sizeof(saved));
		must(fallocate(s.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			       i * PAGE, PAGE) ? -errno : 0);
		memcpy(s.ours, saved, sizeof(saved));
	}
	traffic_both(&d);
}

static void memfd_truncate(void)
{
	static char saved[QUEUES * RING_BYTES];
	struct device d;
	struct shared s;
	int i;

	device_start(&d, 64);
	share_rings(&d, &s);
	for (i = 0; i < 3; i++) {
		traffic_both(&d);
		memcpy(saved, s.ours, sizeof(saved));
		must(ftruncate(s.fd, 0) ? -errno : 0);
		event_count(d.ring[TX].err, 0);
		ring_force_kick(&d.ring[TX]);
		if (!event_count(d.ring[TX].err, WAIT_MS))
			fail("no error for a ring in a truncated file");
		must(ftruncate(s.fd, sizeof(saved)) ? -errno : 0);
		memcpy(s.ours, saved, sizeof(saved));
	}
	traffic_both(&d);
}

/* vhost only reads descriptors and the avail ring. */
static void toggle_reading(void *arg)
{
	struct shared *s = arg;
	int q;

	for (q = 0; q < QUEUES; q++) {
		char *pages = s->theirs + q * RING_BYTES;

		must(mprotect(pages, 2 * PAGE, PROT_READ) ? -errno : 0);
		must(mprotect(pages, 2 * PAGE, RW) ? -errno : 0);
	}
}

/* The pages stay, only vhost's mapping of them is made anew by faults. */
static void drop_mapping(void *arg)
{
	struct shared *s = arg;

	must(madvise(s->theirs, QUEUES * RING_BYTES, MADV_DONTNEED) ? -errno :
								      0);
}

static void shared_under_traffic(void (*step)(void *arg))
{
	struct background b;
	struct device d;
	struct shared s;
	int i;

	device_start(&d, 64);
	share_rings(&d, &s);
	background_start(&b, step, &s);
	for (i = 0; i < 2 * ROUNDS; i++)
		traffic_both(&d);
	background_stop(&b);
	traffic_both(&d);
}

static void mprotect_under_traffic(void)
{
	shared_under_traffic(toggle_reading);
}

static void dontneed_under_traffic(void)
{
	shared_under_traffic(drop_mapping);
}

static char *huge_aligned(void)
{
	char *p = map_pages(2 * HUGE);

	return (char *)(((uintptr_t)p + HUGE - 1) & ~(HUGE - 1));
}

static void split_neighbour(void *arg)
{
	char *huge = arg;

	must(mprotect(huge + HUGE / 2, PAGE, PROT_READ) ? -errno : 0);
	must(mprotect(huge + HUGE / 2, PAGE, RW) ? -errno : 0);
	must(madvise(huge + HUGE / 2 + 8 * PAGE, PAGE, MADV_DONTNEED) ? -errno :
									0);
}

static void transparent_huge_page(void)
{
	char *huge = huge_aligned();
	struct background b;
	struct device d;
	int i;

	if (madvise(huge, HUGE, MADV_HUGEPAGE))
		skip("no transparent huge pages: %s", strerror(errno));
	memset(huge, 0, HUGE);
	device_start(&d, 64);
	must(move_ring(&d, TX, huge + 5 * PAGE));
	must(move_ring(&d, RX, huge + 9 * PAGE));
	traffic_both(&d);
	background_start(&b, split_neighbour, huge);
	for (i = 0; i < ROUNDS; i++)
		traffic_both(&d);
	background_stop(&b);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		skip("cannot write %s: %s", path, strerror(errno));
	close(fd);
}

static void hugetlb(void)
{
	struct device d;
	char *huge;

	write_file("/proc/sys/vm/nr_hugepages", "2");
	huge = mmap(NULL, HUGE, RW, ANON | MAP_HUGETLB, -1, 0);
	if (huge == MAP_FAILED)
		skip("no hugetlb page: %s", strerror(errno));
	device_start(&d, 64);
	must(move_ring(&d, TX, huge));
	must(move_ring(&d, RX, huge + RING_BYTES));
	traffic_both(&d);
	traffic_both(&d);
	must(move_ring(&d, TX, d.area[TX]));
	must(move_ring(&d, RX, d.area[RX]));
	must(munmap(huge, HUGE) ? -errno : 0);
	traffic_both(&d);
	write_file("/proc/sys/vm/nr_hugepages", "0");
}

/* Pages migrate: same address, same contents, another page. */
static void compaction(void)
{
	struct device d;
	int i;

	device_start(&d, 64);
	for (i = 0; i < 2; i++) {
		traffic_both(&d);
		write_file("/proc/sys/vm/compact_memory", "1");
	}
	traffic_both(&d);
}

static void clear_refs(void)
{
	struct device d;
	int i;

	device_start(&d, 64);
	for (i = 0; i < ROUNDS; i++) {
		write_file("/proc/self/clear_refs", i & 1 ? "1" : "4");
		traffic_both(&d);
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
	{ "ring-fork-cow", fork_cow },
	{ "ring-fork-child-is-apart", fork_child_is_apart },
	{ "ring-fork-under-traffic", fork_under_traffic },
	{ "ring-dontneed", idle_dontneed },
	{ "ring-map-over", idle_map_over },
	{ "ring-munmap-mmap", idle_munmap_mmap },
	{ "ring-mremap-over", idle_mremap_over },
	{ "ring-mremap-away-and-back", idle_mremap_back },
	{ "ring-mprotect", idle_mprotect },
	{ "ring-mprotect-under-traffic", mprotect_under_traffic },
	{ "ring-dontneed-under-traffic", dontneed_under_traffic },
	{ "ring-churn-under-traffic", churn_under_traffic },
	{ "ring-moves", ring_moves },
	{ "ring-moves-under-churn", ring_moves_under_churn },
	{ "ring-moves-and-unmaps", ring_moves_and_unmaps },
	{ "ring-same-address-under-churn", same_address_under_churn },
	{ "ring-set-addr-under-traffic", set_addr_under_traffic },
	{ "ring-restart-under-churn", restart_under_churn },
	{ "ring-straddles-pages", ring_straddles_pages },
	{ "ring-memfd-alias", memfd_alias },
	{ "ring-memfd-punch", memfd_punch },
	{ "ring-memfd-truncate", memfd_truncate },
	{ "ring-transparent-huge-page", transparent_huge_page },
	{ "ring-hugetlb", hugetlb },
	{ "ring-compaction", compaction },
	{ "ring-clear-refs", clear_refs },
	{ "table-under-traffic", table_under_traffic },
	{ "ring-storm", storm },
};

const struct ktap_group memory_tests = CASES(cases);
