// SPDX-License-Identifier: GPL-2.0-or-later
static void blink_expired(struct timer_list *timer)
{
	struct blink *blink = from_timer(blink, timer, timer);

	mutex_lock(&blink->lock); /* vreview: locking/sleep-in-callback */
	blink->on = !blink->on;
	mutex_unlock(&blink->lock);
	mod_timer(&blink->timer, jiffies + HZ);
}

static void blink_init(struct blink *blink)
{
	mutex_init(&blink->lock);
	timer_setup(&blink->timer, blink_expired, 0);
}
