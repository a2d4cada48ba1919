// SPDX-License-Identifier: GPL-2.0-or-later
static unsigned long pool_pages(unsigned int order)
{
	return _AC(1, UL) << order; /* vreview: manners/assembler-constant */
}
