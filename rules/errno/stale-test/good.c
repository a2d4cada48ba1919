// SPDX-License-Identifier: GPL-2.0-or-later
/* Stored, not settled yet, handed over by address, or tested after an unlock. */
static int sensor_setup(struct sensor *s)
{
	int ret, err = 0;

	ret = sensor_reset(s);
	if (ret)
		return ret;
	ret = sensor_rate(s, 100);
	if (ret)
		return ret;
	sensor_read(s, &err);
	if (err)
		return err;
	mutex_lock(&s->lock);
	ret = sensor_write(s, POWER, 1);
	mutex_unlock(&s->lock);
	if (ret)
		return ret;
	return 0;
}
