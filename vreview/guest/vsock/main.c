// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vsock: sockets of this kernel as a host has them, and a guest that is a
 * virtio user of /dev/vhost-vsock.
 */
#include "tests.h"

static const struct ktap_group *const groups[] = {
	&socket_tests, &device_tests, &stream_tests,
};

static const struct ktap_suite suite = {
	.name = "vsock",
	.groups = groups,
	.count = sizeof(groups) / sizeof(groups[0]),
};

int main(int argc, char **argv)
{
	return ktap_main(&suite, argc, argv);
}
