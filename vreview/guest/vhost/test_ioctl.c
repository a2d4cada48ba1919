// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the ioctls take and what they refuse, and with which errno.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "device.h"
#include "tests.h"
#include "traffic.h"

static void repeated_open(void)
{
	struct device d;
	int i;

	for (i = 0; i < 8; i++) {
		device_open(&d);
		if (i & 1)
			must(set_owner(&d));
		close(d.fd);
	}
}

static void needs_owner(void)
{
	struct device d;

	device_open(&d);
	d.arena = map_pages(ARENA_BYTES);
	must_fail(set_memory(&d), EPERM);
	must_fail(set_backend(&d, TX, -1), EPERM);
	must_fail(reset_owner(&d), EPERM);
}

static void owner_twice(void)
{
	struct device d;

	device_open(&d);
	must(set_owner(&d));
	must_fail(set_owner(&d), EBUSY);
	must(reset_owner(&d));
	must(set_owner(&d));
}

static void unknown_feature(void)
{
	struct device d;
	uint64_t offered = 0;

	device_open(&d);
	must(set_owner(&d));
	must(request(&d, VHOST_GET_FEATURES, &offered));
	if ((offered & FEATURES) != FEATURES)
		fail("features 0x%llx are not offered",
		     (unsigned long long)(FEATURES & ~offered));
	must_fail(set_features(&d, FEATURES | BIT(63)), EOPNOTSUPP);
	must(set_features(&d, FEATURES));
}

static void bad_index(void)
{
	struct device d;

	device_open(&d);
	must(set_owner(&d));
	must_fail(set_num(&d, QUEUES, 64), ENOBUFS);
	must_fail(set_base(&d, QUEUES, 0), ENOBUFS);
	must_fail(get_base(&d, -1), ENOBUFS);
	must_fail(set_event(&d, VHOST_SET_VRING_KICK, QUEUES, -1), ENOBUFS);
	must_fail(set_backend(&d, QUEUES, -1), ENOBUFS);
}

static void bad_num(void)
{
	static const unsigned int bad[] = { 0, 3, 255, 0x10000, ~0u };
	struct device d;
	size_t i;

	device_open(&d);
	must(set_owner(&d));
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		must_fail(set_num(&d, TX, bad[i]), EINVAL);
	must(set_num(&d, TX, 1));
	must(set_num(&d, TX, 0x8000));
	must_fail(set_base(&d, TX, 0x10000), EINVAL);
}

static void misaligned_ring(void)
{
	struct device d;
	struct ring *r = &d.ring[TX];

	device_prepare(&d, 64);
	r->avail = (void *)((char *)r->avail + 1);
	must_fail(set_addr(&d, TX), EINVAL);
	ring_place(r, d.area[TX]);
	r->used = (void *)((char *)r->used + 2);
	must_fail(set_addr(&d, TX), EINVAL);
	ring_place(r, d.area[TX]);
	d.addr_flags = 0x80;
	must_fail(set_addr(&d, TX), EOPNOTSUPP);
	d.addr_flags = 0;
	must(set_addr(&d, TX));
	device_resume(&d);
	traffic_tx(&d, BATCH);
}

/* A ring in the kernel's half of the address space must never be reached. */
static void ring_in_kernel_memory(void)
{
	struct device d;

	device_prepare(&d, 64);
	ring_place(&d.ring[TX], (void *)0xffffffff81000000UL);
	must(set_addr(&d, TX));
	must_fail(set_backend(&d, TX, d.tap.fd), EFAULT);
	ring_place(&d.ring[TX], d.area[TX]);
	must(set_addr(&d, TX));
	device_resume(&d);
	ring_place(&d.ring[TX], (void *)0xffffffff81000000UL);
	must_fail(set_addr(&d, TX), EINVAL);
	ring_place(&d.ring[TX], d.area[TX]);
	traffic_tx(&d, BATCH);
}

static void ring_not_mapped(void)
{
	struct device d;

	device_prepare(&d, 64);
	ring_place(&d.ring[TX], (void *)PAGE);
	must(set_addr(&d, TX));
	must_fail(set_backend(&d, TX, d.tap.fd), EFAULT);
	ring_place(&d.ring[TX], d.area[TX]);
	must(set_addr(&d, TX));
	device_resume(&d);
	traffic_tx(&d, BATCH);
}

static void backend_without_table(void)
{
	struct device d;

	device_open(&d);
	tap_open(&d.tap, VNET_HDR);
	must(set_owner(&d));
	must_fail(set_backend(&d, TX, d.tap.fd), EFAULT);
	d.arena = map_pages(ARENA_BYTES);
	must(set_memory(&d));
	/* A table, but no ring. */
	must_fail(set_backend(&d, TX, d.tap.fd), EFAULT);
}

