// SPDX-License-Identifier: GPL-2.0-or-later
static int window_pin(struct window *win, unsigned long addr, int count)
{
	int i, got = pin_user_pages_fast(addr, count, FOLL_WRITE, win->pages);

	if (got == count)
		return 0;
	for (i = 0; i < got; i++)
		put_page(win->pages[i]); /* vreview: pages/asymmetric-release */
	return got < 0 ? got : -EFAULT;
}
