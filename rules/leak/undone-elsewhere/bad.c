// SPDX-License-Identifier: GPL-2.0-or-later
static int meter_probe(struct meter *meter)
{
	int ret;

	meter->queue = alloc_workqueue("meter", 0, 0);
	if (!meter->queue)
		return -ENOMEM;
	ret = meter_calibrate(meter);
	if (ret)
		return ret; /* vreview: leak/undone-elsewhere */
	return 0;
}

static void meter_remove(struct meter *meter)
{
	destroy_workqueue(meter->queue);
}
