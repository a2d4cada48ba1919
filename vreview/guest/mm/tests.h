/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test cases, by subject, and what they share.
 */
#ifndef TESTS_H
#define TESTS_H

#include "ktap.h"
#include "memory.h"

extern const struct ktap_group map_tests;	/* mmap and kin */
extern const struct ktap_group advice_tests;	/* madvise, mlock, KSM */
extern const struct ktap_group huge_tests;	/* hugetlb and THP */
extern const struct ktap_group fault_tests;	/* fork, userfaultfd, races */

#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)

/* 0 or -errno of a call that gives -1, or a pointer that may be MAP_FAILED. */
#define err(call)	((long)(call) == -1 ? -errno : 0)

/* Runs @step in a child; the wait status. */
int in_child(void (*step)(void *arg), void *arg);
/* Whether a read or a write of that byte ends a child by @signal. */
void must_die(volatile char *p, int write, int signal);
/* Page i holds @value + i in each byte. */
void fill(char *p, size_t pages, char value);
void must_hold(const char *p, size_t pages, char value, const char *what);

#endif
