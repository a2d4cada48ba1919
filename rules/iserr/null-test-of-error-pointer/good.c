// SPDX-License-Identifier: GPL-2.0-or-later
static struct gauge *gauge_find(struct gauge_chip *chip, int id)
{
	if (id >= chip->count)
		return NULL;
	return &chip->gauges[id];
}

/* Tested for an error; optional, and tested for both; a callee that gives NULL; by a helper. */
static int gauge_probe(struct i2c_client *client, struct gauge_chip *chip)
{
	struct gpio_desc *reset;
	struct gauge *gauge;
	struct clk *clk;

	chip->map = devm_regmap_init_i2c(client, &gauge_map);
	if (IS_ERR(chip->map))
		return PTR_ERR(chip->map);
	reset = devm_gpiod_get_optional(&client->dev, "reset", GPIOD_OUT_LOW);
	if (IS_ERR(reset))
		return PTR_ERR(reset);
	if (reset)
		gpiod_set_value(reset, 1);
	clk = devm_clk_get(&client->dev, "bus");
	if (IS_ERR_OR_NULL(clk))
		return -ENODEV;
	gauge = gauge_find(chip, 0);
	if (!gauge)
		return -ENODEV;
	return gauge_start(gauge);
}
