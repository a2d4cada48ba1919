// SPDX-License-Identifier: GPL-2.0-or-later
static int dish_get(struct usbnet *dev, u16 reg, u16 size, void *data)
{
	int ret = usbnet_read_cmd(dev, DISH_GET, DISH_IN, 0, reg, data, size);

	if (ret != size && ret >= 0)
		ret = -ENODATA;
	return ret;
}

/* Counted by the callee; counted here; set before; not read. */
static int dish_angle(struct usbnet *dev, int *angle)
{
	__le16 raw, fine, height = 0, unused;
	int ret;

	ret = dish_get(dev, DISH_ANGLE, 2, &raw);
	if (ret < 0)
		return ret;
	ret = usbnet_read_cmd(dev, DISH_GET, DISH_IN, 0, DISH_FINE, &fine, 2);
	if (ret < (int)sizeof(fine))
		return -ENODATA;
	ret = usbnet_read_cmd(dev, DISH_GET, DISH_IN, 0, DISH_HEIGHT, &height, 2);
	if (ret < 0)
		return ret;
	ret = usbnet_read_cmd(dev, DISH_GET, DISH_IN, 0, DISH_ACK, &unused, 2);
	if (ret < 0)
		return ret;
	*angle = le16_to_cpu(raw) + le16_to_cpu(fine) + le16_to_cpu(height);
	return 0;
}
