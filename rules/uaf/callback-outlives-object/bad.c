// SPDX-License-Identifier: GPL-2.0-or-later
static void lamp_blink(struct work_struct *work)
{
	struct lamp *lamp = container_of(work, struct lamp, blink);

	lamp_show(lamp, lamp->step);
}

static void lamp_irq(struct lamp *lamp)
{
	schedule_work(&lamp->blink);
}

static int lamp_setup(struct lamp *lamp)
{
	INIT_WORK(&lamp->blink, lamp_blink);
	return lamp_register(lamp, lamp_irq);
}

static void lamp_remove(struct lamp *lamp)
{
	lamp_unregister(lamp);
	kfree(lamp); /* vreview: uaf/callback-outlives-object */
}
