// SPDX-License-Identifier: GPL-2.0-or-later
/* The last step's error undoes the first; it is handed what the first acquired; it cannot fail. */
static int __init relay_init(void)
{
	int ret;

	relay_debugfs_init();
	ret = platform_driver_register(&relay_driver);
	if (ret)
		relay_debugfs_exit();
	return ret;
}

static void __exit relay_exit(void)
{
	platform_driver_unregister(&relay_driver);
	relay_debugfs_exit();
}

static void relay_clk_off(void *clk)
{
	clk_disable_unprepare(clk);
}

static int relay_resume(struct relay *relay)
{
	int ret = clk_prepare_enable(relay->bus);

	if (ret)
		return ret;
	return devm_add_action_or_reset(relay->dev, relay_clk_off, relay->bus);
}

static void relay_suspend(struct relay *relay)
{
	clk_disable_unprepare(relay->bus);
}

static int relay_start(struct relay *relay)
{
	int ret = clk_prepare_enable(relay->bus);

	if (ret)
		return ret;
	return relay_count(relay);
}

static void relay_stop(struct relay *relay)
{
	clk_disable_unprepare(relay->bus);
}
