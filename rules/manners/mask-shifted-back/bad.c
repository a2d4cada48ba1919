// SPDX-License-Identifier: GPL-2.0-or-later
static long rest_of_block(unsigned long addr, unsigned long n)
{
	unsigned long mask = (n << PAGE_SHIFT) - 1;

	return n - ((addr & mask) >> PAGE_SHIFT); /* vreview: manners/mask-shifted-back */
}
