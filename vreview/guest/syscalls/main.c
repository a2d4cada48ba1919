// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * syscalls: what the common calls promise, errno for errno.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests.h"

int scratch(size_t size)
{
	int fd = memfd_create("scratch", MFD_CLOEXEC);

	if (fd < 0 && errno == ENOSYS)
		skip("no memfd");
	got(fd);
	must(err(ftruncate(fd, size)));
	return fd;
}

void must_exit(int pid, int expected)
{
	int status;

	if (got(waitpid(pid, &status, 0)) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != expected)
		fail("the child ended with status 0x%x", status);
}

static const struct ktap_group *const groups[] = {
	&file_tests, &event_tests, &process_tests, &ring_tests,
};

static const struct ktap_suite suite = {
	.name = "syscalls",
	.groups = groups,
	.count = sizeof(groups) / sizeof(groups[0]),
};

int main(int argc, char **argv)
{
	/* What a case executes: this program with a number to end with. */
	if (argc == 3 && !strcmp(argv[1], "exit"))
		return atoi(argv[2]);
	return ktap_main(&suite, argc, argv);
}
