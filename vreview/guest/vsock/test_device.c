// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sockets without a peer, and the device's ioctls.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"
#include "tests.h"

static int vsock(void)
{
	int s = socket(AF_VSOCK, SOCK_STREAM, 0);

	if (s < 0 && errno == EAFNOSUPPORT)
		skip("no vsock: %s", strerror(errno));
	return got(s);
}

static void refuses(void)
{
	struct sockaddr_vm a = at(VMADDR_CID_ANY, 7000);
	int s = vsock(), other = vsock();
	char c = 0;

	must_fail(err(socket(AF_VSOCK, SOCK_RAW, 0)), ESOCKTNOSUPPORT);
	must_fail(err(socket(AF_VSOCK, SOCK_STREAM, 99)), EPROTONOSUPPORT);
	must_fail(err(bind(s, (void *)&a, 4)), EINVAL);
	must_fail(err(bind(s, (void *)(long)4096, sizeof(a))), EFAULT);
	a.svm_cid = 77;
	must_fail(err(bind(s, (void *)&a, sizeof(a))), EADDRNOTAVAIL);
	a = at(VMADDR_CID_ANY, 7000);
	must_fail(err(listen(s, 1)), EINVAL);
	must(err(bind(s, (void *)&a, sizeof(a))));
	must_fail(err(bind(s, (void *)&a, sizeof(a))), EINVAL);
	must_fail(err(bind(other, (void *)&a, sizeof(a))), EADDRINUSE);
	must_fail(err(send(s, &c, 1, MSG_NOSIGNAL)), ENOTCONN);
	must_fail(err(recv(s, &c, 1, MSG_DONTWAIT)), ENOTCONN);
	must_fail(err(shutdown(s, 99)), EINVAL);
	must_fail(err(shutdown(s, SHUT_RDWR)), ENOTCONN);
	must(err(listen(s, 1)));
	must_fail(err(accept4(s, NULL, NULL, 0x40000000)), EINVAL);
	must(err(fcntl(s, F_SETFL, O_NONBLOCK)));
	must_fail(err(accept(s, NULL, NULL)), EAGAIN);
	must(err(close(s)));
	must(err(bind(other, (void *)&a, sizeof(a))));
}

static void options(void)
{
	unsigned long long size = 128 << 10, least = 256 << 10;
	struct timeval never = { -1, 0 };
	socklen_t len = sizeof(size);
	int s = vsock();

	must(err(setsockopt(s, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, &size,
			    sizeof(size))));
	size = 0;
	must(err(getsockopt(s, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, &size,
			    &len)));
	if (size != 128 << 10)
		fail("a buffer of %llu bytes", size);
	/* The least there may be moves it. */
	must(err(setsockopt(s, AF_VSOCK, SO_VM_SOCKETS_BUFFER_MIN_SIZE, &least,
			    sizeof(least))));
	must(err(getsockopt(s, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, &size,
			    &len)));
	if (size != 128 << 10 && size != least)
		fail("a buffer of %llu bytes", size);
	must_fail(err(setsockopt(s, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, &size,
				 4)), EINVAL);
	must_fail(err(setsockopt(s, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE,
				 (void *)4096L, 8)), EFAULT);
	must_fail(err(setsockopt(s, AF_VSOCK, 999, &size, 8)), ENOPROTOOPT);
	must_fail(err(setsockopt(s, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT,
				 &never, sizeof(never))), ERANGE);
	len = 4;
	must_fail(err(getsockopt(s, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, &size,
				 &len)), EINVAL);
}

static void nowhere(void)
{
	struct sockaddr_vm a = at(99, 1234);
	unsigned int cid;
	int s = vsock(), fd;

	if (access("/dev/vhost-vsock", F_OK))
		skip("no vhost-vsock");
	must_fail(err(connect(s, (void *)&a, sizeof(a))), ENODEV);
	must_fail(err(connect(s, (void *)&a, 4)), EINVAL);
	fd = got(open("/dev/vsock", O_RDONLY | O_CLOEXEC));
	must(err(ioctl(fd, IOCTL_VM_SOCKETS_GET_LOCAL_CID, &cid)));
	must_fail(err(ioctl(fd, IOCTL_VM_SOCKETS_GET_LOCAL_CID, NULL)), EFAULT);
}

