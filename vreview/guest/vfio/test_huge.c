// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hugetlb pages: whole ones, parts, and ranges with small pages beside them. A
 * pin too many keeps a page from the pool for ever; one too few frees a page
 * that the device still writes to.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests.h"
#include "assigned.h"

#define SUB	((long)(HUGE / PAGE))	/* small pages in a huge one */

static void unmapped(struct vfio *v, uint64_t iova, size_t bytes)
{
	long got = must(unmap_dma(v, iova, bytes, 0));

	if (got != (long)bytes)
		fail("%ld bytes unmapped of %zu", got, bytes);
}

/* Maps @bytes of @count huge pages from @offset on, and gives all back. */
static void once(struct vfio *v, size_t count, size_t offset, size_t bytes,
		 uint64_t iova)
{
	size_t last = (offset + bytes - 1) / HUGE, touched;
	char *p = huge_pages(count);
	struct account before = account_now();

	touched = last - offset / HUGE + 1;
	must(map_dma(v, iova, p + offset, bytes, RW_DMA));
	account_holds(&before, bytes / PAGE, touched, "while mapped");
	unmapped(v, iova, bytes);
	account_holds(&before, 0, touched, "after unmap");
	must(munmap(p, count * HUGE) ? -errno : 0);
	account_same(&before, "after munmap");
}

static void whole(void)
{
	struct vfio v;

	vfio_start(&v);
	for (size_t count = 1; count <= 8; count *= 2)
		once(&v, count, 0, count * HUGE, IOVA);
	vfio_close(&v);
}

static void parts(void)
{
	struct vfio v;

	vfio_start(&v);
	once(&v, 1, 0, PAGE, IOVA);
	once(&v, 1, HUGE - PAGE, PAGE, IOVA + HUGE - PAGE);
	once(&v, 1, PAGE, HUGE - 2 * PAGE, IOVA + PAGE);
	/* From the middle of one to the middle of another. */
	once(&v, 2, HUGE / 2, HUGE, IOVA + HUGE / 2);
	once(&v, 3, HUGE - PAGE, HUGE + 2 * PAGE, IOVA + HUGE - PAGE);
	once(&v, 3, HUGE / 2, 2 * HUGE, IOVA + HUGE / 2);
	vfio_close(&v);
}

/* The IOMMU cannot use huge entries for what lies askew. */
static void askew(void)
{
	struct vfio v;

	vfio_start(&v);
	once(&v, 2, 0, 2 * HUGE, IOVA + PAGE);
	once(&v, 2, PAGE, HUGE, IOVA);
	once(&v, 3, 3 * PAGE, 2 * HUGE + PAGE, IOVA + 5 * PAGE);
	vfio_close(&v);
}

/* Small pages, huge pages, small pages, one behind the other. */
static void boundary(void)
{
	const size_t side = 8 * PAGE, bytes = 2 * HUGE + 2 * side;
	struct account before;
	struct vfio v;
	char *p, *huge;

	vfio_start(&v);
	before = account_now();
	huge = area(4 * HUGE) + HUGE;
	p = huge - side;
	small_at(p, side);
	huge_at(huge, 2);
	small_at(huge + 2 * HUGE, side);
	for (int round = 0; round < 2; round++) {
		must(map_dma(&v, IOVA - side, p, bytes, RW_DMA));
		account_holds(&before, bytes / PAGE, 2, "while mapped");
		unmapped(&v, IOVA - side, bytes);
		account_holds(&before, 0, 2, "after unmap");
	}
	/* Over each boundary alone. */
	must(map_dma(&v, IOVA - PAGE, huge - PAGE, 2 * PAGE, RW_DMA));
	must(map_dma(&v, IOVA + 2 * HUGE - PAGE, huge + 2 * HUGE - PAGE,
		     2 * PAGE, RW_DMA));
	account_holds(&before, 4, 2, "with the boundaries mapped");
	must(unmap_dma(&v, 0, 0, VFIO_DMA_UNMAP_FLAG_ALL));
	must(munmap(p, bytes) ? -errno : 0);
	account_same(&before, "after munmap");
	vfio_close(&v);
}

static void unmap_middle(void)
{
	struct account before;
	struct vfio v;
	char *p;

	vfio_start(&v);
	p = huge_pages(3);
	before = account_now();
	must(map_dma(&v, IOVA, p, 3 * HUGE, RW_DMA));
	must_fail(unmap_dma(&v, IOVA + HUGE, HUGE, 0), EINVAL);
	must_fail(unmap_dma(&v, IOVA + PAGE, PAGE, 0), EINVAL);
	must_fail(unmap_dma(&v, IOVA, HUGE, 0), EINVAL);
	account_holds(&before, 3 * SUB, 3, "after unmaps that were refused");
	unmapped(&v, IOVA, 3 * HUGE);
	/* Mapped one by one, the middle may go, and come again. */
	for (int i = 2; i >= 0; i--)
		must(map_dma(&v, IOVA + i * HUGE, p + i * HUGE, HUGE, RW_DMA));
	unmapped(&v, IOVA + HUGE, HUGE);
	account_holds(&before, 2 * SUB, 3, "without the middle");
	must(map_dma(&v, IOVA + HUGE, p + HUGE, HUGE / 2, RW_DMA));
	account_holds(&before, 2 * SUB + SUB / 2, 3, "with half the middle");
	must(unmap_dma(&v, IOVA, 3 * HUGE, 0));
	must(munmap(p, 3 * HUGE) ? -errno : 0);
	account_same(&before, "after munmap");
	vfio_close(&v);
}

