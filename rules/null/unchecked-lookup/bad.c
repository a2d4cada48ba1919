// SPDX-License-Identifier: GPL-2.0-or-later
static struct pump *pump_find(struct pump_house *house, u32 id)
{
	if (id >= house->count)
		return NULL;
	return house->pumps[id];
}
static int pump_stop(struct pump_house *house, u32 first, u32 second)
{
	struct pump *pump = pump_find(house, first), *other = pump_find(house, second);

	if (!pump || !other)
		return -ENOENT;
	return pump_write(pump, 0) ?: pump_write(other, 0);
}

static int pump_start(struct pump_house *house, struct platform_device *pdev)
{
	struct resource *res = platform_get_resource(pdev, IORESOURCE_MEM, 0);
	struct pump *pump = pump_find(house, pdev->id);

	house->start = res->start; /* vreview: null/unchecked-lookup */
	return pump_write(pump, pump->speed); /* vreview: null/unchecked-lookup */
}
