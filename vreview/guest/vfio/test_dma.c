// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the device reaches: the pages that were mapped, for as long as they are.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests.h"
#include "assigned.h"

static void small(void)
{
	char *p = small_pages(16 * PAGE);
	struct vfio v;

	vfio_start(&v);
	must(map_dma(&v, IOVA, p, 16 * PAGE, RW_DMA));
	dma_copies(&v, p, IOVA, p + 15 * PAGE, IOVA + 15 * PAGE);
	/* Over a boundary of pages. */
	dma_copies(&v, p + 2 * PAGE - 128, IOVA + 2 * PAGE - 128, p + 9 * PAGE,
		   IOVA + 9 * PAGE);
	vfio_close(&v);
}

static void huge(void)
{
	struct vfio v;
	char *p;

	vfio_start(&v);
	p = huge_pages(3);
	must(map_dma(&v, IOVA, p, 3 * HUGE, RW_DMA));
	dma_copies(&v, p, IOVA, p + 3 * HUGE - PAGE, IOVA + 3 * HUGE - PAGE);
	dma_copies(&v, p + HUGE - 128, IOVA + HUGE - 128, p + 2 * HUGE - 64,
		   IOVA + 2 * HUGE - 64);
	must(unmap_dma(&v, IOVA, 3 * HUGE, 0));
	/* Parts, askew, at other addresses: each must be the page it was. */
	must(map_dma(&v, IOVA + PAGE, p + HUGE - PAGE, 2 * PAGE, RW_DMA));
	must(map_dma(&v, IOVA + HUGE, p + 2 * HUGE + 7 * PAGE, 5 * PAGE,
		     RW_DMA));
	dma_copies(&v, p + HUGE - 128, IOVA + 2 * PAGE - 128,
		   p + 2 * HUGE + 8 * PAGE, IOVA + HUGE + PAGE);
	vfio_close(&v);
}

static void boundary(void)
{
	struct vfio v;
	char *p;

	vfio_start(&v);
	p = area(2 * HUGE);
	huge_at(p, 1);
	small_at(p + HUGE, HUGE);
	must(map_dma(&v, IOVA, p, 2 * HUGE, RW_DMA));
	dma_copies(&v, p + HUGE - 128, IOVA + HUGE - 128, p + 2 * HUGE - PAGE,
		   IOVA + 2 * HUGE - PAGE);
	dma_copies(&v, p + 2 * HUGE - PAGE, IOVA + 2 * HUGE - PAGE,
		   p + HUGE - 64, IOVA + HUGE - 64);
	vfio_close(&v);
}

/* What is not mapped, or not for writing, the device does not change. */
static void not_reached(struct vfio *v, char *p, uint64_t iova)
{
	char was[256];

	memcpy(was, p, sizeof(was));
	dma_write(v, iova, sizeof(was));
	if (memcmp(was, p, sizeof(was)))
		fail("DMA to 0x%lx landed", (unsigned long)iova);
}

static void after_unmap(void)
{
	struct vfio v;
	char *p, *q;

	vfio_start(&v);
	p = small_pages(2 * PAGE);
	q = huge_pages(2);
	must(map_dma(&v, IOVA, q, 2 * HUGE, RW_DMA));
	must(map_dma(&v, IOVA + 2 * HUGE, p, 2 * PAGE, RW_DMA));
	/* Both ways, so that the IOMMU has them in its cache. */
	dma_copies(&v, p, IOVA + 2 * HUGE, q + HUGE, IOVA + HUGE);
	dma_copies(&v, q + HUGE, IOVA + HUGE, p, IOVA + 2 * HUGE);
	memset(p, 0x55, 2 * PAGE);
	memset(q, 0xaa, 2 * HUGE);
	must(unmap_dma(&v, IOVA + 2 * HUGE, 2 * PAGE, 0));
	not_reached(&v, p, IOVA + 2 * HUGE);
	must(unmap_dma(&v, IOVA, 2 * HUGE, 0));
	not_reached(&v, q + HUGE, IOVA + HUGE);
	vfio_close(&v);
}

static void read_only(void)
{
	char *p = small_pages(2 * PAGE);
	struct vfio v;

	vfio_start(&v);
	must(map_dma(&v, IOVA, p, PAGE, VFIO_DMA_MAP_FLAG_READ));
	must(map_dma(&v, IOVA + PAGE, p + PAGE, PAGE, RW_DMA));
	dma_copies(&v, p, IOVA, p + PAGE, IOVA + PAGE);
	memset(p, 0x55, PAGE);
	not_reached(&v, p, IOVA);
	vfio_close(&v);
}

