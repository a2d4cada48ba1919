// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interfaces, and packets made by hand.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "iface.h"
#include "ktap.h"

void own_network(void)
{
	if (unshare(CLONE_NEWNET)) {
		if (errno == EINVAL || errno == ENOSYS)
			skip("no network namespaces");
		fail("unshare: %s", strerror(errno));
	}
	set_flags("lo", IFF_UP);
}

int tun_file(void)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 && (errno == ENOENT || errno == ENODEV))
		skip("no tun driver: /dev/net/tun: %s", strerror(errno));
	return got(fd);
}

int tun_attach(int fd, int flags, char name[IFNAMSIZ])
{
	struct ifreq req = { .ifr_flags = flags };
	int ret;

	memcpy(req.ifr_name, name ? name : "vr%d\0\0\0\0\0\0\0\0\0\0\0",
	       IFNAMSIZ);
	ret = err(ioctl(fd, TUNSETIFF, &req));
	if (!ret && name)
		memcpy(name, req.ifr_name, IFNAMSIZ);
	return ret;
}

int tun_open(int flags, char name[IFNAMSIZ])
{
	int fd = tun_file();

	must(tun_attach(fd, flags, name));
	return fd;
}

/* An ioctl of interfaces, through any socket. */
static int ask(unsigned long code, struct ifreq *req)
{
	int s = got(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	int ret = err(ioctl(s, code, req));

	close(s);
	return ret;
}

int is_there(const char *name)
{
	return if_nametoindex(name) != 0;
}

void set_flags(const char *name, int flags)
{
	struct ifreq req = { .ifr_flags = flags };

	strncpy(req.ifr_name, name, IFNAMSIZ - 1);
	must(ask(SIOCSIFFLAGS, &req));
}

static uint32_t address(int net, int host)
{
	return htonl(10 << 24 | net << 8 | host);
}

void bring_up(const char *name, int net)
{
	struct ifreq req = { 0 };
	struct sockaddr_in *a = (void *)&req.ifr_addr;

	strncpy(req.ifr_name, name, IFNAMSIZ - 1);
	a->sin_family = AF_INET;
	a->sin_addr.s_addr = address(net, 1);
	must(ask(SIOCSIFADDR, &req));
	a->sin_addr.s_addr = htonl(0xffffff00);
	must(ask(SIOCSIFNETMASK, &req));
	set_flags(name, IFF_UP | IFF_NOARP);
}

int udp_socket(int net, int port)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = address(net, 1),
	};
	int s = got(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));

	must(err(bind(s, (void *)&a, sizeof(a))));
	return s;
}

static void put16(unsigned char *p, unsigned int value)
{
	p[0] = value >> 8;
	p[1] = value;
}

size_t udp_packet(unsigned char *p, int net, int port, const char *text)
{
	const uint32_t from = address(net, 2), to = address(net, 1);
	size_t len = strlen(text) + 1;
	unsigned int sum = 0;

	memset(p, 0, 28);
	p[0] = 0x45;
	put16(p + 2, 28 + len);
	p[8] = 64;
	p[9] = IPPROTO_UDP;
	memcpy(p + 12, &from, 4);
	memcpy(p + 16, &to, 4);
	for (int i = 0; i < 20; i += 2)
		sum += p[i] << 8 | p[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	put16(p + 10, ~(sum + (sum >> 16)));
	put16(p + 20, 999);
	put16(p + 22, port);
	put16(p + 24, 8 + len);	/* the checksum stays 0: there is none */
	memcpy(p + 28, text, len);
	return 28 + len;
}

int readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return got(poll(&p, 1, patience_ms())) == 1;
}

const char *udp_text(int fd, size_t header, int port)
{
	static unsigned char frame[4096];
	unsigned char *p = frame + header;
	ssize_t n;

	while (readable(fd)) {
		n = read(fd, frame, sizeof(frame) - 1);
		if (n < 0)
			return NULL;
		frame[n] = 0;
		/* Whatever else the stack says of its own is passed over. */
		if (n > (ssize_t)header + 28 && p[0] == 0x45 &&
		    p[9] == IPPROTO_UDP && (p[22] << 8 | p[23]) == port)
			return (const char *)p + 28;
	}
	return NULL;
}
