// SPDX-License-Identifier: GPL-2.0-or-later
static void lamp_blink(struct work_struct *work)
{
	struct lamp *lamp = container_of(work, struct lamp, blink);

	lamp_show(lamp, lamp->pattern[lamp->step]);
}

static int lamp_probe(struct lamp *lamp)
{
	INIT_WORK(&lamp->blink, lamp_blink);
	return lamp_register(lamp);
}

static void lamp_remove(struct lamp *lamp)
{
	kfree(lamp->pattern); /* vreview: uaf/freed-before-stopped */
	cancel_work_sync(&lamp->blink);
}
