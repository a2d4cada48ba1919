// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ends with mappings alive: by close in every order, by exit, by SIGKILL.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests.h"
#include "assigned.h"

/* Small and huge pages, mapped. */
static char *map_some(struct vfio *v)
{
	char *huge = huge_pages(2), *small = small_pages(64 * PAGE);

	must(map_dma(v, IOVA, huge, 2 * HUGE, RW_DMA));
	must(map_dma(v, IOVA + 2 * HUGE, huge + PAGE, 3 * PAGE, RW_DMA));
	must(map_dma(v, IOVA + 3 * HUGE, small, 64 * PAGE, RW_DMA));
	return huge;
}

static void filled_pool(struct vfio *v)
{
	vfio_find(v);
	vfio_close(v);
	munmap(huge_pages(1), HUGE);
}

static void close_orders(void)
{
	static const int orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	struct account before;
	struct vfio v;

	filled_pool(&v);
	before = account_now();
	for (size_t i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
		char *huge;

		vfio_start(&v);
		huge = map_some(&v);
		munmap((void *)v.registers, 1 << 20);
		for (int k = 0; k < 3; k++) {
			int fds[] = { v.container, v.group, v.device };

			must(close(fds[orders[i][k]]) ? -errno : 0);
		}
		must(munmap(huge, 2 * HUGE) ? -errno : 0);
		account_same(&before, "after close");
	}
}

/* The registers' mapping alone holds the device, and so everything. */
static void registers_last(void)
{
	struct account before;
	struct vfio v;
	char *huge;

	filled_pool(&v);
	before = account_now();
	vfio_start(&v);
	huge = map_some(&v);
	close(v.container);
	close(v.group);
	close(v.device);
	must(munmap(huge, 2 * HUGE) ? -errno : 0);
	account_holds(&before, 2 * HUGE / PAGE + 67, 2, "while mapped");
	if ((v.registers[0] & 0xffff) != 0xed)
		fail("the device says that it is 0x%x", v.registers[0]);
	must(munmap((void *)v.registers, 1 << 20) ? -errno : 0);
	account_same(&before, "after munmap");
}

static void wait_for(pid_t pid)
{
	int status;

	must(waitpid(pid, &status, 0) < 0 ? -errno : 0);
	if (WIFEXITED(status) && WEXITSTATUS(status))
		fail("the child ended with status 0x%x", status);
}

static void exit_mapped(void)
{
	struct account before;
	struct vfio v;

	filled_pool(&v);
	before = account_now();
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		if (!pid) {
			vfio_start(&v);
			map_some(&v);
			_exit(0);
		}
		wait_for(must(pid < 0 ? -errno : pid));
		account_same(&before, "after exit");
	}
}

static void killed_mapped(void)
{
	struct account before;
	struct vfio v;

	filled_pool(&v);
	before = account_now();
	for (int i = 0; i < 3; i++) {
		struct pollfd ready = { .events = POLLIN };
		int ends[2];
		pid_t pid;

		must(pipe(ends) ? -errno : 0);
		pid = fork();
		if (!pid) {
			char *huge;

			vfio_start(&v);
			huge = map_some(&v);
			if (write(ends[1], "", 1) != 1)
				_exit(1);
			for (;;) {	/* until it is killed, in a call or not */
				unmap_dma(&v, 0, 0, VFIO_DMA_UNMAP_FLAG_ALL);
				map_dma(&v, IOVA, huge, 2 * HUGE, RW_DMA);
				map_dma(&v, 0, huge + PAGE, HUGE, RW_DMA);
			}
		}
		must(pid < 0 ? -errno : 0);
		ready.fd = ends[0];
		if (poll(&ready, 1, patience_ms()) <= 0)
			fail("the child did not map anything");
		kill(pid, SIGKILL);
		wait_for(pid);
		close(ends[0]);
		close(ends[1]);
		account_same(&before, "after SIGKILL");
	}
}

/* A child has the files, too: the mapping lives until the last one is closed. */
static void child_holds(void)
{
	struct account before;
	struct vfio v;
	int ends[2];
	char *huge;
	pid_t pid;

	filled_pool(&v);
	before = account_now();
	vfio_start(&v);
	huge = map_some(&v);
	/* Pinned pages are copied at a fork; the child has its files, no more. */
	must(madvise(huge, 2 * HUGE, MADV_DONTFORK) ? -errno : 0);
	must(pipe(ends) ? -errno : 0);
	pid = fork();
	if (!pid) {
		char c;

		close(ends[1]);
		/* The parent has closed its end, and all else. */
		_exit(read(ends[0], &c, 1) != 0);
	}
	must(pid < 0 ? -errno : 0);
	vfio_close(&v);
	must(munmap(huge, 2 * HUGE) ? -errno : 0);
	account_holds(&before, 2 * HUGE / PAGE + 67, 2, "while a child has it");
	close(ends[1]);
	wait_for(pid);
	account_same(&before, "after the child");
	close(ends[0]);
}

static void left_container(void)
{
	struct account before;
	struct vfio v;
	char *huge;

	filled_pool(&v);
	before = account_now();
	vfio_start(&v);
	huge = map_some(&v);
	munmap((void *)v.registers, 1 << 20);
	must(close(v.device) ? -errno : 0);
	must(request(v.group, VFIO_GROUP_UNSET_CONTAINER, NULL));
	must_fail(map_dma(&v, 0, huge, PAGE, RW_DMA), EINVAL);
	must(munmap(huge, 2 * HUGE) ? -errno : 0);
	account_same(&before, "after the group left");
	/* And into another one. */
	must(request(v.group, VFIO_GROUP_SET_CONTAINER, &v.container));
	must(request(v.container, VFIO_SET_IOMMU, (void *)VFIO_TYPE1v2_IOMMU));
	huge = map_some(&v);
	close(v.group);
	must(munmap(huge, 2 * HUGE) ? -errno : 0);
	account_same(&before, "after close");
	close(v.container);
}

static const struct ktap_case cases[] = {
	{ "end-close-orders", close_orders },
	{ "end-registers-last", registers_last },
	{ "end-exit", exit_mapped },
	{ "end-killed", killed_mapped },
	{ "end-child-holds", child_holds },
	{ "end-left-container", left_container },
};

const struct ktap_group end_tests = CASES(cases);
