// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost: a virtio user of /dev/vhost-net, as test suite and as benchmark.
 *
 *	vhost test, vhost list		as every suite (ktap.h)
 *	vhost bench --mode MODE		measures; prints at the end
 */
#include <string.h>

#include "bench.h"
#include "tests.h"

static const struct ktap_group *const groups[] = {
	&ioctl_tests, &traffic_tests, &broken_tests, &memory_tests,
	&moves_tests, &backing_tests, &teardown_tests,
};

static const struct ktap_suite suite = {
	.name = "vhost",
	.groups = groups,
	.count = sizeof(groups) / sizeof(groups[0]),
	.usage = "       vhost bench --mode deterministic|wall\n",
};

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "bench") &&
	    !strcmp(argv[2], "--mode")) {
		if (!strcmp(argv[3], "deterministic"))
			return bench(BENCH_DETERMINISTIC);
		if (!strcmp(argv[3], "wall"))
			return bench(BENCH_WALL);
	}
	return ktap_main(&suite, argc, argv);
}
