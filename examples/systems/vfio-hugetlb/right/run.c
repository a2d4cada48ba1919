// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many pages from pfn on, of up to npage that the caller has pinned, are
 * in the same hugetlb page: all reserved or none, and to be given back in one
 * step.  1 for what is not in such a page, or has no struct page.
 */
static long vfio_page_run(unsigned long pfn, long npage)
{
	struct page *head;

	if (npage == 1 || !pfn_valid(pfn) || !PageHuge(pfn_to_page(pfn)))
		return 1;

	head = compound_head(pfn_to_page(pfn));
	return min_t(long, npage,
		     page_to_pfn(head) + compound_nr(head) - pfn);
}

/* Give a run back; the number of pages, 0 if they are reserved. */
static long put_pfn_run(unsigned long pfn, long run, int prot)
{
	if (is_invalid_reserved_pfn(pfn))
		return 0;

	unpin_user_page_range_dirty_lock(pfn_to_page(pfn), run,
					 prot & IOMMU_WRITE);
	return run;
}

static void put_pfns(unsigned long pfn, long npage, int prot)
{
	long run;

	for (; npage; npage -= run, pfn += run) {
		run = vfio_page_run(pfn, npage);
		put_pfn_run(pfn, run, prot);
	}
}

/* How many of the pages a mediated device has pinned besides. */
static long vfio_count_vpfns(struct vfio_dma *dma, dma_addr_t iova, long npage)
{
	long count = 0;

	if (RB_EMPTY_ROOT(&dma->pfn_list))
		return 0;

	for (; npage; npage--, iova += PAGE_SIZE)
		count += !!vfio_find_vpfn(dma, iova);

	return count;
}

