// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mmap, munmap, mremap, mprotect: what they do, and what they refuse.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests.h"

static void refuses(void)
{
	char *p = small_pages(2 * PAGE);
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	must_fail(err(mmap(NULL, 0, RW, ANON, -1, 0)), EINVAL);
	must_fail(err(mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0)), EINVAL);
	must_fail(err(mmap(NULL, PAGE, RW, MAP_PRIVATE, -1, 0)), EBADF);
	must_fail(err(mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 1)), EINVAL);
	must_fail(err(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0)), EACCES);
	must_fail(err(mmap(NULL, 1UL << 56, RW, ANON, -1, 0)), ENOMEM);
	must_fail(err(mmap(p + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0)), EINVAL);
	must_fail(err(mmap(p, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0)),
		  EEXIST);
	must_fail(err(munmap(p + 1, PAGE)), EINVAL);
	must_fail(err(munmap(p, 0)), EINVAL);
	must_fail(err(mprotect(p + 1, PAGE, RW)), EINVAL);
	must_fail(err(mprotect((void *)PAGE, PAGE, RW)), ENOMEM);
	must_fail(err(mremap(p, 0, PAGE, 0)), EINVAL);
	must_fail(err(mremap(p, PAGE, 0, MREMAP_MAYMOVE)), EINVAL);
	must_fail(err(mremap(p, 2 * PAGE, PAGE, MREMAP_FIXED, p)), EINVAL);
	must_fail(err(mremap((void *)PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE)),
		  EFAULT);
	must_fail(err(msync(p + 1, PAGE, MS_SYNC)), EINVAL);
	must_fail(err(msync(p, PAGE, MS_SYNC | MS_ASYNC)), EINVAL);
}

static int mappings(void)
{
	FILE *file = fopen("/proc/self/maps", "r");
	int lines = 0, c;

	while ((c = getc(file)) != EOF)
		lines += c == '\n';
	fclose(file);
	return lines;
}

static void holes(void)
{
	char *p = mmap(NULL, 16 * PAGE, RW, ANON, -1, 0);
	int before;

	must(err(p));
	fill(p, 16, 1);
	before = mappings();
	for (int i = 1; i < 16; i += 2)
		must(err(munmap(p + i * PAGE, PAGE)));
	if (mappings() != before + 7)
		fail("%d mappings more than before", mappings() - before);
	for (int i = 0; i < 16; i += 2)
		must_hold(p + i * PAGE, 1, 1 + i, "between holes");
	must_die(p + PAGE, 0, SIGSEGV);
	/* The holes are filled, and the mappings are one again. */
	for (int i = 1; i < 16; i += 2)
		must(err(mmap(p + i * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0)));
	if (mappings() != before)
		fail("%d mappings more than before", mappings() - before);
	must(err(munmap(p, 16 * PAGE)));
	must_die(p, 0, SIGSEGV);
}

static void protects(void)
{
	char *p = small_pages(8 * PAGE);

	fill(p, 8, 1);
	must(err(mprotect(p + 2 * PAGE, 2 * PAGE, PROT_READ)));
	must(err(mprotect(p + 4 * PAGE, PAGE, PROT_NONE)));
	must_die(p + 2 * PAGE, 1, SIGSEGV);
	must_die(p + 4 * PAGE, 0, SIGSEGV);
	must_hold(p, 4, 1, "what may be read");
	/* The kernel keeps to it as well. */
	must_fail(err(read(open("/proc/self/exe", O_RDONLY), p + 2 * PAGE, 8)),
		  EFAULT);
	must(err(mprotect(p, 8 * PAGE, RW)));
	must_hold(p, 8, 1, "after it is allowed again");
	fill(p, 8, 9);
	must_hold(p, 8, 9, "after writes");
}

