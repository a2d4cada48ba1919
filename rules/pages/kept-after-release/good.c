// SPDX-License-Identifier: GPL-2.0-or-later
/* Released where the last user is gone; released on the way out of an error; forgotten at once. */
static int window_open(struct window *win, unsigned long addr, int count)
{
	int got = get_user_pages_fast(addr, count, FOLL_WRITE, win->pages);

	if (got != count) {
		release_pages(win->pages, got);
		return -EFAULT;
	}
	win->count = count;
	return 0;
}

static void window_dirty(struct window *win)
{
	set_page_dirty_lock(win->pages[0]);
}

static void window_close(struct window *win)
{
	release_pages(win->pages, win->count);
	kfree(win->pages);
	win->pages = NULL;
	win->count = 0;
}
