// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * io_uring: set up, a few requests of each kind, and ends in every order.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests.h"

struct uring {
	int fd;
	struct io_uring_params p;
	char *rings;
	struct io_uring_sqe *entries;
};

static int setup(unsigned int entries, struct io_uring_params *p)
{
	int fd = syscall(SYS_io_uring_setup, entries, p);

	if (fd < 0 && errno == ENOSYS)
		skip("no io_uring");
	return fd < 0 ? -errno : fd;
}

static void start(struct uring *u)
{
	memset(u, 0, sizeof(*u));
	u->fd = must(setup(8, &u->p));
	if (!(u->p.features & IORING_FEAT_SINGLE_MMAP))
		skip("rings in two parts");
	u->rings = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_POPULATE, u->fd, IORING_OFF_SQ_RING);
	u->entries = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			  u->fd, IORING_OFF_SQES);
	must(err(u->rings));
	must(err(u->entries));
}

static uint32_t *in_ring(struct uring *u, uint32_t offset)
{
	return (uint32_t *)(u->rings + offset);
}

/* Queued, but not told. */
static void queue(struct uring *u, struct io_uring_sqe entry)
{
	uint32_t *tail = in_ring(u, u->p.sq_off.tail);
	uint32_t i = *tail & (u->p.sq_entries - 1);

	u->entries[i] = entry;
	in_ring(u, u->p.sq_off.array)[i] = i;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
}

static long enter(struct uring *u, int submit, int wait)
{
	return syscall(SYS_io_uring_enter, u->fd, submit, wait,
		       IORING_ENTER_GETEVENTS, NULL, 0);
}

static int result(struct uring *u, uint64_t name)
{
	struct io_uring_cqe *all = (void *)(u->rings + u->p.cq_off.cqes), *one;
	uint32_t *head = in_ring(u, u->p.cq_off.head);

	if (*head == __atomic_load_n(in_ring(u, u->p.cq_off.tail),
				     __ATOMIC_ACQUIRE))
		fail("request %d has no result", (int)name);
	one = &all[*head & (u->p.cq_entries - 1)];
	if (one->user_data != name)
		fail("a result of %d instead of %d", (int)one->user_data,
		     (int)name);
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return one->res;
}

static int does(struct uring *u, struct io_uring_sqe entry)
{
	static uint64_t name;

	entry.user_data = ++name;
	queue(u, entry);
	if (got(enter(u, 1, 1)) != 1)
		fail("the request was not taken");
	return result(u, name);
}

static void refuses(void)
{
	struct io_uring_params p = { .flags = 1u << 30 };
	struct uring u;

	must_fail(setup(8, &p), EINVAL);
	p.flags = 0;
	must_fail(setup(0, &p), EINVAL);
	must_fail(setup(1 << 20, &p), EINVAL);
	must_fail(setup(8, NOWHERE), EFAULT);
	start(&u);
	must_fail(err(syscall(SYS_io_uring_enter, 0, 0, 0, 0, NULL, 0)),
		  EOPNOTSUPP);
	must_fail(err(syscall(SYS_io_uring_enter, u.fd, 0, 0, 1u << 30, NULL,
			      0)), EINVAL);
	must_fail(err(syscall(SYS_io_uring_register, u.fd, 999, NULL, 0)),
		  EINVAL);
	must_fail(does(&u, (struct io_uring_sqe){ .opcode = 250 }), EINVAL);
	must_fail(does(&u, (struct io_uring_sqe){ .opcode = IORING_OP_NOP,
						  .flags = 1 << 7 }), EINVAL);
	must_fail(does(&u, (struct io_uring_sqe){ .opcode = IORING_OP_READ,
						  .fd = 1000 }), EBADF);
}

