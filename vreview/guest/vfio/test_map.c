// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Small pages: what is held while they are mapped, and that all is given back.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests.h"
#include "assigned.h"

/* Around the size of a batch of pages (512), and more than one. */
static void counts(void)
{
	static const long counts[] = { 1, 2, 511, 512, 513, 1100 };
	struct vfio v;

	vfio_start(&v);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		struct account before = account_now();
		size_t bytes = counts[i] * PAGE;
		char *p = small_pages(bytes);

		must(map_dma(&v, IOVA, p, bytes, RW_DMA));
		account_holds(&before, counts[i], 0, "while mapped");
		if (must(unmap_dma(&v, IOVA, bytes, 0)) != (long)bytes)
			fail("%ld pages: not all were unmapped", counts[i]);
		must(munmap(p, bytes) ? -errno : 0);
		account_same(&before, "after unmap");
	}
	vfio_close(&v);
}

static void many(void)
{
	enum { MANY = 300 };
	char *p = small_pages(MANY * PAGE);
	struct account before = account_now();
	struct vfio v;
	long avail;
	int i;

	vfio_start(&v);
	avail = mappings_left(&v);
	/* In an order that mixes the tree of mappings well: 7 and 300 have no divisor. */
	for (i = 0; i < MANY; i++)
		must(map_dma(&v, IOVA + i * 7 % MANY * PAGE,
			     p + i * 7 % MANY * PAGE, PAGE, RW_DMA));
	account_holds(&before, MANY, 0, "while mapped");
	if (avail >= 0 && mappings_left(&v) != avail - MANY)
		fail("%ld mappings left of %ld", mappings_left(&v), avail);
	for (i = 0; i < MANY / 2; i++)
		must(unmap_dma(&v, IOVA + i * 2 * PAGE, PAGE, 0));
	account_holds(&before, MANY / 2, 0, "after every other one");
	if (must(unmap_dma(&v, IOVA, MANY * PAGE, 0)) != MANY / 2 * (long)PAGE)
		fail("the rest was not unmapped at once");
	if (mappings_left(&v) != avail)
		fail("%ld mappings left of %ld", mappings_left(&v), avail);
	account_same(&before, "after unmap");
	vfio_close(&v);
}

static void unmap_all(void)
{
	char *p = small_pages(4 * PAGE);
	struct account before = account_now();
	struct vfio v;

	vfio_start(&v);
	if (request(v.container, VFIO_CHECK_EXTENSION, (void *)VFIO_UNMAP_ALL)
	    != 1)
		skip("no VFIO_UNMAP_ALL");
	must(map_dma(&v, 0, p, PAGE, RW_DMA));
	must(map_dma(&v, IOVA, p + PAGE, 2 * PAGE, RW_DMA));
	must(map_dma(&v, 1UL << 36, p + 3 * PAGE, PAGE, RW_DMA));
	must_fail(unmap_dma(&v, IOVA, 0, VFIO_DMA_UNMAP_FLAG_ALL), EINVAL);
	must_fail(unmap_dma(&v, 0, PAGE, VFIO_DMA_UNMAP_FLAG_ALL), EINVAL);
	if (must(unmap_dma(&v, 0, 0, VFIO_DMA_UNMAP_FLAG_ALL)) !=
	    4 * (long)PAGE)
		fail("not all was unmapped");
	account_same(&before, "after unmap");
	vfio_close(&v);
}

static void kinds_of_memory(void)
{
	const size_t bytes = 8 * PAGE;
	int fd = memfd_create("vfio", MFD_CLOEXEC);
	struct account before;
	struct vfio v;
	char *kind[3];

	must(fd < 0 || ftruncate(fd, bytes) ? -errno : 0);
	kind[0] = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	kind[1] = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	/* Never touched, read only: the zero page, or pages made for this. */
	kind[2] = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	vfio_start(&v);
	before = account_now();
	for (int i = 0; i < 3; i++) {
		int flags = i < 2 ? RW_DMA : VFIO_DMA_MAP_FLAG_READ;

		must(kind[i] == MAP_FAILED ? -errno : 0);
		must(map_dma(&v, IOVA, kind[i], bytes, flags));
		must(unmap_dma(&v, IOVA, bytes, 0));
		account_same(&before, "after unmap");
		/* And while its memory goes. */
		must(map_dma(&v, IOVA, kind[i], bytes, flags));
		must(munmap(kind[i], bytes) ? -errno : 0);
		must(unmap_dma(&v, IOVA, bytes, 0));
		account_same(&before, "after munmap and unmap");
	}
	vfio_close(&v);
}