static void loopback(void)
{
	struct sockaddr_vm a = at(VMADDR_CID_LOCAL, HOST_PORT);
	int listener = host_listens(SOCK_STREAM), s = vsock(), t;
	char data[64];

	if (connect(s, (void *)&a, sizeof(a))) {
		if (errno == ENODEV)
			skip("no loopback: %s", strerror(errno));
		fail("connect: %s", strerror(errno));
	}
	t = got(accept(listener, NULL, NULL));
	must(send(s, "loopback", 9, 0) == 9 ? 0 : -errno);
	must(readable(t) ? 0 : -ETIMEDOUT);
	if (got(recv(t, data, sizeof(data), 0)) != 9 || strcmp(data, "loopback"))
		fail("something else came");
	must(err(close(s)));
	must(readable(t) ? 0 : -ETIMEDOUT);
	if (got(recv(t, data, 1, 0)))
		fail("there is no end");
}

static const struct ktap_case sockets[] = {
	{ "socket-refuses", refuses },
	{ "socket-options", options },
	{ "socket-nowhere", nowhere },
	{ "socket-loopback", loopback },
};

const struct ktap_group socket_tests = CASES(sockets);

static void needs_owner(void)
{
	struct guest g;

	guest_open(&g);
	must_fail(set_running(&g, 1), EPERM);
	must_fail(set_running(&g, 0), EPERM);
	must(request(&g, VHOST_SET_OWNER, NULL));
	must_fail(request(&g, VHOST_SET_OWNER, NULL), EBUSY);
	must_fail(set_running(&g, 1), EFAULT);	/* there are no rings */
	must(set_running(&g, 0));
	must_fail(request(&g, VHOST_VSOCK_SET_RUNNING, NULL), EFAULT);
}

static void addresses(void)
{
	static const uint64_t bad[] = { 0, 1, 2, 0xffffffff, 1ULL << 32 | 42 };
	struct guest g, other;

	guest_open(&g);
	guest_open(&other);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		must_fail(set_cid(&g, bad[i]), EINVAL);
	must_fail(request(&g, VHOST_VSOCK_SET_GUEST_CID, NULL), EFAULT);
	must(set_cid(&g, 900));
	must(set_cid(&g, 900));
	must_fail(set_cid(&other, 900), EADDRINUSE);
	must(set_cid(&g, 901));
	must(set_cid(&other, 900));
	must_fail(set_cid(&g, 900), EADDRINUSE);
	must(err(close(other.fd)));
	must(set_cid(&g, 900));
	must(err(close(g.fd)));
	guest_open(&g);
	must(set_cid(&g, 900));
}

static void features(void)
{
	uint64_t offered = 0, unknown = 1ULL << 63, none = 0;
	struct guest g;

	guest_open(&g);
	must(request(&g, VHOST_GET_FEATURES, &offered));
	if (!(offered & 1ULL << VIRTIO_F_VERSION_1))
		fail("features 0x%llx", (unsigned long long)offered);
	must_fail(request(&g, VHOST_SET_FEATURES, &unknown), EOPNOTSUPP);
	must_fail(request(&g, VHOST_SET_FEATURES, NULL), EFAULT);
	must_fail(request(&g, VHOST_GET_FEATURES, NULL), EFAULT);
	must(request(&g, VHOST_SET_FEATURES, &none));
	must_fail(request(&g, VHOST_SET_BACKEND_FEATURES, &unknown), EOPNOTSUPP);
}

static const struct ktap_case devices[] = {
	{ "device-needs-owner", needs_owner },
	{ "device-addresses", addresses },
	{ "device-features", features },
};

const struct ktap_group device_tests = CASES(devices);
