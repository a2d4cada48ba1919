// SPDX-License-Identifier: GPL-2.0-or-later
/* The way out undoes it; the caller calls the counterpart; managed by the device. */
static int meter_probe(struct meter *meter)
{
	int ret;

	meter->queue = alloc_workqueue("meter", 0, 0);
	if (!meter->queue)
		return -ENOMEM;
	ret = meter_calibrate(meter);
	if (ret)
		destroy_workqueue(meter->queue);
	return ret;
}

static void meter_remove(struct meter *meter)
{
	destroy_workqueue(meter->queue);
}

static int gauge_init(struct gauge *gauge)
{
	gauge->table = kcalloc(TABLE_ROWS, sizeof(u32), GFP_KERNEL);
	if (!gauge->table)
		return -ENOMEM;
	gauge->queue = alloc_workqueue("gauge", 0, 0);
	if (!gauge->queue)
		return -ENOMEM;
	return 0;
}

static void gauge_exit(struct gauge *gauge)
{
	if (gauge->queue)
		destroy_workqueue(gauge->queue);
	kfree(gauge->table);
}

static int gauge_create(struct gauge *gauge)
{
	int ret = gauge_init(gauge);

	if (ret)
		gauge_exit(gauge);
	return ret;
}

static int scale_probe(struct device *dev, struct scale *scale)
{
	scale->table = devm_kcalloc(dev, TABLE_ROWS, sizeof(u32), GFP_KERNEL);
	if (!scale->table)
		return -ENOMEM;
	return scale->sealed ? -EPERM : 0;
}
