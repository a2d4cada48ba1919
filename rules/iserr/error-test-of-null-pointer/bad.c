// SPDX-License-Identifier: GPL-2.0-or-later
static struct meter *meter_lookup(struct meter_bank *bank, int id)
{
	if (id >= bank->count)
		return NULL;
	return bank->meters[id];
}

static int meter_probe(struct device *dev, struct resource *res, struct meter_bank *bank)
{
	struct meter *meter;

	bank->regs = devm_ioremap(dev, res->start, resource_size(res));
	if (IS_ERR(bank->regs)) /* vreview: iserr/error-test-of-null-pointer */
		return PTR_ERR(bank->regs);
	meter = meter_lookup(bank, 0);
	if (IS_ERR(meter)) /* vreview: iserr/error-test-of-null-pointer */
		return PTR_ERR(meter);
	return meter_start(meter);
}
