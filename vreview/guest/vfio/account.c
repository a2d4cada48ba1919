// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the counters of /proc that show who holds memory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "account.h"
#include "ktap.h"

#define POOL	16	/* huge pages that the cases may share */

/* The number behind @key at the start of a line; @missing without that line. */
static long number_in(const char *path, const char *key, long missing)
{
	FILE *file = fopen(path, "r");
	char line[256];

	if (!file)
		fail("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key))) {
			missing = strtol(line + strlen(key), NULL, 10);
			break;
		}
	fclose(file);
	return missing;
}

static long status_pages(const char *key)
{
	return number_in("/proc/self/status", key, 0) / 4;
}

/* Each processor counts for itself, and adds up now and then: let all do it. */
static void fold_counters(void)
{
	int fd = open("/proc/sys/vm/stat_refresh", O_WRONLY | O_CLOEXEC);

	must(fd < 0 ? -errno : 0);
	must(write(fd, "1", 1) < 0 ? -errno : 0);
	close(fd);
}

struct account account_now(void)
{
	fold_counters();
	return (struct account){
		.locked = status_pages("VmLck:"),
		.pinned = status_pages("VmPin:"),
		.free_huge = number_in("/proc/meminfo", "HugePages_Free:", 0),
		.pins = number_in("/proc/vmstat", "nr_foll_pin_acquired ", 0) -
			number_in("/proc/vmstat", "nr_foll_pin_released ", 0),
	};
}

static void equal(long before, long now, const char *of, const char *what)
{
	if (before != now)
		fail("%s: %s: %ld instead of %ld", what, of, now, before);
}

void account_same(const struct account *before, const char *what)
{
	struct account now = account_now();

	account_holds(before, 0, 0, what);
	equal(before->pins, now.pins, "pins of pages", what);
}

void account_holds(const struct account *before, long locked, long huge,
		   const char *what)
{
	struct account now = account_now();

	equal(before->locked + locked, now.locked, "locked pages", what);
	equal(before->pinned, now.pinned, "VmPin", what);
	equal(before->free_huge - huge, now.free_huge, "free huge pages", what);
}

char *small_pages(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(p == MAP_FAILED ? -errno : 0);
	if (madvise(p, bytes, MADV_NOHUGEPAGE) && errno != EINVAL)
		fail("madvise: %s", strerror(errno));
	for (size_t i = 0; i < bytes; i += PAGE)
		p[i] = i / PAGE;
	return p;
}

static void fill_pool(void)
{
	static const char path[] = "/proc/sys/vm/nr_hugepages";
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	char text[16];

	if (fd < 0 && errno == ENOENT)
		skip("no hugetlb pages: %s", strerror(errno));
	must(fd < 0 ? -errno : 0);
	snprintf(text, sizeof(text), "%d", POOL);
	must(write(fd, text, strlen(text)) < 0 ? -errno : 0);
	close(fd);
}

static void want_pool(void)
{
	if (number_in("/proc/meminfo", "HugePages_Total:", 0) < POOL)
		fill_pool();
	if (number_in("/proc/meminfo", "Hugepagesize:", 0) * 1024 != HUGE)
		skip("huge pages are not of 2 MiB");
	if (number_in("/proc/meminfo", "HugePages_Total:", 0) < POOL)
		skip("there is no memory for %d huge pages", POOL);
}

static char *huge_mapping(char *at, size_t count, int flags)
{
	char *p;

	want_pool();
	p = mmap(at, count * HUGE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | flags, -1, 0);
	must(p == MAP_FAILED ? -errno : 0);
	return p;
}

char *huge_pages(size_t count)
{
	return huge_mapping(NULL, count, 0);
}

char *area(size_t bytes)
{
	char *p = mmap(NULL, bytes + HUGE, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	must(p == MAP_FAILED ? -errno : 0);
	return (char *)(((unsigned long)p + HUGE - 1) & ~(HUGE - 1));
}

void huge_at(char *p, size_t count)
{
	huge_mapping(p, count, MAP_FIXED);
}

void small_at(char *p, size_t bytes)
{
	must(mmap(p, bytes, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != p ?
	     -errno : 0);
}
