// SPDX-License-Identifier: GPL-2.0-or-later
/* The lock is given back first; the callback only tries it; another work takes another lock. */
static void meter_work(struct work_struct *work)
{
	struct meter *meter = container_of(work, struct meter, work);

	mutex_lock(&meter->lock);
	meter_read(meter);
	mutex_unlock(&meter->lock);
}

static void meter_blink(struct work_struct *work)
{
	struct meter *meter = container_of(work, struct meter, blink);

	if (!mutex_trylock(&meter->lock))
		return;
	meter_toggle(meter);
	mutex_unlock(&meter->lock);
}

static void meter_init(struct meter *meter)
{
	INIT_WORK(&meter->work, meter_work);
	INIT_WORK(&meter->blink, meter_blink);
}

static void meter_stop(struct meter *meter)
{
	mutex_lock(&meter->lock);
	meter->running = false;
	cancel_work_sync(&meter->blink);
	mutex_unlock(&meter->lock);
	cancel_work_sync(&meter->work);
}
