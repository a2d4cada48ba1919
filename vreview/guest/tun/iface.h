/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces: the tun device's files, addresses, and UDP over them.
 */
#ifndef IFACE_H
#define IFACE_H

#include <linux/if_tun.h>
#include <net/if.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* 0 or -errno of a call that gives -1. */
#define err(call)	((long)(call) == -1 ? -errno : 0)
/* The same, but what it gives when it works. */
#define got(call)	must(({ long ret_ = (call); ret_ == -1 ? -errno : ret_; }))

/* A network namespace of the case's own, with lo up. Skips where there are none. */
void own_network(void);

/* /dev/net/tun, not blocking. Skips the case where there is none. */
int tun_file(void);
/* TUNSETIFF: 0 or -errno. @name is changed to what it became; may be NULL. */
int tun_attach(int fd, int flags, char name[IFNAMSIZ]);
/* Both. */
int tun_open(int flags, char name[IFNAMSIZ]);

int is_there(const char *name);
void set_flags(const char *name, int flags);
/* 10.x.y.1/24 and up, without neighbour discovery. */
void bring_up(const char *name, int net);

/* A UDP socket on 10.x.y.1 with that port, not blocking. */
int udp_socket(int net, int port);
/* An IPv4 packet with UDP from 10.x.y.2 to 10.x.y.1; its length. */
size_t udp_packet(unsigned char *p, int net, int port, const char *text);
/* Reads from @fd until a packet with UDP to @port is there; its text, or NULL. */
const char *udp_text(int fd, size_t header, int port);
/* Polls, for as long as the case may wait. */
int readable(int fd);

#endif
