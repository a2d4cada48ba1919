// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interfaces that come and go: names, persistence, queues, options.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "iface.h"
#include "tests.h"

#define TUN_PLAIN	(IFF_TUN | IFF_NO_PI)
#define TAP_PLAIN	(IFF_TAP | IFF_NO_PI)
#define TAP_QUEUES	(TAP_PLAIN | IFF_MULTI_QUEUE)

static void creates(void)
{
	char name[IFNAMSIZ] = "made%d", other[IFNAMSIZ] = "made0";
	struct ifreq req = { 0 };
	unsigned int features = 0;
	int fd;

	own_network();
	fd = tun_file();
	must_fail(err(ioctl(fd, TUNGETIFF, &req)), EBADFD);
	must_fail(err(read(fd, &req, sizeof(req))), EBADFD);
	must_fail(err(write(fd, &req, sizeof(req))), EBADFD);
	must_fail(err(ioctl(fd, TUNSETIFF, NULL)), EFAULT);
	must_fail(tun_attach(fd, IFF_NO_PI, NULL), EINVAL);
	must_fail(tun_attach(fd, TUN_PLAIN, (char[IFNAMSIZ]){ "a/b" }), EINVAL);
	must_fail(tun_attach(fd, TUN_PLAIN, (char[IFNAMSIZ]){ "lo" }), EINVAL);
	must(err(ioctl(fd, TUNGETFEATURES, &features)));
	if (!(features & IFF_TAP) || !(features & IFF_TUN))
		fail("features 0x%x", features);
	must(tun_attach(fd, TUN_PLAIN, name));
	if (strcmp(name, "made0") || !is_there("made0"))
		fail("the interface is called %s", name);
	must_fail(tun_attach(fd, TUN_PLAIN, NULL), EEXIST);
	must(err(ioctl(fd, TUNGETIFF, &req)));
	if ((req.ifr_flags & (IFF_TUN | IFF_TAP | IFF_NO_PI)) != TUN_PLAIN)
		fail("flags 0x%x", req.ifr_flags);
	/* Somebody has it. */
	must_fail(tun_attach(tun_file(), TUN_PLAIN, other), EBUSY);
	must_fail(tun_attach(tun_file(), TAP_PLAIN, other), EINVAL);
	must_fail(err(ioctl(fd, _IO('T', 250), NULL)), EINVAL);
	must(err(close(fd)));
	if (is_there("made0"))
		fail("the interface survived its file");
}

static void many(void)
{
	int fds[9];

	own_network();
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 9; i++)
			fds[i] = tun_open(i % 2 ? TAP_PLAIN : TUN_PLAIN, NULL);
		for (int i = 0; i < 9; i++)
			must(err(close(fds[i * 7 % 9])));
		if (is_there("vr0") || is_there("vr8"))
			fail("an interface survived its file");
	}
}

static void persists(void)
{
	char name[IFNAMSIZ] = "keep";
	int fd;

	own_network();
	fd = tun_open(TAP_PLAIN, name);
	must(err(ioctl(fd, TUNSETPERSIST, 1)));
	must(err(ioctl(fd, TUNSETPERSIST, 1)));
	must(err(close(fd)));
	if (!is_there(name))
		fail("the interface did not stay");
	must_fail(tun_attach(tun_file(), TUN_PLAIN, name), EINVAL);
	fd = tun_open(TAP_PLAIN, name);
	must(err(ioctl(fd, TUNSETPERSIST, 0)));
	must(err(close(fd)));
	if (is_there(name))
		fail("the interface stayed");
}

static int queue(int fd, int flag)
{
	struct ifreq req = { .ifr_flags = flag };

	return err(ioctl(fd, TUNSETQUEUE, &req));
}

