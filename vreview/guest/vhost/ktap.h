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

/*
 * Runs the cases whose name begins with @prefix (all when it is empty).
 * Returns the number that did not pass.
 */
int ktap_run(const struct ktap_group *groups, size_t count, const char *prefix);
void ktap_list(const struct ktap_group *groups, size_t count);

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
