// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes a tap interface, talks to it through a packet socket.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ktap.h"
#include "tap.h"

/* Neighbour discovery would mix its own packets into ours. */
static void disable_ipv6(void)
{
	int fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6",
		      O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1", 1) < 0)
		fail("cannot disable IPv6: %s", strerror(errno));
	close(fd);
}

static int open_tun(void)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 && (errno == ENOENT || errno == ENODEV))
		skip("no tun driver: /dev/net/tun: %s", strerror(errno));
	return must(fd < 0 ? -errno : fd);
}

static void bring_up(struct tap *t)
{
	struct ifreq req = {};
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	must(s < 0 ? -errno : s);
	memcpy(req.ifr_name, t->name, sizeof(t->name));
	must(ioctl(s, SIOCGIFINDEX, &req) ? -errno : 0);
	t->ifindex = req.ifr_ifindex;
	req.ifr_flags = IFF_UP | IFF_RUNNING | IFF_NOARP;
	must(ioctl(s, SIOCSIFFLAGS, &req) ? -errno : 0);
	close(s);
}

void tap_open(struct tap *t, int hdr)
{
	struct ifreq req = { .ifr_name = "vr%d" };

	disable_ipv6();
	t->sock = -1;
	t->fd = open_tun();
	req.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
	must(ioctl(t->fd, TUNSETIFF, &req) ? -errno : 0);
	must(ioctl(t->fd, TUNSETVNETHDRSZ, &hdr) ? -errno : 0);
	memcpy(t->name, req.ifr_name, sizeof(t->name));
	bring_up(t);
}

void tap_listen(struct tap *t)
{
	struct sockaddr_ll here = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETHERTYPE),
		.sll_ifindex = t->ifindex,
	};
	int bytes = 8 << 20;

	/* Protocol 0 until bound: nothing of other interfaces comes in. */
	t->sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	must(t->sock < 0 ? -errno : 0);
	must(setsockopt(t->sock, SOL_SOCKET, SO_RCVBUFFORCE, &bytes,
			sizeof(bytes)) ? -errno : 0);
	must(bind(t->sock, (struct sockaddr *)&here, sizeof(here)) ? -errno : 0);
}

void tap_deafen(struct tap *t)
{
	if (t->sock >= 0)
		close(t->sock);
	t->sock = -1;
}

void tap_close(struct tap *t)
{
	tap_deafen(t);
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

ssize_t tap_receive(struct tap *t, void *frame, size_t size, int limit_ms)
{
	struct pollfd p = { .fd = t->sock, .events = POLLIN };
	struct sockaddr_ll from;
	socklen_t from_len;
	ssize_t got;

	do {
		if (poll(&p, 1, limit_ms) <= 0)
			return -ETIMEDOUT;
		from_len = sizeof(from);
		got = recvfrom(t->sock, frame, size, MSG_DONTWAIT | MSG_TRUNC,
			       (struct sockaddr *)&from, &from_len);
		/* What we sent ourselves comes by as well. */
	} while (got >= 0 && from.sll_pkttype == PACKET_OUTGOING);
	return got < 0 ? -errno : got;
}

ssize_t tap_send(struct tap *t, const void *frame, size_t len)
{
	ssize_t sent = send(t->sock, frame, len, MSG_DONTWAIT);

	return sent < 0 ? -errno : sent;
}
