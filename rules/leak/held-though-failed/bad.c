// SPDX-License-Identifier: GPL-2.0-or-later
static int sensor_read(struct sensor *sensor)
{
	int ret = pm_runtime_get_sync(sensor->dev);

	if (ret < 0)
		return ret; /* vreview: leak/held-though-failed */
	ret = sensor_fetch(sensor);
	pm_runtime_put(sensor->dev);
	return ret;
}

static int sensor_publish(struct sensor *sensor)
{
	int ret = device_register(&sensor->node);

	if (ret) {
		dev_err(sensor->dev, "no device\n");
		return ret; /* vreview: leak/held-though-failed */
	}
	return 0;
}
