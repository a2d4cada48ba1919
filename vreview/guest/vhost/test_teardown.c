// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ends: in every order, at any moment, by close, by exit and by SIGKILL.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "background.h"
#include "tests.h"
#include "traffic.h"

static void lifecycle(void)
{
	struct device d;
	int i;

	for (i = 0; i < 4; i++) {
		device_start(&d, 64);
		traffic_both(&d);
		device_close(&d);
	}
}

static void never_started(void)
{
	struct device d;

	device_prepare(&d, 64);
	ring_force_kick(&d.ring[TX]);
	device_close(&d);
	device_start(&d, 64);
	traffic_both(&d);
}

enum part { DEVICE, TAP, EVENTS, RINGS, ARENA, PARTS };

static void end_part(struct device *d, enum part part)
{
	int q;

	switch (part) {
	case DEVICE:
		close(d->fd);
		break;
	case TAP:
		tap_close(&d->tap);
		break;
	case EVENTS:
		for (q = 0; q < QUEUES; q++) {
			close(d->ring[q].kick);
			close(d->ring[q].call);
			close(d->ring[q].err);
		}
		break;
	case RINGS:
		for (q = 0; q < QUEUES; q++)
			must(munmap(d->area[q], RING_BYTES) ? -errno : 0);
		break;
	case ARENA:
		must(munmap(d->arena, ARENA_BYTES) ? -errno : 0);
		break;
	case PARTS:
		break;
	}
}

/* Each part goes first once, and last once; packets are on their way. */
static void every_order(void)
{
	struct device d;
	int first, i, k;

	for (first = 0; first < PARTS; first++) {
		device_start(&d, 64);
		traffic_both(&d);
		rx_post(&d, BATCH);
		for (i = 0; i < BATCH; i++)
			tx_post(&d, i, FRAME_MIN);
		ring_publish(&d.ring[TX]);
		ring_kick(&d.ring[TX]);
		for (k = 0; k < PARTS; k++)
			end_part(&d, (first + k) % PARTS);
	}
	device_start(&d, 64);
	traffic_both(&d);
}

/* Keeps the device busy without looking at what comes back. */
static void flood(void *arg)
{
	struct device *d = arg;
	struct ring *r = &d->ring[TX];
	unsigned int i;

	while (ring_pending(r))
		ring_reap(r);
	for (i = 0; i < BATCH && r->free_count; i++)
		tx_post(d, i, FRAME_MIN);
	ring_publish(r);
	ring_force_kick(r);
}

static void close_under_traffic(void)
{
	struct background b;
	struct device d;
	int i;

	for (i = 0; i < 3; i++) {
		device_start(&d, 64);
		background_start(&b, flood, &d);
		while (!__atomic_load_n(&d.ring[TX].used->idx, __ATOMIC_ACQUIRE))
			sched_yield();
		must(close(d.fd) ? -errno : 0);
		background_stop(&b);
	}
	device_start(&d, 64);
	traffic_both(&d);
}

static void set_up_again(struct device *d)
{
	int q;

	must(set_owner(d));
	must(set_features(d, FEATURES));
	must(set_memory(d));
	for (q = 0; q < QUEUES; q++) {
		struct ring *r = &d->ring[q];

		ring_clear(r);
		must(set_num(d, q, r->num));
		must(set_base(d, q, 0));
		must(set_addr(d, q));
		must(set_event(d, VHOST_SET_VRING_KICK, q, r->kick));
		must(set_event(d, VHOST_SET_VRING_CALL, q, r->call));
		must(set_event(d, VHOST_SET_VRING_ERR, q, r->err));
	}
	device_resume(d);
}

static void reset_and_again(void)
{
	struct device d;
	int i;

	device_start(&d, 64);
	for (i = 0; i < 3; i++) {
		traffic_both(&d);
		must(reset_owner(&d));
		must_fail(set_backend(&d, TX, d.tap.fd), EPERM);
		set_up_again(&d);
	}
	traffic_both(&d);
}

static void reset_under_traffic(void)
{
	struct background b;
	struct device d;

	device_start(&d, 64);
	background_start(&b, flood, &d);
	must(reset_owner(&d));
	background_stop(&b);
	/* What the flood sent is still in the socket. */
	tap_deafen(&d.tap);
	tap_listen(&d.tap);
	set_up_again(&d);
	traffic_both(&d);
}

static void switch_tap(void)
{
	struct tap other, first;
	struct device d;
	int i;

	device_start(&d, 64);
	tap_open(&other, VNET_HDR);
	tap_listen(&other);
	for (i = 0; i < 4; i++) {
		traffic_both(&d);
		first = d.tap;
		d.tap = other;
		other = first;
		device_resume(&d);
	}
	traffic_both(&d);
}

