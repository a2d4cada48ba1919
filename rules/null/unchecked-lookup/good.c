// SPDX-License-Identifier: GPL-2.0-or-later
static struct pump *pump_find(struct pump_house *house, u32 id)
{
	if (id >= house->count)
		return NULL;
	return house->pumps[id];
}

static struct pump *pump_at(struct pump_house *house, u32 id)
{
	if (!house->pumps)
		return NULL;
	return house->pumps[id];
}

/* Tested; handed to who tests it; nobody in the file tests it; only on the other path. */
static int pump_start(struct pump_house *house, struct platform_device *pdev)
{
	struct resource *res = platform_get_resource(pdev, IORESOURCE_MEM, 0);
	struct pump *pump = pump_find(house, pdev->id);
	struct pump *first = pump_at(house, 0);

	if (!res)
		return -EINVAL;
	house->start = res->start;
	if (pump)
		pump_write(pump, pump->speed);
	return first->speed;
}

static int pump_map(struct pump_house *house, struct platform_device *pdev)
{
	struct resource *res = platform_get_resource(pdev, IORESOURCE_MEM, 1);

	house->base = devm_ioremap_resource(&pdev->dev, res);
	return PTR_ERR_OR_ZERO(house->base);
}

static int pump_any(struct pump_house *house, struct platform_device *pdev)
{
	struct resource *res = platform_get_resource(pdev, IORESOURCE_MEM, 1);
	struct irq_data *data;

	house->base = devm_ioremap_resource(&pdev->dev, res);
	if (IS_ERR(house->base))
		return PTR_ERR(house->base);
	house->start = res->start;
	data = irq_get_irq_data(house->irq);
	BUG_ON(!data);
	return data->hwirq;
}