/* Other memory at the same address: what was there before is forgotten. */
static void mapped_again(void)
{
	struct vfio v;
	char *p, *q;

	vfio_start(&v);
	p = small_pages(2 * PAGE);
	q = huge_pages(1);
	must(map_dma(&v, IOVA, q, HUGE, RW_DMA));
	must(map_dma(&v, IOVA + HUGE, p + PAGE, PAGE, RW_DMA));
	dma_copies(&v, p + PAGE, IOVA + HUGE, q, IOVA);
	must(unmap_dma(&v, IOVA, HUGE, 0));
	must(map_dma(&v, IOVA, p, PAGE, RW_DMA));
	dma_copies(&v, p + PAGE, IOVA + HUGE, p, IOVA);
	memset(q, 0x55, HUGE);
	must(unmap_dma(&v, IOVA, PAGE, 0));
	must(map_dma(&v, IOVA, q, HUGE, RW_DMA));
	dma_copies(&v, p + PAGE, IOVA + HUGE, q, IOVA);
	vfio_close(&v);
}

/*
 * After a fork both sides write: what the mapping's owner sees must be the page
 * that the device has, not a copy.
 */
static void after_fork(void)
{
	struct account before;
	struct vfio v;
	char *p, *q;
	int status;
	pid_t pid;

	vfio_start(&v);
	p = small_pages(2 * PAGE);
	q = huge_pages(1);
	before = account_now();
	q[0] = 1;
	must(map_dma(&v, IOVA, q, HUGE, RW_DMA));
	must(map_dma(&v, IOVA + HUGE, p, 2 * PAGE, RW_DMA));
	pid = fork();
	if (!pid) {
		memset(p, 0x11, 2 * PAGE);
		memset(q, 0x11, PAGE);
		_exit(0);
	}
	must(pid < 0 ? -errno : 0);
	dma_copies(&v, p, IOVA + HUGE, q, IOVA);
	must(waitpid(pid, &status, 0) < 0 ? -errno : 0);
	if (status)
		fail("the child ended with status 0x%x", status);
	dma_copies(&v, q, IOVA, p + PAGE, IOVA + HUGE + PAGE);
	must(unmap_dma(&v, 0, 0, VFIO_DMA_UNMAP_FLAG_ALL));
	must(munmap(q, HUGE) ? -errno : 0);
	account_same(&before, "after unmap");
	vfio_close(&v);
}

/* The device goes on while the owner's address moves. */
static void moved_memory(void)
{
	char *p = small_pages(2 * PAGE), *moved;
	struct account before = account_now();
	struct vfio v;

	vfio_start(&v);
	must(map_dma(&v, IOVA, p, 2 * PAGE, RW_DMA));
	moved = mremap(p, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		       small_pages(2 * PAGE));
	must(moved == MAP_FAILED ? -errno : 0);
	dma_copies(&v, moved, IOVA, moved + PAGE, IOVA + PAGE);
	if (request(v.container, VFIO_CHECK_EXTENSION,
		    (void *)VFIO_UPDATE_VADDR) == 1) {
		must(unmap_dma(&v, IOVA, 2 * PAGE, VFIO_DMA_UNMAP_FLAG_VADDR));
		must_fail(unmap_dma(&v, IOVA, 2 * PAGE,
				    VFIO_DMA_UNMAP_FLAG_VADDR), EINVAL);
		must(map_dma(&v, IOVA, moved, 2 * PAGE,
			     VFIO_DMA_MAP_FLAG_VADDR));
		dma_copies(&v, moved + PAGE, IOVA + PAGE, moved, IOVA);
	}
	must(unmap_dma(&v, IOVA, 2 * PAGE, 0));
	account_same(&before, "after unmap");
	vfio_close(&v);
}

static const struct ktap_case cases[] = {
	{ "dma-small", small },
	{ "dma-huge", huge },
	{ "dma-small-boundary", boundary },
	{ "dma-after-unmap", after_unmap },
	{ "dma-read-only", read_only },
	{ "dma-mapped-again", mapped_again },
	{ "dma-after-fork", after_fork },
	{ "dma-moved-memory", moved_memory },
};

const struct ktap_group dma_tests = CASES(cases);
