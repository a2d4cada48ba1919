// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Faults: after fork, handled by user space, and while mappings come and go.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests.h"

static void grandchild(void *arg)
{
	char *p = arg;

	must_hold(p, 16, 1, "in the grandchild");
	fill(p, 16, 60);
}

static void child(void *arg)
{
	char *p = arg;

	fill(p + 8 * PAGE, 8, 30);
	fill(p + 8 * PAGE, 8, 9);
	if (in_child(grandchild, p))
		_exit(1);
	must_hold(p, 16, 1, "in the child");
}

static void fork_copies(void)
{
	char *p = small_pages(16 * PAGE);

	fill(p, 16, 1);
	for (int i = 0; i < 4; i++) {
		if (in_child(child, p))
			fail("a child saw something else");
		must_hold(p, 16, 1, "in the parent");
	}
	must(err(madvise(p, 8 * PAGE, MADV_WIPEONFORK)));
	must(err(madvise(p + 8 * PAGE, 8 * PAGE, MADV_DONTFORK)));
	if (!in_child(grandchild, p))
		fail("the child still has what was not to be forked");
}

/* The kernel reaches pages that are still to be copied, or not there at all. */
static void kernel_writes(void)
{
	char *p = small_pages(8 * PAGE), got[16];
	struct iovec here = { got, 16 }, there = { p + PAGE - 8, 16 };
	int ends[2];
	pid_t pid;

	fill(p, 8, 1);
	must(err(pipe(ends)));
	pid = fork();
	if (!pid)
		for (;;)
			pause();
	must(err(write(ends[1], "abcdefgh", 8)));
	must(err(read(ends[0], p + PAGE - 4, 8)));
	if (memcmp(p + PAGE - 4, "abcdefgh", 8))
		fail("read() did not arrive");
	if (process_vm_readv(pid, &here, 1, &there, 1, 0) < 0) {
		if (errno != ENOSYS)
			fail("process_vm_readv: %s", strerror(errno));
	} else if (got[0] != 1 || got[15] != 2) {
		fail("the child's page was written: %d %d", got[0], got[15]);
	}
	must(err(madvise(p, 8 * PAGE, MADV_DONTNEED)));
	must(err(write(ends[1], p + 2 * PAGE, PAGE)));
	must(err(munmap(p + 4 * PAGE, PAGE)));
	must_fail(err(write(ends[1], p + 4 * PAGE, 8)), EFAULT);
	must(err(read(ends[0], p + 5 * PAGE, 8)));
	must_fail(err(read(ends[0], p + 4 * PAGE, 8)), EFAULT);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

struct server {
	int fd;
	char *page;
	int copied, zeroed;
};

/* Pages with an even number get content, the others are zero. */
static void *serve(void *arg)
{
	struct server *s = arg;
	struct uffd_msg msg;

	while (read(s->fd, &msg, sizeof(msg)) == sizeof(msg)) {
		unsigned long at = msg.arg.pagefault.address & -PAGE;

		if (at / PAGE % 2) {
			struct uffdio_zeropage z = { .range = { at, PAGE } };

			s->zeroed += !ioctl(s->fd, UFFDIO_ZEROPAGE, &z);
		} else {
			struct uffdio_copy c = {
				.dst = at, .src = (unsigned long)s->page,
				.len = PAGE,
			};

			s->copied += !ioctl(s->fd, UFFDIO_COPY, &c);
		}
		if (s->zeroed + s->copied == 16)
			break;
	}
	return NULL;
}

static int open_uffd(void)
{
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		skip("no userfaultfd: %s", strerror(errno));
	return must(fd < 0 ? -errno : fd);
}

static void user_faults(void)
{
	char *p = area(16 * PAGE), *page = small_pages(PAGE);
	struct server s = { .fd = open_uffd(), .page = page };
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register all = {
		.range = { (unsigned long)p, 16 * PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	struct uffdio_copy twice = {
		.dst = (unsigned long)p, .src = (unsigned long)page, .len = PAGE,
	};
	pthread_t thread;

	small_at(p, 16 * PAGE);
	memset(page, 5, PAGE);
	must_fail(err(ioctl(s.fd, UFFDIO_REGISTER, &all)), EINVAL);
	must(err(ioctl(s.fd, UFFDIO_API, &api)));
	must_fail(err(ioctl(s.fd, UFFDIO_API, &api)), EINVAL);
	all.mode = 0;
	must_fail(err(ioctl(s.fd, UFFDIO_REGISTER, &all)), EINVAL);
	all.mode = UFFDIO_REGISTER_MODE_MISSING;
	must(err(ioctl(s.fd, UFFDIO_REGISTER, &all)));
	must(-pthread_create(&thread, NULL, serve, &s));
	for (int i = 15; i >= 0; i--) {
		int even = !(((unsigned long)p / PAGE + i) % 2);

		if (p[i * PAGE + 7] != (even ? 5 : 0))
			fail("page %d holds %d", i, p[i * PAGE + 7]);
		p[i * PAGE] = i;
	}
	pthread_join(thread, NULL);
	if (s.copied != 8 || s.zeroed != 8)
		fail("%d copied, %d zero", s.copied, s.zeroed);
	must_fail(err(ioctl(s.fd, UFFDIO_COPY, &twice)), EEXIST);
	twice.len = 8;
	must_fail(err(ioctl(s.fd, UFFDIO_COPY, &twice)), EINVAL);
	must(err(ioctl(s.fd, UFFDIO_UNREGISTER, &all.range)));
	must(err(madvise(p, 16 * PAGE, MADV_DONTNEED)));
	if (p[0] || p[PAGE])
		fail("a page that is nobody's is not zero");
}

/* A thread waits in a fault when its server goes: it gets its page all the same. */
static void *reads_a_byte(void *p)
{
	return (void *)(long)*(volatile char *)p;
}

static void server_goes(void)
{
	char *p = area(PAGE);
	int fd = open_uffd();
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register all = {
		.range = { (unsigned long)p, PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	struct pollfd waits = { .fd = fd, .events = POLLIN };
	pthread_t thread;
	void *got;

	small_at(p, PAGE);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	must(err(ioctl(fd, UFFDIO_API, &api)));
	must(err(ioctl(fd, UFFDIO_REGISTER, &all)));
	must(-pthread_create(&thread, NULL, reads_a_byte, p));
	if (poll(&waits, 1, patience_ms()) != 1)
		fail("the fault was not told");
	must(err(close(fd)));
	pthread_join(thread, &got);
	if (got)
		fail("the page is not zero");
}

struct race {
	char *p;
	int stop;
};

static void *touches(void *arg)
{
	struct race *r = arg;
	char got[64];
	int ends[2];

	if (pipe2(ends, O_NONBLOCK))
		return NULL;
	/* Through the kernel, so that a missing page is EFAULT and no signal. */
	for (int i = 0; i < 1000; i++) {
		if (__atomic_load_n(&r->stop, __ATOMIC_ACQUIRE))
			break;
		sched_yield();
		if (write(ends[1], r->p + i % 64 * PAGE, sizeof(got)) > 0)
			(void)!read(ends[0], got, sizeof(got));
	}
	return NULL;
}

static void races(void)
{
	struct race r = { .p = area(64 * PAGE) };
	pthread_t threads[2];

	small_at(r.p, 64 * PAGE);
	for (int i = 0; i < 2; i++)
		must(-pthread_create(&threads[i], NULL, touches, &r));
	for (int i = 0; i < 10; i++) {
		small_at(r.p, 64 * PAGE);
		memset(r.p, i, 64 * PAGE);
		must(err(mprotect(r.p + 8 * PAGE, 16 * PAGE, PROT_NONE)));
		must(err(munmap(r.p + 32 * PAGE, 8 * PAGE)));
		must(err(madvise(r.p, 32 * PAGE, MADV_DONTNEED)));
		if (i % 10 == 0) {
			pid_t pid = fork();

			if (!pid)
				_exit(0);
			waitpid(pid, NULL, 0);
		}
	}
	__atomic_store_n(&r.stop, 1, __ATOMIC_RELEASE);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

#define CGROUPS	"/sys/fs/cgroup"

/* A small group that wants more than it may have: it is killed, nobody else. */
static void eats(void *arg)
{
	char *p = mmap(NULL, 32 * HUGE, RW, ANON, -1, 0);

	(void)arg;
	if (write_proc(CGROUPS "/mm-test/cgroup.procs", "0"))
		_exit(1);
	fill(p, 32 * HUGE / PAGE, 1);
}

static void memory_limit(void)
{
	int status;

	must(err(unshare(CLONE_NEWNS)));
	if (mount("cgroup", CGROUPS, "cgroup2", 0, NULL) && errno != EBUSY)
		skip("no cgroup2: %s", strerror(errno));
	if (write_proc(CGROUPS "/cgroup.subtree_control", "+memory"))
		skip("no memory controller");
	must(err(mkdir(CGROUPS "/mm-test", 0755)));
	must(write_proc(CGROUPS "/mm-test/memory.max", "8388608"));
	status = in_child(eats, NULL);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail("64 MiB in 8: status 0x%x", status);
	must(err(rmdir(CGROUPS "/mm-test")));
}

static const struct ktap_case cases[] = {
	{ "fault-fork-copies", fork_copies },
	{ "fault-kernel-writes", kernel_writes },
	{ "fault-user-faults", user_faults },
	{ "fault-server-goes", server_goes },
	{ "fault-races", races },
	{ "fault-memory-limit", memory_limit },
};

const struct ktap_group fault_tests = CASES(cases);
