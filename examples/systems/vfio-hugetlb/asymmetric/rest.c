// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many of npage pages from pfn on follow it in the same hugetlb page; -1
 * if it is in none.
 */
static long hugetlb_rest(unsigned long pfn, long npage)
{
	struct page *page, *head;

	if (!pfn_valid(pfn))
		return -1;

	page = pfn_to_page(pfn);
	if (!PageHuge(page))
		return -1;

	head = compound_head(page);
	return min_t(long, npage, compound_nr(head) - (page - head)) - 1;
}

