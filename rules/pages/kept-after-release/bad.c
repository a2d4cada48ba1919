// SPDX-License-Identifier: GPL-2.0-or-later
static int window_open(struct window *win, unsigned long addr, int count)
{
	struct page **pages = kcalloc(count, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = get_user_pages_fast(addr, count, FOLL_WRITE, pages);
	win->map = window_map(pages, count);
	win->pages = pages;
	win->count = count;
	release_pages(pages, got); /* vreview: pages/kept-after-release */
	return 0;
}

static void window_dirty(struct window *win)
{
	int i;

	for (i = 0; i < win->count; i++)
		set_page_dirty_lock(win->pages[i]);
}
