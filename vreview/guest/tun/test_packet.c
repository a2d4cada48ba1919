// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets through the driver, whole and broken, with and without headers.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "iface.h"
#include "tests.h"

enum { NET = 7, PORT = 4000 };

static void must_arrive(int s, const char *text)
{
	char data[256] = "";

	if (!readable(s))
		fail("\"%s\" did not arrive", text);
	if (recv(s, data, sizeof(data), 0) != (ssize_t)strlen(text) + 1 ||
	    strcmp(data, text))
		fail("\"%s\" arrived instead of \"%s\"", data, text);
}

static void send_out(int s, const char *text)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(PORT + 1),
		.sin_addr.s_addr = htonl(10 << 24 | NET << 8 | 2),
	};

	must(sendto(s, text, strlen(text) + 1, 0, (void *)&to, sizeof(to)) < 0 ?
	     -errno : 0);
}

static void must_leave(int fd, size_t header, const char *text)
{
	const char *seen = udp_text(fd, header, PORT + 1);

	if (!seen || strcmp(seen, text))
		fail("\"%s\" left instead of \"%s\"", seen ? seen : "nothing",
		     text);
}

static int opened(int flags, int *s, char name[IFNAMSIZ])
{
	int fd;

	own_network();
	strcpy(name, "way");
	fd = tun_open(flags, name);
	bring_up(name, NET);
	*s = udp_socket(NET, PORT);
	return fd;
}

static void both_ways(void)
{
	unsigned char p[256];
	char name[IFNAMSIZ];
	int s, fd = opened(IFF_TUN | IFF_NO_PI, &s, name);
	char text[32];

	for (int i = 0; i < 20; i++) {
		text[0] = 'a' + i;
		strcpy(text + 1, ", said the tun");
		got(write(fd, p, udp_packet(p, NET, PORT, text)));
		must_arrive(s, text);
		send_out(s, text);
		must_leave(fd, 0, text);
	}
}

static void through_napi(void)
{
	unsigned char p[256];
	char name[IFNAMSIZ];
	int s, fd = opened(IFF_TUN | IFF_NO_PI | IFF_NAPI, &s, name);

	for (int i = 0; i < 5; i++) {
		got(write(fd, p, udp_packet(p, NET, PORT, "napi")));
		must_arrive(s, "napi");
	}
}

/* Flags and protocol before each packet. */
static void with_info(void)
{
	struct tun_pi info = { .proto = htons(0x0800) };
	unsigned char p[256];
	char name[IFNAMSIZ];
	int s, fd = opened(IFF_TUN, &s, name);

	memcpy(p, &info, sizeof(info));
	got(write(fd, p, 4 + udp_packet(p + 4, NET, PORT, "info")));
	must_arrive(s, "info");
	send_out(s, "back");
	must_leave(fd, 4, "back");
	must_fail(err(write(fd, p, 3)), EINVAL);
}

static void broken(void)
{
	unsigned char p[256];
	char name[IFNAMSIZ];
	int s, fd = opened(IFF_TUN | IFF_NO_PI, &s, name);
	size_t len = udp_packet(p, NET, PORT, "whole");

	must_fail(err(write(fd, "", 0)), EINVAL);
	must_fail(err(write(fd, "\x15", 1)), EINVAL);
	must_fail(err(write(fd, (void *)4096, 64)), EFAULT);
	/* Cut short, or of a wrong length: taken, and dropped further on. */
	for (size_t i = 1; i < len; i++)
		got(write(fd, p, i));
	p[3]++;
	got(write(fd, p, len));
	len = udp_packet(p, NET, PORT, "whole");
	got(write(fd, p, len));
	must_arrive(s, "whole");
	must_fail(err(recv(s, p, 1, 0)), EAGAIN);
	set_flags(name, 0);
	must_fail(err(write(fd, p, len)), EIO);
}