/* One page at two addresses of the device: it stays until both are gone. */
static void mapped_twice(void)
{
	struct account before;
	struct vfio v;
	char *p;

	vfio_start(&v);
	p = huge_pages(1);
	before = account_now();
	must(map_dma(&v, IOVA, p, HUGE, RW_DMA));
	must(map_dma(&v, IOVA + HUGE, p, HUGE, RW_DMA));
	must(map_dma(&v, IOVA + 2 * HUGE, p + PAGE, PAGE, RW_DMA));
	must(munmap(p, HUGE) ? -errno : 0);
	account_holds(&before, 2 * SUB + 1, 1, "mapped three times");
	unmapped(&v, IOVA, HUGE);
	account_holds(&before, SUB + 1, 1, "mapped twice");
	unmapped(&v, IOVA + HUGE, HUGE);
	account_holds(&before, 1, 1, "with one small page mapped");
	unmapped(&v, IOVA + 2 * HUGE, PAGE);
	account_same(&before, "after unmap");
	vfio_close(&v);
}

/* Its memory goes before the mapping: the pages must wait for the device. */
static void memory_first(void)
{
	struct account before;
	struct vfio v;
	char *p;

	vfio_start(&v);
	p = area(4 * HUGE);
	huge_at(p, 1);
	huge_at(p + HUGE, 3);
	before = account_now();
	must(map_dma(&v, IOVA, p, 4 * HUGE, RW_DMA));
	must(munmap(p, HUGE) ? -errno : 0);
	must(madvise(p + HUGE, HUGE, MADV_DONTNEED) ? -errno : 0);
	must(munmap(p + HUGE, 3 * HUGE) ? -errno : 0);
	account_holds(&before, 4 * SUB, 4, "after munmap");
	unmapped(&v, IOVA, 4 * HUGE);
	account_same(&before, "after unmap");
	vfio_close(&v);
}

/* Pages that run out half-way: those that were pinned are given back. */
static void hole(void)
{
	struct account before;
	struct vfio v;
	char *p;

	vfio_start(&v);
	p = area(3 * HUGE);
	huge_at(p, 2);
	before = account_now();
	must_fail(map_dma(&v, IOVA, p, 3 * HUGE, RW_DMA), EFAULT);
	must_fail(map_dma(&v, IOVA, p + PAGE, 2 * HUGE, RW_DMA), EFAULT);
	account_holds(&before, 0, 2, "after mappings that failed");
	must(munmap(p, 2 * HUGE) ? -errno : 0);
	account_same(&before, "after munmap");
	vfio_close(&v);
}

struct dirty_get {
	struct vfio_iommu_type1_dirty_bitmap head;
	struct vfio_iommu_type1_dirty_bitmap_get get;
};

static int dirty(struct vfio *v, uint32_t flags)
{
	struct vfio_iommu_type1_dirty_bitmap d = {
		.argsz = sizeof(d), .flags = flags,
	};

	return request(v->container, VFIO_IOMMU_DIRTY_PAGES, &d);
}

static int dirty_bits(struct vfio *v, uint64_t size, uint64_t *bits)
{
	struct dirty_get d = {
		.head = { .argsz = sizeof(d),
			  .flags = VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP },
		.get = { .iova = IOVA, .size = size,
			 .bitmap = { .pgsize = PAGE, .size = size / PAGE / 8,
				     .data = (__u64 *)bits } },
	};

	return request(v->container, VFIO_IOMMU_DIRTY_PAGES, &d);
}

/* A device that tells nothing may have written to all that is mapped. */
static void dirty_pages(void)
{
	uint64_t bits[2 * HUGE / PAGE / 64];
	struct account before;
	struct vfio v;
	char *p;
	int ret;

	vfio_start(&v);
	p = huge_pages(1);
	before = account_now();
	ret = dirty(&v, VFIO_IOMMU_DIRTY_PAGES_FLAG_START);
	if (ret == -ENOTTY)
		skip("no dirty tracking");
	must(ret);
	must(map_dma(&v, IOVA, p, HUGE, RW_DMA));
	memset(bits, 0, sizeof(bits));
	must(dirty_bits(&v, 2 * HUGE, bits));
	for (long i = 0; i < 2 * SUB; i++)
		if ((bits[i / 64] >> i % 64 & 1) != (i < SUB))
			fail("page %ld is %s", i, i < SUB ? "clean" : "dirty");
	must_fail(dirty_bits(&v, HUGE / 2, bits), EINVAL);
	must(dirty(&v, VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP));
	must_fail(dirty_bits(&v, 2 * HUGE, bits), EINVAL);
	must_fail(dirty(&v, VFIO_IOMMU_DIRTY_PAGES_FLAG_START |
			    VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP), EINVAL);
	unmapped(&v, IOVA, HUGE);
	must(munmap(p, HUGE) ? -errno : 0);
	account_same(&before, "after munmap");
	vfio_close(&v);
}

static const struct ktap_case cases[] = {
	{ "huge-whole", whole },
	{ "huge-parts", parts },
	{ "huge-askew", askew },
	{ "huge-small-boundary", boundary },
	{ "huge-unmap-middle", unmap_middle },
	{ "huge-mapped-twice", mapped_twice },
	{ "huge-memory-first", memory_first },
	{ "huge-hole", hole },
	{ "huge-dirty-pages", dirty_pages },
};

const struct ktap_group huge_tests = CASES(cases);
