// SPDX-License-Identifier: GPL-2.0-or-later
static unsigned long pool_pages(unsigned int order)
{
	return 1UL << order;
}

static unsigned long pool_bytes(unsigned int order)
{
	return BIT(order) * PAGE_SIZE;
}
