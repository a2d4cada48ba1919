/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INJECT_H
#define INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* One system call of a case: the @occurrence-th of its number and command. */
struct call {
	long nr;
	unsigned long cmd;	/* of ioctl, fcntl and kin; 0 for the others */
	unsigned int occurrence;
	unsigned int places;	/* injectable calls that it made in the kernel */
	char name[96];		/* "VHOST_SET_OWNER", "openat(/dev/vhost-net)" */
};

#define MOST_CALLS 256

/* What a traced run of a program showed. */
struct traced {
	struct call calls[MOST_CALLS];	/* only when it was recorded */
	size_t count;
	bool injected, late, stuck;
	int status;	/* of the program, as wait(2) gives it */
	pid_t pid;	/* of the task whose call was made to fail */
};

/* kernel.c: the fault injection's knobs, the counters of lines, leaks, the log */
bool kernel_ready(void);
void kernel_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool counters_find(void);
bool counters_changed(void);
size_t counters_keep(const char *folder, int run);
void report_leaks(void);
bool put_text(const char *path, const char *text);

/* trace.c: both run @argv to its end, or kill it after @limit_s */
void trace_record(char *const argv[], int limit_s, struct traced *out);
void trace_inject(const char *name, char *const argv[], int limit_s,
		  const struct call *call, unsigned int nth, int run,
		  struct traced *out);

/* names.c */
unsigned long call_cmd(long nr, const unsigned long long args[6]);
void call_name(char *name, size_t size, pid_t pid, long nr,
	       const unsigned long long args[6]);

#endif
