// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * madvise, mlock, mincore, KSM, swap: advice and limits.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE	23
#endif

static void refuses(void)
{
	char *p = small_pages(3 * PAGE);

	must_fail(err(madvise(p, PAGE, 9999)), EINVAL);
	must_fail(err(madvise(p + 1, PAGE, MADV_DONTNEED)), EINVAL);
	must(err(munmap(p + PAGE, PAGE)));
	/* A hole: the rest is done all the same. */
	must_fail(err(madvise(p, 3 * PAGE, MADV_DONTNEED)), ENOMEM);
	if (p[0] || p[2 * PAGE])
		fail("pages beside a hole were kept");
	must(err(mlock(p, PAGE)));
	must_fail(err(madvise(p, PAGE, MADV_DONTNEED)), EINVAL);
}

static size_t resident(char *p, size_t pages)
{
	unsigned char there[64];
	size_t n = 0;

	must(err(mincore(p, pages * PAGE, there)));
	for (size_t i = 0; i < pages; i++)
		n += there[i] & 1;
	return n;
}

static void throws_away(void)
{
	char *p = small_pages(32 * PAGE);

	fill(p, 32, 1);
	if (resident(p, 32) != 32)
		fail("%zu of 32 pages are resident", resident(p, 32));
	must(err(madvise(p + 8 * PAGE, 8 * PAGE, MADV_DONTNEED)));
	if (resident(p, 32) != 24)
		fail("%zu of 24 pages are resident", resident(p, 32));
	must_hold(p, 8, 1, "before");
	must_hold(p + 16 * PAGE, 16, 17, "behind");
	for (int i = 8; i < 16; i++)
		if (p[i * PAGE])
			fail("page %d was kept", i);
	/* Free pages may be kept; written ones must be. */
	must(err(madvise(p, 8 * PAGE, MADV_FREE)));
	fill(p, 4, 40);
	must_hold(p, 4, 40, "written after MADV_FREE");
	for (int i = 4; i < 8; i++)
		if (p[i * PAGE] && p[i * PAGE] != 1 + i)
			fail("page %d holds %d", i, p[i * PAGE]);
	if (madvise(p, 32 * PAGE, MADV_POPULATE_WRITE) && errno != EINVAL)
		fail("populate: %s", strerror(errno));
}

static void other_process(void)
{
	char *p = small_pages(4 * PAGE);
	struct iovec part = { p, 2 * PAGE };
	int fd = syscall(SYS_pidfd_open, getpid(), 0);

	must(err(fd));
	fill(p, 4, 1);
	if (syscall(SYS_process_madvise, fd, &part, 1, MADV_COLD, 0) !=
	    2 * (long)PAGE) {
		if (errno == ENOSYS)
			skip("no process_madvise");
		fail("process_madvise: %s", strerror(errno));
	}
	must_fail(err(syscall(SYS_process_madvise, fd, &part, 1, MADV_COLD, 1)),
		  EINVAL);
	must_fail(err(syscall(SYS_process_madvise, -1, &part, 1, MADV_COLD, 0)),
		  EBADF);
	must_fail(err(syscall(SYS_process_madvise, fd, &part, 1, 9999, 0)),
		  EINVAL);
	must_fail(err(syscall(SYS_process_madvise, fd, NULL, 1, MADV_COLD, 0)),
		  EFAULT);
	must_hold(p, 4, 1, "cold pages");
	part.iov_len = 4 * PAGE;
	must(err(syscall(SYS_process_madvise, fd, &part, 1, MADV_PAGEOUT, 0)));
	must_hold(p, 4, 1, "pages after MADV_PAGEOUT");
}