static void transparent_huge(void)
{
	char *p = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct account before = account_now();
	struct vfio v;

	vfio_start(&v);
	p = (char *)(((unsigned long)p + HUGE - 1) & ~(HUGE - 1));
	if (madvise(p, HUGE, MADV_HUGEPAGE))
		skip("no transparent huge pages: %s", strerror(errno));
	memset(p, 1, HUGE);
	must(map_dma(&v, IOVA, p, HUGE, RW_DMA));
	account_holds(&before, HUGE / PAGE, 0, "while mapped");
	must(unmap_dma(&v, IOVA, HUGE, 0));
	account_same(&before, "after unmap");
	must(map_dma(&v, IOVA, p + 5 * PAGE, 7 * PAGE, RW_DMA));
	account_holds(&before, 7, 0, "with a part of it mapped");
	/* The page is split under the mapping. */
	must(madvise(p + 8 * PAGE, PAGE, MADV_DONTNEED) ? -errno : 0);
	must(unmap_dma(&v, IOVA, 7 * PAGE, 0));
	account_same(&before, "after unmap of a part");
	vfio_close(&v);
}

/* Without CAP_IPC_LOCK, and with so many pages that may be locked. */
static void limit_locked(long pages)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	struct rlimit limit = { pages * PAGE, pages * PAGE };

	must(syscall(SYS_capget, &head, data) ? -errno : 0);
	data[0].effective &= ~(1u << CAP_IPC_LOCK);
	must(syscall(SYS_capset, &head, data) ? -errno : 0);
	must(setrlimit(RLIMIT_MEMLOCK, &limit) ? -errno : 0);
}

static void lock_limit(void)
{
	char *p = small_pages(32 * PAGE);
	struct account before = account_now();
	struct vfio v;

	vfio_start(&v);
	limit_locked(16);
	must_fail(map_dma(&v, IOVA, p, 17 * PAGE, RW_DMA), ENOMEM);
	account_same(&before, "after one page too many");
	must(map_dma(&v, IOVA, p, 16 * PAGE, RW_DMA));
	must_fail(map_dma(&v, IOVA + 16 * PAGE, p, PAGE, RW_DMA), ENOMEM);
	account_holds(&before, 16, 0, "at the limit");
	must(unmap_dma(&v, IOVA, 16 * PAGE, 0));
	must(map_dma(&v, IOVA, p + 16 * PAGE, 16 * PAGE, RW_DMA));
	must(unmap_dma(&v, IOVA, 16 * PAGE, 0));
	account_same(&before, "after unmap");
	vfio_close(&v);
}

static void lock_limit_huge(void)
{
	struct account before;
	struct vfio v;
	char *p;

	vfio_start(&v);
	p = huge_pages(4);
	before = account_now();
	limit_locked(3 * HUGE / PAGE + 8);
	must_fail(map_dma(&v, IOVA, p, 4 * HUGE, RW_DMA), ENOMEM);
	must(map_dma(&v, IOVA, p, 3 * HUGE, RW_DMA));
	must_fail(map_dma(&v, IOVA + 3 * HUGE, p + 3 * HUGE, 9 * PAGE, RW_DMA),
		  ENOMEM);
	must(map_dma(&v, IOVA + 3 * HUGE, p + 3 * HUGE, 8 * PAGE, RW_DMA));
	must(unmap_dma(&v, IOVA, 4 * HUGE, 0));
	must(munmap(p, 4 * HUGE) ? -errno : 0);
	account_same(&before, "after unmap");
	vfio_close(&v);
}

/* New limits count for containers that are opened from then on. */
static void write_limit(const char *limit)
{
	int ret = write_proc("/sys/module/vfio_iommu_type1/parameters/"
			     "dma_entry_limit", limit);

	if (ret == -ENOENT)
		skip("no limit of mappings");
	must(ret);
}

static void mapping_limit(void)
{
	char *p = small_pages(4 * PAGE);
	struct account before = account_now();
	struct vfio v;

	vfio_find(&v);
	vfio_close(&v);
	write_limit("3");
	vfio_start(&v);
	write_limit("65535");
	for (int i = 0; i < 3; i++)
		must(map_dma(&v, IOVA + i * PAGE, p, PAGE, RW_DMA));
	must_fail(map_dma(&v, IOVA + 3 * PAGE, p, PAGE, RW_DMA), ENOSPC);
	must(unmap_dma(&v, IOVA + PAGE, PAGE, 0));
	must(map_dma(&v, IOVA + 3 * PAGE, p, PAGE, RW_DMA));
	must_fail(map_dma(&v, IOVA + PAGE, p, PAGE, RW_DMA), ENOSPC);
	/* One that fails does not count. */
	must(unmap_dma(&v, IOVA, PAGE, 0));
	must_fail(map_dma(&v, IOVA, (void *)PAGE, PAGE, RW_DMA), EFAULT);
	must(map_dma(&v, IOVA, p, PAGE, RW_DMA));
	vfio_close(&v);
	account_same(&before, "after close");
}

static const struct ktap_case cases[] = {
	{ "map-counts", counts },
	{ "map-many", many },
	{ "map-unmap-all", unmap_all },
	{ "map-kinds-of-memory", kinds_of_memory },
	{ "map-transparent-huge", transparent_huge },
	{ "map-lock-limit", lock_limit },
	{ "map-lock-limit-huge", lock_limit_huge },
	{ "map-mapping-limit", mapping_limit },
};

const struct ktap_group map_tests = CASES(cases);
