// SPDX-License-Identifier: GPL-2.0-or-later
static struct pump *pump_find(struct pump_house *house, u32 id)
{
	if (id >= house->count)
		return NULL;
	return house->pumps[id];
}

static int pump_stop(struct pump_house *house, u32 id)
{
	struct pump *pump = pump_find(house, id);

	return pump ? pump_write(pump, 0) : -ENOENT;
}

static int pump_start(struct pump_house *house, struct platform_device *pdev)
{
	struct resource *res = platform_get_resource(pdev, IORESOURCE_MEM, 0);
	struct pump *pump = pump_find(house, pdev->id);

	house->start = res->start; /* vreview: null/unchecked-lookup */
	return pump_write(pump, pump->speed); /* vreview: null/unchecked-lookup */
}
