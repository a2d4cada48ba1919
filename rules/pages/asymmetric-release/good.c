// SPDX-License-Identifier: GPL-2.0-or-later
/* The family's own inverse, in bulk or page by page, and a page that was taken alone. */
static int window_pin(struct window *win, unsigned long addr, int count)
{
	int got = pin_user_pages_fast(addr, count, FOLL_WRITE, win->pages);

	if (got == count)
		return 0;
	if (got > 0)
		unpin_user_pages(win->pages, got);
	return got < 0 ? got : -EFAULT;
}

static void window_touch(struct window *win, struct page *page)
{
	get_page(page);
	window_scan(win, page);
	put_page(page);
}