static void requests(void)
{
	char out[] = "through the ring", in[sizeof(out)] = "";
	struct io_uring_sqe write = {
		.opcode = IORING_OP_WRITE, .fd = scratch(0),
		.addr = (uintptr_t)out, .len = sizeof(out),
	}, read = write;
	struct uring u;

	start(&u);
	must(does(&u, (struct io_uring_sqe){ .opcode = IORING_OP_NOP }));
	if (must(does(&u, write)) != sizeof(out))
		fail("not all was written");
	read.opcode = IORING_OP_READ;
	read.addr = (uintptr_t)in;
	if (must(does(&u, read)) != sizeof(out) || memcmp(in, out, sizeof(out)))
		fail("read \"%s\"", in);
	read.addr = (uintptr_t)NOWHERE;
	must_fail(does(&u, read), EFAULT);
	/* What is linked ends with the first that fails. */
	read.flags = IOSQE_IO_LINK;
	read.user_data = 901;
	queue(&u, read);
	queue(&u, (struct io_uring_sqe){ .opcode = IORING_OP_NOP,
					 .user_data = 902 });
	if (got(enter(&u, 2, 2)) != 2)
		fail("two linked requests were not taken");
	must_fail(result(&u, 901), EFAULT);
	must_fail(result(&u, 902), ECANCELED);
}

static void registers(void)
{
	char *p = small_pages(2 * PAGE);
	struct { void *base; size_t len; } part = { p, 2 * PAGE };
	int fd = scratch(PAGE);
	struct io_uring_sqe fixed = {
		.opcode = IORING_OP_READ_FIXED, .fd = fd, .len = PAGE,
		.addr = (uintptr_t)p + PAGE,
	};
	struct uring u;

	start(&u);
	must_fail(does(&u, fixed), EFAULT);
	must(err(syscall(SYS_io_uring_register, u.fd, IORING_REGISTER_BUFFERS,
			 &part, 1)));
	must_fail(err(syscall(SYS_io_uring_register, u.fd,
			      IORING_REGISTER_BUFFERS, &part, 1)), EBUSY);
	if (must(does(&u, fixed)) != (int)PAGE || p[PAGE])
		fail("not read into the registered buffer");
	fixed.addr += PAGE;
	must_fail(does(&u, fixed), EFAULT);
	must(err(syscall(SYS_io_uring_register, u.fd, IORING_REGISTER_FILES,
			 &fd, 1)));
	fixed = (struct io_uring_sqe){
		.opcode = IORING_OP_READ, .flags = IOSQE_FIXED_FILE, .len = 8,
		.addr = (uintptr_t)p,
	};
	must(err(close(fd)));
	if (must(does(&u, fixed)) != 8)
		fail("a registered file went with its descriptor");
	fixed.fd = 1;
	must_fail(does(&u, fixed), EBADF);
	must(err(munmap(p, 2 * PAGE)));
	must(err(syscall(SYS_io_uring_register, u.fd,
			 IORING_UNREGISTER_BUFFERS, NULL, 0)));
	must_fail(err(syscall(SYS_io_uring_register, u.fd,
			      IORING_UNREGISTER_BUFFERS, NULL, 0)), ENXIO);
}

/* With requests that wait for ever: cancelled, closed, or left at exit. */
static void ends(void)
{
	char c;

	for (int how = 0; how < 4; how++) {
		int ends[2], pid;
		struct uring u;

		must(err(pipe(ends)));
		pid = got(fork());
		if (pid) {
			must_exit(pid, 0);
			continue;
		}
		start(&u);
		queue(&u, (struct io_uring_sqe){
			.opcode = IORING_OP_READ, .fd = ends[0], .len = 1,
			.addr = (uintptr_t)&c, .user_data = 1 });
		queue(&u, (struct io_uring_sqe){
			.opcode = IORING_OP_POLL_ADD, .fd = ends[0],
			.poll32_events = 1, .user_data = 2 });
		got(enter(&u, 2, 0));
		if (how == 0) {
			queue(&u, (struct io_uring_sqe){
				.opcode = IORING_OP_ASYNC_CANCEL, .addr = 2,
				.user_data = 3 });
			got(enter(&u, 1, 2));
		} else if (how == 1) {
			must(err(close(u.fd)));
		} else if (how == 2) {
			must(err(write(ends[1], "x", 1)));
			got(enter(&u, 0, 1));
		}
		_exit(0);
	}
}

static const struct ktap_case cases[] = {
	{ "ring-refuses", refuses },
	{ "ring-requests", requests },
	{ "ring-registers", registers },
	{ "ring-ends", ends },
};

const struct ktap_group ring_tests = CASES(cases);
