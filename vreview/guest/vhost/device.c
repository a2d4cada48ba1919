// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost-net through its ioctls, in the order that the kernel wants.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device.h"
#include "ktap.h"

int request(struct device *d, unsigned long code, void *arg)
{
	return ioctl(d->fd, code, arg) < 0 ? -errno : 0;
}

int set_owner(struct device *d)
{
	return request(d, VHOST_SET_OWNER, NULL);
}

int reset_owner(struct device *d)
{
	return request(d, VHOST_RESET_OWNER, NULL);
}

int set_features(struct device *d, uint64_t features)
{
	int ret = request(d, VHOST_SET_FEATURES, &features);

	if (!ret)
		d->features = features;
	return ret;
}

int set_memory(struct device *d)
{
	struct {
		struct vhost_memory head;
		struct vhost_memory_region region;
	} m = {
		.head.nregions = 1,
		.region = {
			.guest_phys_addr = GPA_BASE,
			.memory_size = ARENA_BYTES,
			.userspace_addr = (uintptr_t)d->arena,
		},
	};

	return request(d, VHOST_SET_MEM_TABLE, &m);
}

static int set_state(struct device *d, unsigned long code, int q,
		     unsigned int num)
{
	struct vhost_vring_state s = { .index = q, .num = num };

	return request(d, code, &s);
}

int set_num(struct device *d, int q, unsigned int num)
{
	return set_state(d, VHOST_SET_VRING_NUM, q, num);
}

int set_base(struct device *d, int q, unsigned int num)
{
	return set_state(d, VHOST_SET_VRING_BASE, q, num);
}

int get_base(struct device *d, int q)
{
	struct vhost_vring_state s = { .index = q };
	int ret = request(d, VHOST_GET_VRING_BASE, &s);

	return ret ? ret : (int)s.num;
}

int set_addr(struct device *d, int q)
{
	struct ring *r = &d->ring[q];
	struct vhost_vring_addr a = {
		.index = q,
		.flags = d->addr_flags,
		.desc_user_addr = (uintptr_t)r->desc,
		.avail_user_addr = (uintptr_t)r->avail,
		.used_user_addr = (uintptr_t)r->used,
		.log_guest_addr = d->log_guest_addr,
	};

	return request(d, VHOST_SET_VRING_ADDR, &a);
}

static int set_file(struct device *d, unsigned long code, int q, int fd)
{
	struct vhost_vring_file f = { .index = q, .fd = fd };

	return request(d, code, &f);
}

int set_event(struct device *d, unsigned long code, int q, int fd)
{
	return set_file(d, code, q, fd);
}

int set_backend(struct device *d, int q, int fd)
{
	return set_file(d, VHOST_NET_SET_BACKEND, q, fd);
}

void *map_pages(size_t bytes)
{
	void *p = mmap(NULL, bytes, RW, ANON, -1, 0);

	must_map(p);
	return p;
}

char *slot(struct device *d, int q, int i)
{
	return d->arena + q * QUEUE_BYTES + i * SLOT;
}

uint64_t guest_address(struct device *d, const void *p)
{
	return GPA_BASE + ((const char *)p - d->arena);
}

void device_open(struct device *d)
{
	memset(d, 0, sizeof(*d));
	d->tap.fd = d->tap.sock = -1;
	d->fd = open("/dev/vhost-net", O_RDWR | O_CLOEXEC);
	if (d->fd < 0 && (errno == ENOENT || errno == ENODEV))
		skip("no vhost-net: /dev/vhost-net: %s", strerror(errno));
	must(d->fd < 0 ? -errno : d->fd);
}

static void prepare_queue(struct device *d, int q, unsigned int num)
{
	struct ring *r = &d->ring[q];

	ring_init(r, num);
	r->event_idx = d->features & BIT(VIRTIO_RING_F_EVENT_IDX);
	d->area[q] = map_pages(RING_BYTES);
	ring_place(r, d->area[q]);
	ring_clear(r);
	must(set_num(d, q, num));
	must(set_base(d, q, 0));
	must(set_addr(d, q));
	must(set_event(d, VHOST_SET_VRING_KICK, q, r->kick));
	must(set_event(d, VHOST_SET_VRING_CALL, q, r->call));
	must(set_event(d, VHOST_SET_VRING_ERR, q, r->err));
}

static void prepare(struct device *d, unsigned int num, uint64_t features)
{
	device_open(d);
	tap_open(&d->tap, VNET_HDR);
	tap_listen(&d->tap);
	d->arena = map_pages(ARENA_BYTES);
	must(set_owner(d));
	must(set_features(d, features));
	must(set_memory(d));
	prepare_queue(d, RX, num);
	prepare_queue(d, TX, num);
}

void device_prepare(struct device *d, unsigned int num)
{
	prepare(d, num, FEATURES);
}

void device_resume(struct device *d)
{
	must(set_backend(d, RX, d->tap.fd));
	must(set_backend(d, TX, d->tap.fd));
}

void device_pause(struct device *d)
{
	must(set_backend(d, RX, -1));
	must(set_backend(d, TX, -1));
}

void device_settle(struct device *d)
{
	/* The backend that is already there: only the flush is left of it. */
	device_resume(d);
}

void device_start_with(struct device *d, unsigned int num, uint64_t features)
{
	prepare(d, num, features);
	device_resume(d);
}

void device_start(struct device *d, unsigned int num)
{
	device_start_with(d, num, FEATURES);
}

void device_close(struct device *d)
{
	int q;

	close(d->fd);
	tap_close(&d->tap);
	for (q = 0; q < QUEUES; q++) {
		close(d->ring[q].kick);
		close(d->ring[q].call);
		close(d->ring[q].err);
		munmap(d->area[q], RING_BYTES);
	}
	munmap(d->arena, ARENA_BYTES);
}

int move_ring(struct device *d, int q, void *area)
{
	struct ring *r = &d->ring[q];

	memcpy(area, r->desc, PAGE);
	memcpy((char *)area + PAGE, r->avail, PAGE);
	memcpy((char *)area + 2 * PAGE, r->used, PAGE);
	ring_place(r, area);
	ring_want_kicks(r);
	return set_addr(d, q);
}
