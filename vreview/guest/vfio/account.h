/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What memory is held by pins: taken before and after, and compared.
 */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "memory.h"

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

#endif
