// SPDX-License-Identifier: GPL-2.0-or-later
static int lamp_probe(struct platform_device *pdev)
{
	struct lamp *lamp = devm_kzalloc(&pdev->dev, sizeof(*lamp), GFP_KERNEL);
	struct net_device *netdev;

	if (!lamp)
		return -ENOMEM;
	netdev = devm_alloc_etherdev(&pdev->dev, 0);
	if (!netdev) {
		kfree(lamp); /* vreview: uaf/managed-memory-freed */
		return -ENOMEM;
	}
	platform_set_drvdata(pdev, netdev);
	return register_netdev(netdev);
}

static void lamp_remove(struct platform_device *pdev)
{
	struct net_device *netdev = platform_get_drvdata(pdev);

	unregister_netdev(netdev);
	free_netdev(netdev); /* vreview: uaf/managed-memory-freed */
}

static int lamp_buffer(struct device *dev, struct lamp *lamp)
{
	lamp->buffer = devm_kzalloc(dev, 64, GFP_KERNEL);
	return lamp->buffer ? 0 : -ENOMEM;
}

static void lamp_forget(struct lamp *lamp)
{
	kfree(lamp->buffer); /* vreview: uaf/managed-memory-freed */
	lamp->buffer = NULL;
}
