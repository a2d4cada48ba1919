// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Huge pages: of the pool (hugetlb), and transparent ones.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests.h"

static long pool(const char *what)
{
	return number_in("/proc/meminfo", what, -1);
}

#define FREE		"HugePages_Free:"
#define RESERVED	"HugePages_Rsvd:"

static void must_be(const char *counter, long expected, const char *when)
{
	if (pool(counter) != expected)
		fail("%s %s %ld instead of %ld", when, counter, pool(counter),
		     expected);
}

static void reserves(void)
{
	char *p = huge_pages(4);
	long all = pool(FREE), reserved = pool(RESERVED);

	p[0] = p[HUGE] = 1;
	must_be(FREE, all - 2, "two pages touched");
	must_be(RESERVED, reserved - 2, "two pages touched");
	must(err(madvise(p, HUGE, MADV_DONTNEED)));
	must_be(FREE, all - 1, "one thrown away");
	if (p[0])
		fail("the page thrown away was kept");
	must(err(munmap(p, 4 * HUGE)));
	must_be(FREE, all, "after munmap");
	must_be(RESERVED, reserved - 4, "after munmap");
	must_fail(err(mmap(NULL, (HUGE_POOL + 1) * HUGE, RW,
			   ANON | MAP_HUGETLB, -1, 0)), ENOMEM);
	must_be(RESERVED, reserved - 4, "after a mapping too large");
}

static void write_both(void *arg)
{
	char *p = arg;

	if (p[0] != 1 || p[HUGE + 5] != 2)
		_exit(1);
	p[0] = p[HUGE + 5] = 9;
}

static void fork_copies(void)
{
	char *p = huge_pages(2);
	long all;

	p[0] = 1;
	p[HUGE + 5] = 2;
	all = pool(FREE);
	if (in_child(write_both, p))
		fail("the child did not see its parent's memory");
	if (p[0] != 1 || p[HUGE + 5] != 2)
		fail("the child's write is seen by the parent");
	must_be(FREE, all, "after the child");
	p[0] = 3;
	must_be(FREE, all, "after a write of a page that is ours alone");
}

/* The pool is empty when a copy is needed: the owner wins, the child dies. */
static void touch_last(void *arg)
{
	char *p = arg;

	for (int i = 0; i < HUGE_POOL; i++)
		if (p[i * HUGE] == 1)
			p[i * HUGE] = 2;
}

static void pool_runs_out(void)
{
	char *p = huge_pages(HUGE_POOL);
	long all = pool(FREE);
	int status;

	for (int i = 0; i < HUGE_POOL; i++)
		p[i * HUGE] = 1;
	must_be(FREE, all - HUGE_POOL, "all in use");
	status = in_child(touch_last, p);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGBUS)
		fail("a child that wants more: status 0x%x", status);
	for (int i = 0; i < HUGE_POOL; i++)
		if (p[i * HUGE] != 1)
			fail("page %d was changed", i);
	must(err(munmap(p, HUGE_POOL * HUGE)));
	must_be(FREE, all, "after munmap");
}

static void file_cut(void)
{
	char *p, *q = huge_pages(1);	/* fills the pool */
	long all = pool(FREE);
	int fd;

	must(err(munmap(q, HUGE)));
	fd = memfd_create("mm", MFD_CLOEXEC | MFD_HUGETLB);
	must(err(fd));
	must(err(ftruncate(fd, 4 * HUGE)));
	p = mmap(NULL, 4 * HUGE, RW, MAP_SHARED, fd, 0);
	must(err(p));
	for (int i = 0; i < 4; i++)
		memset(p + i * HUGE, 1 + i, PAGE);
	must_be(FREE, all - 4, "four pages of a file");
	must(err(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			   HUGE, HUGE)));
	must_be(FREE, all - 3, "after the hole");
	if (p[HUGE])
		fail("what was punched out is still there");
	/* Less than a page cannot go, but is cleared. */
	must(err(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			   2 * HUGE, PAGE)));
	must_fail(err(ftruncate(fd, HUGE + PAGE)), EINVAL);
	must(err(ftruncate(fd, HUGE)));
	must_be(FREE, all - 1, "after the cut");
	must_die(p + HUGE, 0, SIGBUS);
	if (p[0] != 1)
		fail("the page before the cut holds %d", p[0]);
	close(fd);
	must(err(munmap(p, 4 * HUGE)));
	must_be(FREE, all, "after munmap");
}

static char *transparent(size_t count)
{
	char *p = area(count * HUGE);

	small_at(p, count * HUGE);
	if (madvise(p, count * HUGE, MADV_HUGEPAGE))
		skip("no transparent huge pages: %s", strerror(errno));
	fill(p, count * HUGE / PAGE, 1);
	return p;
}

static void splits(void)
{
	char *p = transparent(4);
	const size_t pages = HUGE / PAGE;
	char *q;

	must(err(mprotect(p + PAGE, PAGE, PROT_READ)));
	must_die(p + PAGE, 1, SIGSEGV);
	must(err(madvise(p + HUGE + 8 * PAGE, 8 * PAGE, MADV_DONTNEED)));
	must(err(munmap(p + 2 * HUGE + 16 * PAGE, 16 * PAGE)));
	q = mremap(p + 3 * HUGE + PAGE, 4 * PAGE, 4 * PAGE,
		   MREMAP_MAYMOVE | MREMAP_FIXED, area(HUGE));
	must(err(q));
	must_hold(p, pages + 8, 1, "before what was thrown away");
	if (p[HUGE + 8 * PAGE])
		fail("what was thrown away is still there");
	must_hold(p + HUGE + 16 * PAGE, pages, 1 + 16, "up to the hole");
	must_die(p + 2 * HUGE + 16 * PAGE, 0, SIGSEGV);
	must_hold(p + 2 * HUGE + 32 * PAGE, pages - 31, 1 + 32, "to the part");
	must_hold(q, 4, 2, "the part that moved");
	must_hold(p + 3 * HUGE + 5 * PAGE, pages - 5, 6, "the rest");
}

static void write_some(void *arg)
{
	char *p = arg;

	must_hold(p, 2 * HUGE / PAGE, 1, "in the child");
	for (size_t i = 0; i < 2 * HUGE / PAGE; i += 100)
		p[i * PAGE] = 99;
}

static void transparent_forks(void)
{
	char *p = transparent(2);

	if (in_child(write_some, p))
		fail("the child did not see its parent's memory");
	must_hold(p, 2 * HUGE / PAGE, 1, "after the child");
	if (madvise(p, 2 * HUGE, MADV_NOHUGEPAGE))
		fail("MADV_NOHUGEPAGE: %s", strerror(errno));
	must_hold(p, 2 * HUGE / PAGE, 1, "after MADV_NOHUGEPAGE");
}

static const struct ktap_case cases[] = {
	{ "huge-reserves", reserves },
	{ "huge-fork-copies", fork_copies },
	{ "huge-pool-runs-out", pool_runs_out },
	{ "huge-file-cut", file_cut },
	{ "huge-splits", splits },
	{ "huge-transparent-forks", transparent_forks },
};

const struct ktap_group huge_tests = CASES(cases);
