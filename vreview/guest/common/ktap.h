/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs test cases, each in a process of its own, and reports them as KTAP.
 *
 * A case that crashes, hangs or cannot even be killed costs its own line and
 * nothing else. Does not know what is tested.
 */
#ifndef KTAP_H
#define KTAP_H

#include <stddef.h>

struct ktap_case {
	const char *name;
	void (*run)(void);
};

struct ktap_group {
	const struct ktap_case *cases;
	size_t count;
};

struct ktap_suite {
	const char *name;
	const struct ktap_group *const *groups;
	size_t count;
	const char *usage;	/* further lines, of further commands; may be NULL */
};

/*
 * The command line that every suite has, as main() gets it:
 *
 *	NAME test			KTAP; 1 when a case failed
 *	NAME test --only CASE		that case alone
 *	NAME test --after CASE		those that come behind that case
 *	NAME test PREFIX		those whose name begins so
 *	NAME list			the cases' names, one a line
 *
 * Returns main's status: 2 for anything else, and for a case that there is not.
 */
int ktap_main(const struct ktap_suite *s, int argc, char **argv);

/* For the cases: end this case now, with a reason. From any thread. */
__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *fmt, ...);
__attribute__((noreturn, format(printf, 1, 2))) void skip(const char *fmt, ...);

/* The call must succeed (return 0 or more); gives what it returned. */
#define must(call) must_(call, #call, __FILE__, __LINE__)
long must_(long ret, const char *what, const char *file, int line);

/* The call must fail with that errno (calls here return -errno). */
#define must_fail(call, error) \
	must_fail_(call, error, #call, __FILE__, __LINE__)
void must_fail_(long ret, int error, const char *what, const char *file,
		int line);

/* How long a case waits for one event before it says that it never came. */
int patience_ms(void);

#define CASES(array) { array, sizeof(array) / sizeof((array)[0]) }

#endif
