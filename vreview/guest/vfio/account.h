/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What memory is held by pins: taken before and after, and compared.
 */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include <stddef.h>

#define PAGE	4096UL
#define HUGE	(2UL << 20)

struct account {
	long locked;		/* pages: VmLck of this process */
	long pinned;		/* pages: VmPin of this process */
	long free_huge;		/* huge pages that nobody has */
	long pins;		/* taken and not given back, in the whole system */
};

struct account account_now(void);
/* Fails the case where now differs from @before; @what goes into the reason. */
void account_same(const struct account *before, const char *what);
/* The same, but for this many more locked pages and fewer free huge pages. */
void account_holds(const struct account *before, long locked, long huge,
		   const char *what);

/* Memory that is there (every page written), with no huge page in it. */
char *small_pages(size_t bytes);
/* Private huge pages, untouched. Skips the case where they cannot be had. */
char *huge_pages(size_t count);
/*
 * The same at a place of area(), which is aligned for them. What is to go in
 * parts is put there in parts: splitting a hugetlb mapping is not for these
 * tests (6.1.192 warns of it: hugetlb_split() before i_mmap_lock_write()).
 */
char *area(size_t bytes);
void huge_at(char *p, size_t count);
void small_at(char *p, size_t bytes);

#endif