static void unbind_kick(void)
{
	struct device d;
	struct ring *r = &d.ring[TX];
	int i;

	device_start(&d, 64);
	for (i = 0; i < 3; i++) {
		traffic_both(&d);
		must(set_event(&d, VHOST_SET_VRING_KICK, TX, -1));
		must(set_event(&d, VHOST_SET_VRING_CALL, RX, -1));
		must(set_event(&d, VHOST_SET_VRING_ERR, RX, -1));
		must(set_event(&d, VHOST_SET_VRING_KICK, TX, r->kick));
		must(set_event(&d, VHOST_SET_VRING_CALL, RX, d.ring[RX].call));
	}
	traffic_both(&d);
}

static void addr_until_closed(void *arg)
{
	struct device *d = arg;
	int ret = set_addr(d, TX);

	if (ret && ret != -EBADF)
		fail("SET_VRING_ADDR: %s", strerror(-ret));
}

static void close_under_ioctl(void)
{
	struct background b;
	struct device d;
	int i;

	for (i = 0; i < 3; i++) {
		device_start(&d, 64);
		traffic_tx(&d, BATCH);
		background_start(&b, addr_until_closed, &d);
		must(close(d.fd) ? -errno : 0);
		background_stop(&b);
	}
}

static void wait_for_byte(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char c;

	if (poll(&p, 1, patience_ms()) <= 0 || read(fd, &c, 1) != 1)
		fail("the child did not get packets through");
}

/* A process with a device under traffic; it says so, then goes on. */
static pid_t child_with_traffic(int *from_child)
{
	struct background b;
	struct device d;
	int fd[2];
	pid_t pid;

	must(pipe(fd) ? -errno : 0);
	pid = fork();
	if (pid) {
		close(fd[1]);
		*from_child = fd[0];
		return must(pid < 0 ? -errno : pid);
	}
	device_start(&d, 64);
	traffic_both(&d);
	background_start(&b, flood, &d);
	if (write(fd[1], "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void killed_under_traffic(void)
{
	struct device d;
	int i, fd;

	for (i = 0; i < 3; i++) {
		pid_t pid = child_with_traffic(&fd);

		wait_for_byte(fd);
		kill(pid, SIGKILL);
		must(waitpid(pid, NULL, 0) < 0 ? -errno : 0);
		close(fd);
	}
	device_start(&d, 64);
	traffic_both(&d);
}

static void exit_under_traffic(void)
{
	int i;

	for (i = 0; i < 3; i++) {
		struct background b;
		struct device d;
		int status;
		pid_t pid = fork();

		if (!pid) {
			device_start(&d, 64);
			background_start(&b, flood, &d);
			_exit(7);
		}
		must(waitpid(pid, &status, 0) < 0 ? -errno : 0);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 7)
			fail("the child ended with status 0x%x", status);
	}
}

/* Rings and buffers that a child shares: what is written there, both see. */
static void share_memory(struct device *d)
{
	const size_t bytes = ARENA_BYTES + QUEUES * RING_BYTES;
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int q;

	must(p == MAP_FAILED ? -errno : 0);
	d->arena = p;
	must(set_memory(d));
	for (q = 0; q < QUEUES; q++)
		must(move_ring(d, q, p + ARENA_BYTES + q * RING_BYTES));
}

/*
 * The owner makes the device and exits; a child that inherited the file goes
 * on with it. vhost works in the owner's address space, which so must live
 * for as long as the file.
 */
static void owner_exits_first(void)
{
	int done[2], dead[2];
	struct device d;
	pid_t owner;

	must(pipe(done) ? -errno : 0);
	must(pipe(dead) ? -errno : 0);
	owner = fork();
	if (!owner) {
		device_start(&d, 64);
		traffic_both(&d);
		share_memory(&d);
		traffic_both(&d);
		if (fork())
			_exit(0);
		close(dead[1]);
		wait_for_byte(dead[0]);
		traffic_both(&d);
		close(d.fd);
		_exit(write(done[1], "", 1) != 1);
	}
	must(owner < 0 ? -errno : 0);
	close(done[1]);
	must(waitpid(owner, NULL, 0) < 0 ? -errno : 0);
	must(write(dead[1], "", 1) == 1 ? 0 : -errno);
	wait_for_byte(done[0]);
}

static const struct ktap_case cases[] = {
	{ "end-lifecycle", lifecycle },
	{ "end-never-started", never_started },
	{ "end-every-order", every_order },
	{ "end-close-under-traffic", close_under_traffic },
	{ "end-close-under-ioctl", close_under_ioctl },
	{ "end-reset-and-again", reset_and_again },
	{ "end-reset-under-traffic", reset_under_traffic },
	{ "end-switch-tap", switch_tap },
	{ "end-unbind-kick", unbind_kick },
	{ "end-killed-under-traffic", killed_under_traffic },
	{ "end-exit-under-traffic", exit_under_traffic },
	{ "end-owner-exits-first", owner_exits_first },
};

const struct ktap_group teardown_tests = CASES(cases);
