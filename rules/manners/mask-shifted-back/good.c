// SPDX-License-Identifier: GPL-2.0-or-later
static long rest_of_block(unsigned long addr, unsigned long n)
{
	return n - ((addr >> PAGE_SHIFT) & (n - 1));
}

static unsigned long offset_in_block(unsigned long addr, unsigned long n)
{
	unsigned long mask = (n << PAGE_SHIFT) - 1;

	return addr & mask;
}
