// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest's virtio-vsock device, as far as the tests need one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"
#include "ktap.h"

int request(struct guest *g, unsigned long code, void *arg)
{
	return err(ioctl(g->fd, code, arg));
}

int set_cid(struct guest *g, uint64_t cid)
{
	return request(g, VHOST_VSOCK_SET_GUEST_CID, &cid);
}

int set_running(struct guest *g, int running)
{
	return request(g, VHOST_VSOCK_SET_RUNNING, &running);
}

void guest_open(struct guest *g)
{
	memset(g, 0, sizeof(*g));
	g->room = 1 << 18;
	g->host_port = HOST_PORT;
	g->fd = open("/dev/vhost-vsock", O_RDWR | O_CLOEXEC);
	if (g->fd < 0 && (errno == ENOENT || errno == ENODEV))
		skip("no vhost-vsock: /dev/vhost-vsock: %s", strerror(errno));
	got(g->fd);
}

static void prepare_queue(struct guest *g, int q)
{
	struct ring *r = &g->ring[q];
	struct vhost_vring_state num = { .index = q, .num = NUM };
	struct vhost_vring_state base = { .index = q };
	struct vhost_vring_file file = { .index = q };
	struct vhost_vring_addr addr = { .index = q };
	void *area = mmap(NULL, RING_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(err(area));
	ring_init(r, NUM);
	ring_place(r, area);
	ring_clear(r);
	addr.desc_user_addr = (uintptr_t)r->desc;
	addr.avail_user_addr = (uintptr_t)r->avail;
	addr.used_user_addr = (uintptr_t)r->used;
	must(request(g, VHOST_SET_VRING_NUM, &num));
	must(request(g, VHOST_SET_VRING_BASE, &base));
	must(request(g, VHOST_SET_VRING_ADDR, &addr));
	file.fd = r->kick;
	must(request(g, VHOST_SET_VRING_KICK, &file));
	file.fd = r->call;
	must(request(g, VHOST_SET_VRING_CALL, &file));
	file.fd = r->err;
	must(request(g, VHOST_SET_VRING_ERR, &file));
}

static char *slot(struct guest *g, int q, int i)
{
	return g->memory + (q * NUM + i) * SLOT;
}

static void post(struct guest *g, int i)
{
	ring_describe(&g->ring[RX], i, (uintptr_t)slot(g, RX, i), SLOT,
		      VRING_DESC_F_WRITE, 0);
	ring_queue(&g->ring[RX], i);
	ring_publish(&g->ring[RX]);
}

void guest_prepare(struct guest *g)
{
	const size_t bytes = QUEUES * NUM * SLOT;
	uint64_t features = 1ULL << VIRTIO_F_VERSION_1;
	struct {
		struct vhost_memory head;
		struct vhost_memory_region region;
	} m = { .head.nregions = 1 };

	guest_open(g);
	g->memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(err(g->memory));
	/* The guest's addresses are ours. */
	m.region.guest_phys_addr = m.region.userspace_addr =
		(uintptr_t)g->memory;
	m.region.memory_size = bytes;
	must(request(g, VHOST_SET_OWNER, NULL));
	must(request(g, VHOST_SET_FEATURES, &features));
	must(request(g, VHOST_SET_MEM_TABLE, &m));
	prepare_queue(g, RX);
	prepare_queue(g, TX);
}

/* What a case that failed has left behind may take a moment to go. */
static int get_cid(struct guest *g, uint64_t cid)
{
	int ret, left_ms = patience_ms();

	while ((ret = set_cid(g, cid)) == -EADDRINUSE && (left_ms -= 10) > 0)
		poll(NULL, 0, 10);
	return ret;
}

void guest_start(struct guest *g, uint64_t cid)
{
	guest_prepare(g);
	g->cid = cid;
	must(get_cid(g, cid));
	must(set_running(g, 1));
	for (unsigned int i = 0; i < NUM; i++)
		post(g, ring_take(&g->ring[RX]));
	ring_force_kick(&g->ring[RX]);
}

void guest_close(struct guest *g)
{
	must(err(close(g->fd)));
	for (int q = 0; q < QUEUES; q++) {
		close(g->ring[q].kick);
		close(g->ring[q].call);
		close(g->ring[q].err);
		munmap(g->ring[q].desc, RING_BYTES);
	}
	munmap(g->memory, QUEUES * NUM * SLOT);
}

struct virtio_vsock_hdr header(struct guest *g, int op, uint32_t len)
{
	return (struct virtio_vsock_hdr){
		.src_cid = g->cid, .dst_cid = VMADDR_CID_HOST,
		.src_port = GUEST_PORT, .dst_port = g->host_port, .len = len,
		.type = VIRTIO_VSOCK_TYPE_STREAM, .op = op,
		.buf_alloc = g->room, .fwd_cnt = g->forwarded,
	};
}

void guest_sends_bytes(struct guest *g, const void *bytes, size_t len)
{
	struct ring *r = &g->ring[TX];
	int i;

	while (ring_pending(r))
		ring_reap(r);
	i = ring_take(r);
	if (i < 0 && ring_wait(r, 1, patience_ms()))
		i = ring_reap(r).id, ring_take(r);
	if (i < 0)
		fail("the host takes nothing from the guest");
	memcpy(slot(g, TX, i), bytes, len);
	ring_describe(r, i, (uintptr_t)slot(g, TX, i), len, 0, 0);
	ring_queue(r, i);
	ring_publish(r);
	ring_force_kick(r);
}

void guest_sends(struct guest *g, struct virtio_vsock_hdr h, const void *data)
{
	char packet[SLOT];

	memcpy(packet, &h, sizeof(h));
	if (h.len)
		memcpy(packet + sizeof(h), data, h.len);
	guest_sends_bytes(g, packet, sizeof(h) + h.len);
}

struct virtio_vsock_hdr guest_gets(struct guest *g, void *data, size_t size)
{
	struct virtio_vsock_hdr h;
	struct ring *r = &g->ring[RX];
	struct used u;

	if (!ring_wait(r, 1, patience_ms()))
		fail("nothing came for the guest");
	u = ring_reap(r);
	memcpy(&h, slot(g, RX, u.id), sizeof(h));
	if (u.len != sizeof(h) + h.len || h.len > SLOT - sizeof(h))
		fail("a packet of %u bytes says that it holds %u", u.len, h.len);
	if (h.src_cid != VMADDR_CID_HOST || h.dst_cid != g->cid)
		fail("a packet from %d to %d", (int)h.src_cid, (int)h.dst_cid);
	if (h.len > size)
		fail("%u bytes are more than %zu", h.len, size);
	if (h.len)
		memcpy(data, slot(g, RX, u.id) + sizeof(h), h.len);
	if (h.op == VIRTIO_VSOCK_OP_RW)
		g->forwarded += h.len;
	post(g, ring_take(r));
	ring_force_kick(r);
	return h;
}

struct virtio_vsock_hdr guest_gets_op(struct guest *g, int op, void *data,
				      size_t size)
{
	struct virtio_vsock_hdr h;

	do
		h = guest_gets(g, data, size);
	while (h.op == VIRTIO_VSOCK_OP_CREDIT_UPDATE ||
	       h.op == VIRTIO_VSOCK_OP_CREDIT_REQUEST);
	if (h.op != op)
		fail("a packet of kind %d instead of %d", h.op, op);
	return h;
}

struct sockaddr_vm at(unsigned int cid, unsigned int port)
{
	return (struct sockaddr_vm){ .svm_family = AF_VSOCK, .svm_cid = cid,
				     .svm_port = port };
}

int host_listens(int type)
{
	struct sockaddr_vm here = at(VMADDR_CID_ANY, HOST_PORT);
	int s = got(socket(AF_VSOCK, type, 0));

	must(err(bind(s, (void *)&here, sizeof(here))));
	must(err(listen(s, 4)));
	return s;
}

int readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return got(poll(&p, 1, patience_ms())) == 1;
}

int connected(struct guest *g, int *listener)
{
	*listener = host_listens(SOCK_STREAM);
	guest_sends(g, header(g, VIRTIO_VSOCK_OP_REQUEST, 0), NULL);
	guest_gets_op(g, VIRTIO_VSOCK_OP_RESPONSE, NULL, 0);
	if (!readable(*listener))
		fail("the host has nothing to accept");
	return got(accept(*listener, NULL, NULL));
}
