// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost: a virtio user of /dev/vhost-net, as test suite and as benchmark.
 *
 *	vhost test [PREFIX]		KTAP; exits with 1 when a case failed
 *	vhost list			the cases' names
 *	vhost bench --mode MODE		measures; prints at the end
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "tests.h"

static int usage(void)
{
	fputs("usage: vhost test [PREFIX]\n"
	      "       vhost list\n"
	      "       vhost bench --mode deterministic|wall\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	const struct ktap_group groups[] = {
		ioctl_tests, traffic_tests, broken_tests, memory_tests,
		moves_tests, backing_tests, teardown_tests,
	};
	const size_t count = sizeof(groups) / sizeof(groups[0]);

	if (argc >= 2 && argc <= 3 && !strcmp(argv[1], "test"))
		return !!ktap_run(groups, count, argc > 2 ? argv[2] : "");
	if (argc == 2 && !strcmp(argv[1], "list")) {
		ktap_list(groups, count);
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "bench") &&
	    !strcmp(argv[2], "--mode")) {
		if (!strcmp(argv[3], "deterministic"))
			return bench(BENCH_DETERMINISTIC);
		if (!strcmp(argv[3], "wall"))
			return bench(BENCH_WALL);
	}
	return usage();
}
