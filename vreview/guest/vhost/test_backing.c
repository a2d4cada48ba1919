// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the rings' pages are: a shared file's, huge ones, ones that migrate.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "background.h"
#include "tests.h"
#include "traffic.h"

#define HUGE	(2UL << 20)

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
	must_map(s->ours);
	must_map(s->theirs);
	for (q = 0; q < QUEUES; q++) {
		memcpy(s->ours + q * RING_BYTES, d->area[q], RING_BYTES);
		ring_place(&d->ring[q], s->theirs + q * RING_BYTES);
		must(set_addr(d, q));
		ring_place(&d->ring[q], s->ours + q * RING_BYTES);
	}
}

static void restore(struct device *d, struct shared *s, const char *saved)
{
	memcpy(s->ours, saved, QUEUES * RING_BYTES);
	ring_want_kicks(&d->ring[RX]);
	ring_want_kicks(&d->ring[TX]);
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
		device_settle(&d);
		memcpy(saved, s.ours, sizeof(saved));
		must(fallocate(s.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			       i * PAGE, PAGE) ? -errno : 0);
		restore(&d, &s, saved);
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
		device_settle(&d);
		memcpy(saved, s.ours, sizeof(saved));
		must(ftruncate(s.fd, 0) ? -errno : 0);
		event_count(d.ring[TX].err, 0);
		ring_force_kick(&d.ring[TX]);
		if (!event_count(d.ring[TX].err, patience_ms()))
			fail("no error for a ring in a truncated file");
		device_settle(&d);
		must(ftruncate(s.fd, sizeof(saved)) ? -errno : 0);
		restore(&d, &s, saved);
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

static const struct ktap_case cases[] = {
	{ "ring-mprotect-under-traffic", mprotect_under_traffic },
	{ "ring-dontneed-under-traffic", dontneed_under_traffic },
	{ "ring-memfd-alias", memfd_alias },
	{ "ring-memfd-punch", memfd_punch },
	{ "ring-memfd-truncate", memfd_truncate },
	{ "ring-transparent-huge-page", transparent_huge_page },
	{ "ring-hugetlb", hugetlb },
	{ "ring-compaction", compaction },
	{ "ring-clear-refs", clear_refs },
};

const struct ktap_group backing_tests = CASES(cases);
