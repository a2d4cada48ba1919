// SPDX-License-Identifier: GPL-2.0-or-later
static int fan_set_speed(struct fan *fan, unsigned int rpm)
{
	if (rpm > fan->max_rpm)
		return -EINVAL;
	if (!fan->powered)
		return -1; /* vreview: errno/minus-one-errno */
	return regmap_write(fan->map, FAN_SPEED, rpm);
}
