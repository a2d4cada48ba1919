// SPDX-License-Identifier: GPL-2.0-or-later
static int __init relay_init(void)
{
	relay_debugfs_init();
	return platform_driver_register(&relay_driver); /* vreview: leak/last-step-fails */
}

static void __exit relay_exit(void)
{
	platform_driver_unregister(&relay_driver);
	relay_debugfs_exit();
}

static int relay_resume(struct relay *relay)
{
	int ret = clk_prepare_enable(relay->bus);

	if (ret)
		return ret;
	return clk_prepare_enable(relay->core); /* vreview: leak/last-step-fails */
}

static void relay_suspend(struct relay *relay)
{
	clk_disable_unprepare(relay->core), clk_disable_unprepare(relay->bus);
}
