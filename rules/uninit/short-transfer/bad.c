// SPDX-License-Identifier: GPL-2.0-or-later
static int dish_get(struct usbnet *dev, u16 reg, u16 size, void *data)
{
	return usbnet_read_cmd(dev, DISH_GET, DISH_IN, 0, reg, data, size); /* vreview: uninit/short-transfer */
}

static int dish_angle(struct usbnet *dev, int *angle)
{
	__le16 raw;
	int ret;

	ret = dish_get(dev, DISH_ANGLE, 2, &raw); /* vreview: uninit/short-transfer */
	if (ret < 0)
		return ret;
	*angle = le16_to_cpu(raw);
	return 0;
}
