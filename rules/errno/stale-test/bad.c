// SPDX-License-Identifier: GPL-2.0-or-later
static int sensor_setup(struct sensor *s)
{
	int ret;

	ret = sensor_reset(s);
	if (ret)
		return ret;
	sensor_rate(s, 100); /* vreview: errno/stale-test */
	if (ret)
		return ret;
	return 0;
}

static int sensor_power(struct sensor *s, int on)
{
	int ret;

	return sensor_write(s, POWER, on); /* vreview: errno/stale-test */
	if (ret < 0)
		return ret;
	return sensor_write(s, LED, on);
}
