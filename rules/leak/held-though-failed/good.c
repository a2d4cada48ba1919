// SPDX-License-Identifier: GPL-2.0-or-later
/* Dropped on failure too; a call that takes nothing when it fails; the caller drops it. */
static int sensor_read(struct sensor *sensor)
{
	int ret = pm_runtime_get_sync(sensor->dev);

	if (ret < 0) {
		pm_runtime_put_noidle(sensor->dev);
		return ret;
	}
	ret = sensor_fetch(sensor);
	pm_runtime_put(sensor->dev);
	return ret;
}

static int sensor_wake(struct sensor *sensor)
{
	int ret = pm_runtime_resume_and_get(sensor->dev);

	if (ret < 0)
		return ret;
	ret = sensor_fetch(sensor);
	pm_runtime_put(sensor->dev);
	return ret;
}

static int sensor_publish(struct sensor *sensor)
{
	int ret = device_register(&sensor->node);

	if (ret) {
		put_device(&sensor->node);
		return ret;
	}
	return 0;
}

static int sensor_add(struct sensor *sensor)
{
	int ret = device_register(&sensor->node);

	if (ret)
		return ret;
	return 0;
}

static int sensor_create(struct sensor *sensor)
{
	int ret = sensor_add(sensor);

	if (ret)
		put_device(&sensor->node);
	return ret;
}

static struct platform_device board_leds;

static int board_init(void)
{
	int ret;

	ret = platform_device_register(&board_leds);
	if (ret)
		return ret;
	board_lit = true;
	return 0;
}
