// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mm: a process and its memory, through the system calls.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests.h"

int in_child(void (*step)(void *arg), void *arg)
{
	pid_t pid = fork();
	int status;

	must(err(pid));
	if (!pid) {
		step(arg);
		_exit(0);
	}
	must(err(waitpid(pid, &status, 0)));
	return status;
}

static void touch(void *arg)
{
	(void)*(volatile char *)arg;
}

static void store(void *arg)
{
	*(volatile char *)arg = 1;
}

void must_die(volatile char *p, int write, int signal)
{
	int status = in_child(write ? store : touch, (void *)p);

	if (!WIFSIGNALED(status) || WTERMSIG(status) != signal)
		fail("%s at %p: status 0x%x instead of %s",
		     write ? "a write" : "a read", (void *)p, status,
		     strsignal(signal));
}

void fill(char *p, size_t pages, char value)
{
	for (size_t i = 0; i < pages; i++)
		memset(p + i * PAGE, value + i, PAGE);
}

void must_hold(const char *p, size_t pages, char value, const char *what)
{
	for (size_t i = 0; i < pages; i++)
		for (size_t k = 0; k < PAGE; k += PAGE - 1)
			if (p[i * PAGE + k] != (char)(value + i))
				fail("%s: page %zu holds %d instead of %d", what,
				     i, p[i * PAGE + k], (char)(value + i));
}

static const struct ktap_group *const groups[] = {
	&map_tests, &advice_tests, &huge_tests, &fault_tests,
};

static const struct ktap_suite suite = {
	.name = "mm",
	.groups = groups,
	.count = sizeof(groups) / sizeof(groups[0]),
};

int main(int argc, char **argv)
{
	return ktap_main(&suite, argc, argv);
}
