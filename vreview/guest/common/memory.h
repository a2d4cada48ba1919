/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of each kind for the cases, and what /proc says of it.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

#define PAGE	4096UL
#define HUGE	(2UL << 20)
#define HUGE_POOL	16	/* huge pages that the cases may share */

/* The number behind @key at the start of a line; @missing without that line. */
long number_in(const char *path, const char *key, long missing);
/* 0 or -errno. */
int write_proc(const char *path, const char *text);

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
