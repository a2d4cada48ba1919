// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the counters of /proc that show who holds memory.
 */
#define _GNU_SOURCE
#include "account.h"
#include "ktap.h"

static long status_pages(const char *key)
{
	return number_in("/proc/self/status", key, 0) / 4;
}

/* Each processor counts for itself, and adds up now and then: let all do it. */
static void fold_counters(void)
{
	must(write_proc("/proc/sys/vm/stat_refresh", "1"));
}

struct account account_now(void)
{
	fold_counters();
	return (struct account){
		.locked = status_pages("VmLck:"),
		.pinned = status_pages("VmPin:"),
		.free_huge = number_in("/proc/meminfo", "HugePages_Free:", 0),
		.pins = number_in("/proc/vmstat", "nr_foll_pin_acquired ", 0) -
			number_in("/proc/vmstat", "nr_foll_pin_released ", 0),
	};
}

static void equal(long before, long now, const char *of, const char *what)
{
	if (before != now)
		fail("%s: %s: %ld instead of %ld", what, of, now, before);
}

void account_same(const struct account *before, const char *what)
{
	struct account now = account_now();

	account_holds(before, 0, 0, what);
	equal(before->pins, now.pins, "pins of pages", what);
}

void account_holds(const struct account *before, long locked, long huge,
		   const char *what)
{
	struct account now = account_now();

	equal(before->locked + locked, now.locked, "locked pages", what);
	equal(before->pinned, now.pinned, "VmPin", what);
	equal(before->free_huge - huge, now.free_huge, "free huge pages", what);
}
