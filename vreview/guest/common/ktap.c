// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * KTAP: one child a case, a deadline a case, an honest line for each.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ktap.h"

/*
 * A case takes 0.1 s, but an emulated guest on a busy host may stand still for
 * seconds: what is late is not lost. Only once late ones have used up PATIENCE_S
 * between them, and it is plain that things are lost here, the others hurry.
 */
struct limits {
	int case_s, wait_ms;
};

static const struct limits patient = { .case_s = 45, .wait_ms = 15000 };
static const struct limits hurried = { .case_s = 10, .wait_ms = 2000 };

#define PATIENCE_S	150
#define REAP_LIMIT_S	20	/* after SIGKILL: the time to leave the kernel */
#define MAX_STUCK	2	/* more would only cost time, not tell more */

enum { EXIT_PASSED, EXIT_FAILED, EXIT_SKIPPED };

static const char *suite_name = "suite";
static int report_fd = -1;
static const struct limits *limits = &patient;

int patience_ms(void)
{
	return limits->wait_ms;
}

static void end_case(int status, const char *fmt, va_list args)
{
	char why[256];

	vsnprintf(why, sizeof(why), fmt, args);
	if (report_fd < 0)
		fprintf(stderr, "%s: %s\n", suite_name, why);
	else if (write(report_fd, why, strlen(why)) < 0)
		status = EXIT_FAILED;
	_exit(status);
}

void fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	end_case(EXIT_FAILED, fmt, args);
	__builtin_unreachable();
}

void skip(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	end_case(EXIT_SKIPPED, fmt, args);
	__builtin_unreachable();
}

long must_(long ret, const char *what, const char *file, int line)
{
	if (ret < 0)
		fail("%s:%d: %s: %s", file, line, what, strerror(-ret));
	return ret;
}

void must_fail_(long ret, int error, const char *what, const char *file,
		int line)
{
	if (ret >= 0)
		fail("%s:%d: %s succeeded, expected: %s", file, line, what,
		     strerror(error));
	if (ret != -error)
		fail("%s:%d: %s: %s, expected: %s", file, line, what,
		     strerror(-ret), strerror(error));
}

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	/* A courtesy to who reads the log: without it the tests are the same. */
	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		perror(path);
	close(fd);
}

/* A line in the kernel log, so that a splat there has a case's name near it. */
static void mark(const char *name)
{
	char line[128];

	snprintf(line, sizeof(line), "<6>%s-test: %s\n", suite_name, name);
	write_to("/dev/kmsg", line);
}

/* Waits for @pid until @limit_s have passed; false when it still lives. */
static bool reap(pid_t pid, int limit_s, int *status)
{
	struct timespec now, end, left;
	sigset_t chld;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += limit_s;

	for (;;) {
		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		clock_gettime(CLOCK_MONOTONIC, &now);
		left.tv_sec = end.tv_sec - now.tv_sec;
		left.tv_nsec = end.tv_nsec - now.tv_nsec;
		if (left.tv_nsec < 0) {
			left.tv_sec--;
			left.tv_nsec += 1000000000;
		}
		if (left.tv_sec < 0)
			return false;
		sigtimedwait(&chld, NULL, &left);
	}
}

static pid_t start_case(const struct ktap_case *c, int pipe_fd[2])
{
	sigset_t none;
	pid_t pid;

	fflush(stdout);
	if (pipe2(pipe_fd, O_NONBLOCK | O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid)
		return pid < 0 ? -errno : pid;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	report_fd = pipe_fd[1];
	c->run();
	_exit(EXIT_PASSED);
}

/* One line: "ok", or "not ok" after a "#" line that says why. */
static bool report(int n, const struct ktap_case *c, int status,
		   const char *why)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_PASSED) {
		printf("ok %d %s\n", n, c->name);
		return true;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIPPED) {
		printf("ok %d %s # SKIP %s\n", n, c->name, why);
		return true;
	}
	if (WIFSIGNALED(status))
		printf("# %s: killed by signal %d (%s)\n", c->name,
		       WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (*why)
		printf("# %s: %s\n", c->name, why);
	printf("not ok %d %s\n", n, c->name);
	return false;
}

