// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tun: the tun driver from both of its sides, and the network around it.
 */
#include "tests.h"

static const struct ktap_group *const groups[] = {
	&device_tests, &packet_tests, &net_tests,
};

static const struct ktap_suite suite = {
	.name = "tun",
	.groups = groups,
	.count = sizeof(groups) / sizeof(groups[0]),
};

int main(int argc, char **argv)
{
	return ktap_main(&suite, argc, argv);
}