static void queues(void)
{
	char name[IFNAMSIZ] = "many";
	int fds[4], plain;

	own_network();
	for (int i = 0; i < 4; i++)
		fds[i] = tun_open(TAP_QUEUES, name);
	must_fail(tun_attach(tun_file(), TAP_PLAIN, name), EINVAL);
	bring_up(name, 5);
	must_fail(queue(fds[0], IFF_ATTACH_QUEUE), EINVAL);
	must_fail(queue(fds[0], 0), EINVAL);
	for (int i = 0; i < 4; i++)
		must(queue(fds[i], IFF_DETACH_QUEUE));
	must_fail(queue(fds[0], IFF_DETACH_QUEUE), EINVAL);
	for (int i = 3; i >= 0; i--)
		must(queue(fds[i], IFF_ATTACH_QUEUE));
	must(queue(fds[1], IFF_DETACH_QUEUE));
	must(err(close(fds[0])));
	must(queue(fds[1], IFF_ATTACH_QUEUE));
	must(queue(fds[3], IFF_DETACH_QUEUE));
	/* The detached one does not hold it. */
	must(err(close(fds[1])));
	must(err(close(fds[2])));
	must(err(close(fds[3])));
	if (is_there(name))
		fail("the interface survived its files");
	plain = tun_open(TAP_PLAIN, NULL);
	must_fail(queue(plain, IFF_DETACH_QUEUE), EINVAL);
}

static void options(void)
{
	struct sock_fprog none = { 0 };
	int fd, value;

	own_network();
	fd = tun_open(TAP_PLAIN | IFF_VNET_HDR, NULL);
	value = 4;
	must_fail(err(ioctl(fd, TUNSETVNETHDRSZ, &value)), EINVAL);
	value = 12;
	must(err(ioctl(fd, TUNSETVNETHDRSZ, &value)));
	must_fail(err(ioctl(fd, TUNSETVNETHDRSZ, NULL)), EFAULT);
	value = 0;
	must(err(ioctl(fd, TUNGETVNETHDRSZ, &value)));
	if (value != 12)
		fail("a header of %d bytes", value);
	value = 0;
	must_fail(err(ioctl(fd, TUNSETSNDBUF, &value)), EINVAL);
	value = 1 << 20;
	must(err(ioctl(fd, TUNSETSNDBUF, &value)));
	must_fail(err(ioctl(fd, TUNSETOFFLOAD, 1 << 30)), EINVAL);
	must_fail(err(ioctl(fd, TUNSETOFFLOAD, TUN_F_TSO_ECN | 1 << 30)),
		  EINVAL);
	must(err(ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4)));
	must(err(ioctl(fd, TUNSETOFFLOAD, 0)));
	must_fail(err(ioctl(fd, TUNATTACHFILTER, NULL)), EFAULT);
	must_fail(err(ioctl(fd, TUNATTACHFILTER, &none)), EINVAL);
	must(err(ioctl(fd, TUNDETACHFILTER, NULL)));
	must(err(ioctl(fd, TUNSETOWNER, 0)));
	value = 0;
	must(err(ioctl(fd, TUNSETCARRIER, &value)));
	value = 1;
	must(err(ioctl(fd, TUNSETCARRIER, &value)));
}

/* Fragments through NAPI are for taps alone, and only where both are asked for. */
static void napi(void)
{
	int fd;

	own_network();
	fd = tun_file();
	must_fail(tun_attach(fd, TUN_PLAIN | IFF_NAPI | IFF_NAPI_FRAGS, NULL),
		  EINVAL);
	fd = tun_open(TAP_PLAIN | IFF_NAPI | IFF_NAPI_FRAGS, NULL);
	must(err(close(fd)));
	fd = tun_open(TUN_PLAIN | IFF_NAPI, NULL);
	must(err(close(fd)));
}

static const struct ktap_case cases[] = {
	{ "device-creates", creates },
	{ "device-many", many },
	{ "device-persists", persists },
	{ "device-queues", queues },
	{ "device-options", options },
	{ "device-napi", napi },
};

const struct ktap_group device_tests = CASES(cases);