static void moves(void)
{
	char *p = small_pages(8 * PAGE), *q, *room;

	fill(p, 8, 1);
	q = mremap(p, 8 * PAGE, 4 * PAGE, 0);
	if (q != p)
		fail("a shrinking mapping moved");
	must_die(p + 4 * PAGE, 0, SIGSEGV);
	room = mmap(NULL, 32 * PAGE, PROT_NONE, ANON, -1, 0);
	q = mremap(p, 4 * PAGE, 16 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		   room + PAGE);
	if (q != room + PAGE)
		fail("not moved to where it was told: %s", strerror(errno));
	must_hold(q, 4, 1, "after the move");
	must_die(p, 0, SIGSEGV);
	if (q[4 * PAGE] || q[16 * PAGE - 1])
		fail("new pages are not zero");
	fill(q, 16, 3);
	/* A mapping is in the way. */
	must_fail(err(mremap(q, 16 * PAGE, 20 * PAGE, 0)), ENOMEM);
	/* The old place stays, empty. */
	p = mremap(q, 16 * PAGE, 16 * PAGE,
		   MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
	must(err(p));
	must_hold(p, 16, 3, "after a move that leaves the mapping");
	if (q[0] || q[15 * PAGE])
		fail("the old place still holds something");
	/* A part of it. */
	q = mremap(p + 4 * PAGE, 4 * PAGE, 4 * PAGE,
		   MREMAP_MAYMOVE | MREMAP_FIXED, room);
	must(err(q));
	must_hold(q, 4, 7, "a part that moved");
	must_hold(p, 4, 3, "before the part");
	must_hold(p + 8 * PAGE, 8, 11, "behind the part");
	must_die(p + 4 * PAGE, 0, SIGSEGV);
}

/* More than a page table's worth, not aligned alike: tables cannot be moved whole. */
static void moves_tables(void)
{
	const size_t bytes = 3 * HUGE, pages = bytes / PAGE;
	char *p = small_pages(bytes), *to = area(4 * HUGE) + 3 * PAGE, *q;

	fill(p, pages, 1);
	q = mremap(p, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	must(err(q));
	must_hold(q, pages, 1, "moved askew");
	to = area(4 * HUGE);
	p = mremap(q, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	must(err(p));
	must_hold(p, pages, 1, "moved to whole tables");
	to = area(4 * HUGE);
	q = mremap(p, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	must(err(q));
	must_hold(q, pages, 1, "moved by whole tables");
}

static void files(void)
{
	int fd = memfd_create("mm", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	char *shared, *private, c;

	if (fd < 0 && errno == ENOSYS)
		skip("no memfd");
	must(err(fd));
	must(err(ftruncate(fd, 4 * PAGE)));
	shared = mmap(NULL, 8 * PAGE, RW, MAP_SHARED, fd, 0);
	private = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE, fd, 0);
	must(err(shared));
	must(err(private));
	fill(shared, 4, 1);
	must_hold(private, 4, 1, "a private mapping sees what was written");
	fill(private, 2, 50);
	must_hold(shared, 4, 1, "but does not write itself");
	if (pread(fd, &c, 1, 3 * PAGE) != 1 || c != 4)
		fail("read does not see what was stored");
	must_die(shared + 5 * PAGE, 0, SIGBUS);
	/* What is cut off goes from private copies, too. */
	must(err(ftruncate(fd, PAGE)));
	must_die(shared + PAGE, 0, SIGBUS);
	must_die(private + PAGE, 0, SIGBUS);
	must_hold(private, 1, 50, "the private page before the end");
	must(err(ftruncate(fd, 4 * PAGE)));
	if (shared[PAGE] || private[PAGE] || private[3 * PAGE])
		fail("what was cut off is there again");
	must(err(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			   PAGE)));
	if (shared[0])
		fail("what was punched out is still there");
	must_fail(err(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE)), EBUSY);
	must(err(munmap(shared, 8 * PAGE)));
	must(err(munmap(private, 4 * PAGE)));
	must(err(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK)));
	must_fail(err(ftruncate(fd, 0)), EPERM);
	must_fail(err(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0)), EPERM);
	must_fail(err(write(fd, "x", 1)), EPERM);
}

static void stack_grows(void)
{
	char *p = mmap(NULL, 64 * PAGE, RW, ANON | MAP_GROWSDOWN, -1, 0), *low;

	must(err(p));
	/* Below it: the gap, and nothing else. */
	low = p - PAGE;
	if (err(mmap(low, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0)))
		skip("something lies below the mapping");
	must(err(munmap(low, PAGE)));
	must(err(munmap(p, 32 * PAGE)));
	p += 32 * PAGE;
	memset(p, 1, PAGE);
	for (int i = 1; i < 8; i++) {
		if (p[-i * PAGE])
			fail("a page of a stack is not zero");
		p[-i * PAGE] = i;
	}
}

static const struct ktap_case cases[] = {
	{ "map-refuses", refuses },
	{ "map-holes", holes },
	{ "map-protects", protects },
	{ "map-moves", moves },
	{ "map-moves-tables", moves_tables },
	{ "map-files", files },
	{ "map-stack-grows", stack_grows },
};

const struct ktap_group map_tests = CASES(cases);
