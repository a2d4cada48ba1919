/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tap interface and a packet socket on it: the far end of a vhost-net device.
 */
#ifndef TAP_H
#define TAP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* IEEE 802, for local experiments: no protocol of the kernel takes it. */
#define ETHERTYPE	0x88b5
#define VNET_HDR	12	/* struct virtio_net_hdr_v1 */

struct tap {
	int fd;		/* the backend of a vhost device */
	int sock;	/* packet socket; -1 without */
	int ifindex;
	char name[16];
};

/*
 * An interface that is up, with a virtio_net header of @hdr bytes. Packets
 * can be seen and sent at its far end after tap_listen(). Ends the case when
 * there is no tun driver (skip) or it refuses (fail).
 */
void tap_open(struct tap *t, int hdr);
void tap_listen(struct tap *t);
/* Takes the socket away again: what reaches the interface is dropped at once. */
void tap_deafen(struct tap *t);
void tap_close(struct tap *t);

/* One frame from or to the interface's stack side; -errno. */
ssize_t tap_receive(struct tap *t, void *frame, size_t size, int limit_ms);
ssize_t tap_send(struct tap *t, const void *frame, size_t len);

#endif