static void limits(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	struct rlimit limit = { 8 * PAGE, 8 * PAGE };
	char *p = mmap(NULL, 16 * PAGE, RW, ANON, -1, 0);

	must(err(p));
	must(err(mlock(p, 4 * PAGE)));
	if (resident(p, 4) != 4 ||
	    number_in("/proc/self/status", "VmLck:", 0) != 16)
		fail("%zu of 4 pages are resident", resident(p, 4));
	must(err(mlock(p + 2 * PAGE, 4 * PAGE)));
	if (number_in("/proc/self/status", "VmLck:", 0) != 24)
		fail("what is locked twice is counted twice");
	must(err(syscall(SYS_mlock2, p + 8 * PAGE, PAGE, 1)));
	if (resident(p + 8 * PAGE, 1))
		fail("a page that locks on its fault is there before");
	must(err(munlock(p, 16 * PAGE)));
	must(syscall(SYS_capget, &head, data) ? -errno : 0);
	data[0].effective &= ~(1u << CAP_IPC_LOCK);
	must(syscall(SYS_capset, &head, data) ? -errno : 0);
	must(err(setrlimit(RLIMIT_MEMLOCK, &limit)));
	must(err(mlock(p, 8 * PAGE)));
	must_fail(err(mlock(p + 8 * PAGE, PAGE)), ENOMEM);
	must_fail(err(mlockall(MCL_CURRENT)), ENOMEM);
	must_fail(err(mlock((void *)PAGE, PAGE)), ENOMEM);
	must(err(munmap(p, 8 * PAGE)));
	if (number_in("/proc/self/status", "VmLck:", 0))
		fail("what was unmapped is still counted");
	must(err(mlock(p + 8 * PAGE, 8 * PAGE)));
	limit.rlim_cur = 0;
	must(err(setrlimit(RLIMIT_MEMLOCK, &limit)));
	must_fail(err(mlock(p, PAGE)), EPERM);
}

/* Equal pages become one, and separate again at a write. */
static void merges(void)
{
	static const char ksm[] = "/sys/kernel/mm/ksm/";
	char *p = small_pages(64 * PAGE), path[64];
	long left_ms = patience_ms();
	int ret = write_proc("/sys/kernel/mm/ksm/run", "1");

	if (ret == -ENOENT)
		skip("no KSM");
	must(ret);
	must(write_proc("/sys/kernel/mm/ksm/pages_to_scan", "1000"));
	must(write_proc("/sys/kernel/mm/ksm/sleep_millisecs", "5"));
	for (int i = 0; i < 64; i++)
		memset(p + i * PAGE, 77, PAGE);
	must(err(madvise(p, 64 * PAGE, MADV_MERGEABLE)));
	strcat(strcpy(path, ksm), "pages_sharing");
	while (number_in(path, "", 0) < 63) {
		if ((left_ms -= 10) < 0)
			fail("%ld of 63 pages were merged",
			     number_in(path, "", 0));
		poll(NULL, 0, 10);
	}
	for (int i = 0; i < 32; i++)
		p[i * PAGE] = i;
	for (int i = 0; i < 64; i++)
		if (p[i * PAGE] != (i < 32 ? i : 77) || p[i * PAGE + 1] != 77)
			fail("page %d holds %d %d", i, p[i * PAGE],
			     p[i * PAGE + 1]);
	must(err(madvise(p, 48 * PAGE, MADV_UNMERGEABLE)));
	for (int i = 32; i < 64; i++)
		if (p[i * PAGE] != 77)
			fail("page %d was lost", i);
	must(err(munmap(p, 64 * PAGE)));
	must(write_proc("/sys/kernel/mm/ksm/run", "2"));
	if (number_in(path, "", -1))
		fail("%ld pages are merged after all", number_in(path, "", -1));
}

static void compacts(void)
{
	char *p = small_pages(256 * PAGE);
	int ret;

	fill(p, 256, 1);
	for (int i = 0; i < 3; i++) {
		ret = write_proc("/proc/sys/vm/compact_memory", "1");
		if (ret == -ENOENT)
			skip("no compaction");
		must(ret);
		must(write_proc("/proc/sys/vm/drop_caches", "3"));
		must_hold(p, 256, 1, "after compaction");
	}
}

static void swap(void)
{
	if (swapoff("/dev/null") && errno == ENOSYS)
		skip("no swap");
	must_fail(err(swapoff("/dev/null")), EINVAL);
	must_fail(err(swapoff("/nowhere")), ENOENT);
	must_fail(err(swapon("/nowhere", 0)), ENOENT);
	must_fail(err(swapon("/dev/null", 0)), EINVAL);
}

static const struct ktap_case cases[] = {
	{ "advice-refuses", refuses },
	{ "advice-throws-away", throws_away },
	{ "advice-other-process", other_process },
	{ "advice-lock-limits", limits },
	{ "advice-merges", merges },
	{ "advice-compacts", compacts },
	{ "advice-swap", swap },
};

const struct ktap_group advice_tests = CASES(cases);
