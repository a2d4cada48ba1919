// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory of each kind, and what /proc says of it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ktap.h"
#include "memory.h"

/* The number behind @key at the start of a line; @missing without that line. */
long number_in(const char *path, const char *key, long missing)
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

int write_proc(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return ret;
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

/* A guest's own: where there is no RAM for it, the machine is not one. */
static void want_pool(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", HUGE_POOL);
	if (number_in("/proc/meminfo", "HugePages_Total:", -1) < 0)
		skip("no hugetlb pages");
	if (number_in("/proc/meminfo", "HugePages_Total:", 0) < HUGE_POOL)
		must(write_proc("/proc/sys/vm/nr_hugepages", text));
	if (number_in("/proc/meminfo", "Hugepagesize:", 0) * 1024 != HUGE)
		skip("huge pages are not of 2 MiB");
	if (number_in("/proc/meminfo", "HugePages_Total:", 0) < HUGE_POOL)
		skip("there is no memory for %d huge pages", HUGE_POOL);
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
