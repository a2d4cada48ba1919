// SPDX-License-Identifier: GPL-2.0-or-later
static void meter_work(struct work_struct *work)
{
	struct meter *meter = container_of(work, struct meter, work);

	mutex_lock(&meter->lock);
	meter_read(meter);
	mutex_unlock(&meter->lock);
}

static void meter_init(struct meter *meter)
{
	mutex_init(&meter->lock);
	INIT_WORK(&meter->work, meter_work);
}

static void meter_stop(struct meter *meter)
{
	mutex_lock(&meter->lock);
	meter->running = false;
	cancel_work_sync(&meter->work); /* vreview: locking/waiter-under-callback-lock */
	mutex_unlock(&meter->lock);
}
