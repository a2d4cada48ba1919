// SPDX-License-Identifier: GPL-2.0-or-later
static struct gauge *gauge_open(struct device *dev, int id)
{
	if (id > 3)
		return ERR_PTR(-EINVAL);
	return gauge_at(dev, id);
}

static int gauge_probe(struct i2c_client *client, struct gauge_chip *chip)
{
	struct gauge *gauge;

	chip->map = devm_regmap_init_i2c(client, &gauge_map);
	if (!chip->map) /* vreview: iserr/null-test-of-error-pointer */
		return -ENOMEM;
	gauge = gauge_open(&client->dev, chip->id);
	if (gauge == NULL) /* vreview: iserr/null-test-of-error-pointer */
		return -ENODEV;
	if (!devm_platform_ioremap_resource(chip->pdev, 0)) /* vreview: iserr/null-test-of-error-pointer */
		return -ENOMEM;
	return gauge_start(gauge);
}