struct tally {
	int failed, stuck;
	time_t lost_s;	/* what the failed ones took */
};

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static bool run_case(int n, const struct ktap_case *c, int *stuck)
{
	int pipe_fd[2], status = 0;
	char why[300] = "";
	bool in_time, passed;
	ssize_t got;
	pid_t pid;

	if (*stuck >= MAX_STUCK) {
		printf("# %s: not run: %d earlier cases are stuck in the kernel\n"
		       "not ok %d %s\n", c->name, *stuck, n, c->name);
		return false;
	}
	mark(c->name);
	pid = start_case(c, pipe_fd);
	if (pid < 0) {
		printf("# %s: cannot start: %s\nnot ok %d %s\n", c->name,
		       strerror(-pid), n, c->name);
		return false;
	}
	in_time = reap(pid, limits->case_s, &status);
	/* Children of the case may live on; the group is theirs too. */
	kill(-pid, SIGKILL);
	if (in_time) {
		got = read(pipe_fd[0], why, sizeof(why) - 1);
		why[got > 0 ? got : 0] = '\0';
		passed = report(n, c, status, why);
	} else {
		bool died = reap(pid, REAP_LIMIT_S, &status);

		if (!died)
			++*stuck;
		printf("# %s: timed out after %d s%s\nnot ok %d %s\n", c->name,
		       limits->case_s,
		       died ? "" : "; cannot be killed: stuck in the kernel",
		       n, c->name);
		passed = false;
	}
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	return passed;
}

static void count_case(int n, const struct ktap_case *c, struct tally *t)
{
	time_t begin = seconds();

	if (run_case(n, c, &t->stuck))
		return;
	t->failed++;
	t->lost_s += seconds() - begin;
	if (t->lost_s < PATIENCE_S || limits == &hurried)
		return;
	limits = &hurried;
	printf("# the failed cases took %d s: from here on %d s for each case\n",
	       (int)t->lost_s, limits->case_s);
}

/*
 * The cases that were asked for: those whose name begins so, its NUL included
 * or not; or all that come behind the one with that name.
 */
struct choice {
	const char *text;
	size_t len;
	bool after;
};

/* How far one has come in a suite's cases, and whether beyond the one that was named. */
struct place {
	size_t group, next;
	bool beyond;
};

static bool is_chosen(const struct ktap_case *c, const struct choice *asked,
		      struct place *at)
{
	bool named = !strncmp(c->name, asked->text, asked->len);
	bool beyond = at->beyond;

	at->beyond |= named;
	return asked->after ? beyond : named;
}

/* The next case that was asked for, NULL after the last; @at starts as { 0 }. */
static const struct ktap_case *next_case(const struct ktap_suite *s,
					 const struct choice *asked,
					 struct place *at)
{
	for (; at->group < s->count; at->group++, at->next = 0)
		while (at->next < s->groups[at->group]->count) {
			const struct ktap_case *c =
				&s->groups[at->group]->cases[at->next++];

			if (is_chosen(c, asked, at))
				return c;
		}
	return NULL;
}

static int count_chosen(const struct ktap_suite *s, const struct choice *asked)
{
	struct place at = { 0 };
	int n = 0;

	while (next_case(s, asked, &at))
		n++;
	return n;
}

static int run_chosen(const struct ktap_suite *s, const struct choice *asked)
{
	struct place at = { 0 }, again = { 0 };
	struct tally tally = { 0 };
	const struct ktap_case *c;
	sigset_t chld;
	int n = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	signal(SIGPIPE, SIG_IGN);
	suite_name = s->name;
	write_to("/proc/sys/kernel/printk_devkmsg", "on\n");

	printf("KTAP version 1\n1..%d\n", count_chosen(s, asked));
	/* Should the kernel die, the reader still knows what was to come. */
	while ((c = next_case(s, asked, &at)))
		printf("# case %d: %s\n", ++n, c->name);
	for (n = 0; (c = next_case(s, asked, &again));)
		count_case(++n, c, &tally);
	return tally.failed;
}

static int list(const struct ktap_suite *s)
{
	const struct choice all = { "", 0, false };
	struct place at = { 0 };
	const struct ktap_case *c;

	while ((c = next_case(s, &all, &at)))
		puts(c->name);
	return 0;
}

static int usage(const struct ktap_suite *s)
{
	fprintf(stderr, "usage: %s test [--only CASE | --after CASE | PREFIX]\n"
		"       %s list\n%s", s->name, s->name, s->usage ? s->usage : "");
	return 2;
}

int ktap_main(const struct ktap_suite *s, int argc, char **argv)
{
	struct choice asked = { "", 0, false };

	if (argc == 2 && !strcmp(argv[1], "list"))
		return list(s);
	if (argc < 2 || strcmp(argv[1], "test"))
		return usage(s);
	if (argc == 4 && !strcmp(argv[2], "--only"))
		asked = (struct choice){ argv[3], strlen(argv[3]) + 1, false };
	else if (argc == 4 && !strcmp(argv[2], "--after"))
		asked = (struct choice){ argv[3], strlen(argv[3]) + 1, true };
	else if (argc == 3 && argv[2][0] != '-')
		asked = (struct choice){ argv[2], strlen(argv[2]), false };
	else if (argc != 2)
		return usage(s);
	if (!count_chosen(s, &asked)) {
		fprintf(stderr, "%s: there is no such case: %s\n", s->name,
			asked.text);
		return 2;
	}
	return !!run_chosen(s, &asked);
}
