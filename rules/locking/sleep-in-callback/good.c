// SPDX-License-Identifier: GPL-2.0-or-later
/* A spinlock, an attempt, work that may sleep, and an allocation that does not. */
static void blink_work(struct work_struct *work)
{
	struct blink *blink = container_of(work, struct blink, work);

	mutex_lock(&blink->lock);
	blink_write(blink);
	mutex_unlock(&blink->lock);
}

static void blink_expired(struct timer_list *timer)
{
	struct blink *blink = from_timer(blink, timer, timer);
	struct event *event = kmalloc(sizeof(*event), GFP_ATOMIC);

	spin_lock(&blink->state_lock);
	blink->on = !blink->on;
	spin_unlock(&blink->state_lock);
	if (mutex_trylock(&blink->lock)) {
		blink->event = event;
		mutex_unlock(&blink->lock);
	}
	schedule_work(&blink->work);
}

static void blink_init(struct blink *blink)
{
	INIT_WORK(&blink->work, blink_work);
	timer_setup(&blink->timer, blink_expired, 0);
}
