/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test cases, by subject, and what they share.
 */
#ifndef TESTS_H
#define TESTS_H

#include <stddef.h>

#include "ktap.h"
#include "memory.h"

extern const struct ktap_group file_tests;	/* descriptors, paths, pipes */
extern const struct ktap_group event_tests;	/* epoll and what it waits for */
extern const struct ktap_group process_tests;	/* fork, exec, ptrace, futex */
extern const struct ktap_group ring_tests;	/* io_uring */

/* 0 or -errno of a call that gives -1. */
#define err(call)	((long)(call) == -1 ? -errno : 0)
/* The same, but what it gives when it works. */
#define got(call)	must(({ long ret_ = (call); ret_ == -1 ? -errno : ret_; }))

/* An address that no process has, and one of the kernel's. */
#define NOWHERE		((void *)PAGE)
#define KERNEL		((void *)0xffffffff81000000UL)

/* A file without a name, with @size bytes in it. */
int scratch(size_t size);
/* Waits for a child; fails the case unless it exits with @status. */
void must_exit(int pid, int status);

#endif
