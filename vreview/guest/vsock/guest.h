/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both ends of a vsock: the guest's, made by hand over /dev/vhost-vsock, and
 * the host's, which are sockets of this kernel.
 */
#ifndef GUEST_H
#define GUEST_H

#include <linux/vhost.h>
#include <linux/virtio_config.h>
#include <linux/virtio_vsock.h>
#include <stdint.h>
#include <sys/socket.h>
/* After the above. */
#include <linux/vm_sockets.h>

#include "ring.h"

/* 0 or -errno of a call that gives -1. */
#define err(call)	((long)(call) == -1 ? -errno : 0)
/* The same, but what it gives when it works. */
#define got(call)	must(({ long ret_ = (call); ret_ == -1 ? -errno : ret_; }))

enum { RX, TX, QUEUES };

#define CID		42ULL	/* the guest's; the host's is 2 */
#define GUEST_PORT	5000u
#define HOST_PORT	6000u
#define SLOT		4096UL
#define NUM		32u

struct guest {
	int fd;
	uint64_t cid;
	struct ring ring[QUEUES];
	char *memory;			/* NUM slots a queue */
	uint32_t host_port;		/* of the connection */
	uint32_t forwarded;		/* bytes that the guest took */
	uint32_t room;			/* what it says that it can take */
};

/* /dev/vhost-vsock alone. Skips the case where there is none. */
void guest_open(struct guest *g);
/* Owner, memory, rings; not running, without an address. */
void guest_prepare(struct guest *g);
/* All of it, at @cid. */
void guest_start(struct guest *g, uint64_t cid);
void guest_close(struct guest *g);

int request(struct guest *g, unsigned long code, void *arg);
int set_cid(struct guest *g, uint64_t cid);
int set_running(struct guest *g, int running);

/* A header of @op between the guest's and the host's port. */
struct virtio_vsock_hdr header(struct guest *g, int op, uint32_t len);
/* Into the guest's send ring, kicked; not waited for. */
void guest_sends(struct guest *g, struct virtio_vsock_hdr h, const void *data);
/* The same, any bytes. */
void guest_sends_bytes(struct guest *g, const void *bytes, size_t len);
/* The next packet for the guest; fails the case when none comes. */
struct virtio_vsock_hdr guest_gets(struct guest *g, void *data, size_t size);
/* The next one that is no word about credit; it must be of @op. */
struct virtio_vsock_hdr guest_gets_op(struct guest *g, int op, void *data,
				      size_t size);

struct sockaddr_vm at(unsigned int cid, unsigned int port);
/* A socket that listens on the host's port. */
int host_listens(int type);
/* Connected, from the guest: the host's socket. */
int connected(struct guest *g, int *listener);
int readable(int fd);

#endif