static void backend_not_a_socket(void)
{
	struct device d;

	device_prepare(&d, 64);
	must_fail(set_backend(&d, TX, d.ring[TX].kick), ENOTSOCK);
	must_fail(set_backend(&d, TX, d.fd), ENOTSOCK);
	must_fail(set_backend(&d, TX, 1000), ENOTSOCK);
	device_resume(&d);
	/* Refused ones must leave the good one alone. */
	must_fail(set_backend(&d, TX, d.ring[TX].kick), ENOTSOCK);
	traffic_both(&d);
}

static void busy_while_active(void)
{
	struct device d;

	device_start(&d, 64);
	must_fail(set_num(&d, TX, 64), EBUSY);
	must_fail(set_base(&d, TX, 0), EBUSY);
	must(set_addr(&d, TX));
	traffic_tx(&d, BATCH);
	must(set_backend(&d, TX, -1));
	must(set_num(&d, TX, 64));
}

static void bad_memory_table(void)
{
	struct vhost_memory *m = calloc(1, sizeof(*m) +
					65 * sizeof(m->regions[0]));
	struct device d;
	int i;

	device_open(&d);
	must(set_owner(&d));
	for (i = 0; i < 65; i++) {
		m->regions[i].guest_phys_addr = i * 0x10000UL;
		m->regions[i].memory_size = 0x1000;
		m->regions[i].userspace_addr = 0x10000000UL + i * 0x10000UL;
	}
	m->nregions = 65;
	must_fail(request(&d, VHOST_SET_MEM_TABLE, m), E2BIG);
	m->nregions = 64;
	must(request(&d, VHOST_SET_MEM_TABLE, m));
	m->padding = 1;
	must_fail(request(&d, VHOST_SET_MEM_TABLE, m), EOPNOTSUPP);
	m->padding = 0;
	m->nregions = 1;
	m->regions[0].guest_phys_addr = ~0UL - 0xff;	/* wraps around */
	must_fail(request(&d, VHOST_SET_MEM_TABLE, m), EFAULT);
	must_fail(request(&d, VHOST_SET_MEM_TABLE, NULL), EFAULT);
	m->nregions = 0;
	must(request(&d, VHOST_SET_MEM_TABLE, m));
	free(m);
}

/* Checked when a ring uses it, which here it does. */
static void table_of_kernel_memory(void)
{
	struct device d;
	char *arena;

	device_start(&d, 64);
	arena = d.arena;
	d.arena = (char *)0xffffffff81000000UL;
	must_fail(set_memory(&d), EFAULT);
	d.arena = arena;
	traffic_both(&d);
}

static void bad_event(void)
{
	static const unsigned long codes[] = {
		VHOST_SET_VRING_KICK, VHOST_SET_VRING_CALL, VHOST_SET_VRING_ERR,
	};
	struct device d;
	size_t i;

	device_start(&d, 64);
	for (i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		must_fail(set_event(&d, codes[i], TX, 1000), EBADF);
		must_fail(set_event(&d, codes[i], TX, d.tap.fd), EINVAL);
	}
	traffic_tx(&d, BATCH);
}

static void unknown_request(void)
{
	struct device d;

	device_open(&d);
	must(set_owner(&d));
	must_fail(request(&d, _IO(VHOST_VIRTIO, 0xee), NULL), EFAULT);
	must_fail(request(&d, VHOST_SET_FEATURES, NULL), EFAULT);
	must_fail(request(&d, VHOST_NET_SET_BACKEND, NULL), EFAULT);
}

static const struct ktap_case cases[] = {
	{ "ioctl-repeated-open", repeated_open },
	{ "ioctl-needs-owner", needs_owner },
	{ "ioctl-owner-twice", owner_twice },
	{ "ioctl-unknown-feature", unknown_feature },
	{ "ioctl-bad-index", bad_index },
	{ "ioctl-bad-num", bad_num },
	{ "ioctl-misaligned-ring", misaligned_ring },
	{ "ioctl-ring-in-kernel-memory", ring_in_kernel_memory },
	{ "ioctl-ring-not-mapped", ring_not_mapped },
	{ "ioctl-backend-without-table", backend_without_table },
	{ "ioctl-backend-not-a-socket", backend_not_a_socket },
	{ "ioctl-busy-while-active", busy_while_active },
	{ "ioctl-bad-memory-table", bad_memory_table },
	{ "ioctl-table-of-kernel-memory", table_of_kernel_memory },
	{ "ioctl-bad-event", bad_event },
	{ "ioctl-unknown-request", unknown_request },
};

const struct ktap_group ioctl_tests = CASES(cases);
