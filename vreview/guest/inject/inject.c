// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * inject: runs the cases of a suite again and again, and makes one call after
 * another fail that can: an allocation, a copy from or to user space.
 *
 *	inject --cases FILE --keep FOLDER [--seconds S] [--most N]
 *
 * FILE has a line for each case: its name, then the words of its command, with
 * tabs between. Each command is run once to see which of its system calls run
 * lines that the kernel counts (gcov), and how many calls in each could fail;
 * then once for each of these. That a case fails then is expected: what is
 * looked for is what the kernel says, and what does not come to an end.
 *
 * Output is KTAP; a line "#@ run ..." tells each failure that was made. FOLDER
 * gets the kernel's counters each time that lines ran which never had before.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "inject.h"

#define MOST_CASES	256
#define MOST_WORDS	32
#define MOST_DONE	1024
#define CASE_LIMIT_S	60
#define RUN_LIMIT_S	40

struct test {
	char *name;
	char *argv[MOST_WORDS + 1];
};

struct tally {
	unsigned int calls, failures, late, fresh;
	bool stuck;
};

static struct test tests[MOST_CASES];
static size_t test_count;
static struct call done[MOST_DONE];
static size_t done_count;
static const char *keep = "/dev/shm/vreview-inject";
static unsigned int most = 64;
static time_t end_s;
static int runs;	/* with a failure or without */

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static bool read_cases(const char *path)
{
	char *line = NULL, *rest, *word;
	size_t size = 0, words;
	FILE *in = fopen(path, "re");

	if (!in)
		return false;
	while (test_count < MOST_CASES && getline(&line, &size, in) > 0) {
		struct test *test = &tests[test_count];

		line[strcspn(line, "\n")] = '\0';
		rest = strdup(line);
		test->name = strsep(&rest, "\t");
		for (words = 0; words < MOST_WORDS &&
		     (word = strsep(&rest, "\t")); words++)
			test->argv[words] = word;
		if (words)
			test_count++;
	}
	free(line);
	fclose(in);
	return true;
}

/* One case's call is as good as another's, when as much in it can fail. */
static bool is_done(const struct call *call)
{
	size_t i;

	for (i = 0; i < done_count; i++)
		if (done[i].nr == call->nr && done[i].cmd == call->cmd &&
		    done[i].places == call->places &&
		    !strcmp(done[i].name, call->name))
			return true;
	if (done_count < MOST_DONE)
		done[done_count++] = *call;
	return false;
}

static void tell_end(char *text, size_t size, const struct traced *seen)
{
	if (seen->stuck)
		snprintf(text, size, "stuck");
	else if (seen->late)
		snprintf(text, size, "late");
	else if (WIFEXITED(seen->status))
		snprintf(text, size, "exit-%d", WEXITSTATUS(seen->status));
	else
		snprintf(text, size, "signal-%d", WTERMSIG(seen->status));
}

static void fail_each(const struct test *test, const struct call *call,
		      struct tally *tally)
{
	static struct traced seen;
	unsigned int nth;
	char how[32];
	size_t fresh;

	tally->calls++;
	for (nth = 1; nth <= most && nth <= call->places + 2; nth++) {
		if (seconds() >= end_s || tally->stuck)
			return;
		trace_inject(test->name, test->argv, RUN_LIMIT_S, call, nth,
			     ++runs, &seen);
		fresh = counters_keep(keep, runs);
		kernel_say("run %d ended", runs);
		tell_end(how, sizeof(how), &seen);
		printf("#@ run %d case %s call %s occurrence %u nth %u of %u "
		       "injected %d pid %d ended %s fresh %zu\n",
		       runs, test->name, call->name, call->occurrence, nth,
		       call->places, seen.injected, seen.pid, how, fresh);
		tally->failures += seen.injected;
		tally->late += seen.late;
		tally->fresh += fresh;
		tally->stuck = seen.stuck;
		if (!seen.injected)
			return;
	}
}

/* False when the case stays in the kernel for ever. */
static bool run_test(int n, const struct test *test)
{
	static struct traced plain;
	struct tally tally = { 0 };
	size_t i;

	if (seconds() >= end_s) {
		printf("ok %d %s # SKIP no time is left\n", n, test->name);
		return true;
	}
	trace_record(test->argv, CASE_LIMIT_S, &plain);
	counters_keep(keep, ++runs);
	printf("#@ plain %d case %s\n", runs, test->name);
	if (plain.stuck || plain.late || plain.status) {
		printf("ok %d %s # SKIP it fails by itself (%s %x)\n", n, test->name, plain.late ? "late" : "status", plain.status);
		return !plain.stuck;
	}
	for (i = 0; i < plain.count && !tally.stuck; i++)
		if (!is_done(&plain.calls[i]))
			fail_each(test, &plain.calls[i], &tally);
	printf("# %s: %u calls, %u failures in them, %u runs killed as too "
	       "late\n", test->name, tally.calls, tally.failures, tally.late);
	if (tally.stuck)
		printf("# %s: it cannot be killed: stuck in the kernel\n",
		       test->name);
	printf("%sok %d %s\n", tally.stuck ? "not " : "", n, test->name);
	return !tally.stuck;
}

static int usage(void)
{
	fputs("usage: inject --cases FILE --keep FOLDER [--seconds S] "
	      "[--most N]\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "cases", required_argument, NULL, 'c' },
		{ "keep", required_argument, NULL, 'k' },
		{ "seconds", required_argument, NULL, 's' },
		{ "most", required_argument, NULL, 'm' },
		{ 0 },
	};
	const char *cases = NULL;
	int option, limit_s = 240;
	bool alive = true;
	size_t i;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			cases = optarg;
			break;
		case 'k':
			keep = optarg;
			break;
		case 's':
			limit_s = atoi(optarg);
			break;
		case 'm':
			most = atoi(optarg);
			break;
		default:
			return usage();
		}
	}
	if (!cases || !read_cases(cases))
		return usage();
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n1..%zu\n", test_count);
	if (!kernel_ready()) {
		for (i = 0; i < test_count; i++)
			printf("ok %zu %s # SKIP no fault injection\n", i + 1,
			       tests[i].name);
		return 0;
	}
	mkdir(keep, 0755);
	if (!counters_find())
		puts("# the kernel counts no lines: every system call is taken");
	end_s = seconds() + limit_s;
	for (i = 0; i < test_count && alive; i++)
		alive = run_test(i + 1, &tests[i]);
	for (; i < test_count; i++)
		printf("ok %zu %s # SKIP an earlier one is stuck\n", i + 1,
		       tests[i].name);
	report_leaks();
	return !alive;
}
