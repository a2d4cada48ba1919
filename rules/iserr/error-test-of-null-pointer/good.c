// SPDX-License-Identifier: GPL-2.0-or-later
static struct meter *meter_get(struct meter_bank *bank, int id)
{
	if (id < 0)
		return ERR_PTR(-EINVAL);
	if (id >= bank->count)
		return NULL;
	return bank->meters[id];
}

static struct meter *meter_forward(struct meter_bank *bank, int id)
{
	if (!bank)
		return NULL;
	return meter_elsewhere(bank, id);
}

/* Tested for NULL; for both; a callee that gives either; one that hands on what is out of sight. */
static int meter_probe(struct device *dev, struct resource *res, struct meter_bank *bank)
{
	struct meter *meter, *other;

	bank->regs = devm_ioremap(dev, res->start, resource_size(res));
	if (!bank->regs)
		return -ENOMEM;
	bank->name = kstrdup(dev_name(dev), GFP_KERNEL);
	if (IS_ERR_OR_NULL(bank->name))
		return -ENOMEM;
	meter = meter_get(bank, 0);
	if (IS_ERR(meter))
		return PTR_ERR(meter);
	other = meter_forward(bank, 1);
	if (IS_ERR(other))
		return PTR_ERR(other);
	return meter_pair(meter, other);
}