/* A frame of Ethernet with a header of virtio before it. */
static size_t frame(unsigned char *p, const char *name, const char *text)
{
	unsigned char *ethernet = p + sizeof(struct virtio_net_hdr);
	struct ifreq req = { 0 };
	int s = got(socket(AF_INET, SOCK_DGRAM, 0));

	strcpy(req.ifr_name, name);
	must(err(ioctl(s, SIOCGIFHWADDR, &req)));
	close(s);
	memset(p, 0, sizeof(struct virtio_net_hdr) + 14);
	memcpy(ethernet, req.ifr_hwaddr.sa_data, 6);
	ethernet[6] = 2;
	ethernet[12] = 8;
	return sizeof(struct virtio_net_hdr) + 14 +
	       udp_packet(ethernet + 14, NET, PORT, text);
}

static void with_virtio_header(void)
{
	unsigned char p[256];
	struct virtio_net_hdr *h = (void *)p;
	char name[IFNAMSIZ];
	int s, fd = opened(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR, &s, name);
	size_t len = frame(p, name, "virtio");

	got(write(fd, p, len));
	must_arrive(s, "virtio");
	send_out(s, "back");
	must_leave(fd, sizeof(*h) + 14, "back");
	must_fail(err(write(fd, p, sizeof(*h) - 1)), EINVAL);
	must_fail(err(write(fd, p, sizeof(*h) + 4)), EINVAL);
	h->hdr_len = len + 100;
	must_fail(err(write(fd, p, len)), EINVAL);
	h->hdr_len = 0;
	h->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	h->csum_start = 0xfff0;
	h->csum_offset = 6;
	must_fail(err(write(fd, p, len)), EINVAL);
	h->csum_start = 34;
	got(write(fd, p, len));
	must_arrive(s, "virtio");
	h->gso_type = 0x44;
	h->gso_size = 100;
	must_fail(err(write(fd, p, len)), EINVAL);
	h->gso_type = VIRTIO_NET_HDR_GSO_UDP;
	h->gso_size = 0;
	must_fail(err(write(fd, p, len)), EINVAL);
}

/* As many pieces as NAPI takes, and one more. */
static void in_fragments(void)
{
	unsigned char p[256];
	struct iovec parts[32];
	char name[IFNAMSIZ];
	int s, fd = opened(IFF_TAP | IFF_NO_PI | IFF_NAPI | IFF_NAPI_FRAGS, &s,
			   name);
	unsigned char *ethernet = p + sizeof(struct virtio_net_hdr);
	size_t len = frame(p, name, "pieces") - sizeof(struct virtio_net_hdr);

	parts[0] = (struct iovec){ ethernet, 42 };
	parts[1] = (struct iovec){ ethernet + 42, len - 42 };
	for (int i = 0; i < 3; i++) {
		got(writev(fd, parts, 2));
		must_arrive(s, "pieces");
	}
	for (int i = 1; i < 32; i++)
		parts[i] = (struct iovec){ ethernet + 41 + i, 1 };
	must_fail(err(writev(fd, parts, 32)), EMSGSIZE);
	parts[0].iov_len = 8;
	must_fail(err(writev(fd, parts, 2)), EINVAL);
}

/* Nobody reads: the queue fills up, the rest is dropped, and all of it goes. */
static void queue_fills(void)
{
	char name[IFNAMSIZ], p[256];
	int s, n = 0, fd = opened(IFF_TUN | IFF_NO_PI, &s, name);

	for (int i = 0; i < 1500; i++)
		send_out(s, "many");
	while (n < 1100 && read(fd, p, sizeof(p)) > 0)
		n++;
	if (n < 100 || n >= 1100)
		fail("%d of 1500 packets were kept", n);
	must_fail(err(read(fd, p, sizeof(p))), EAGAIN);
	for (int i = 0; i < 100; i++)
		send_out(s, "left");
	must(err(close(fd)));
}

static const struct ktap_case cases[] = {
	{ "packet-both-ways", both_ways },
	{ "packet-through-napi", through_napi },
	{ "packet-with-info", with_info },
	{ "packet-broken", broken },
	{ "packet-with-virtio-header", with_virtio_header },
	{ "packet-in-fragments", in_fragments },
	{ "packet-queue-fills", queue_fills },
};

const struct ktap_group packet_tests = CASES(cases);
