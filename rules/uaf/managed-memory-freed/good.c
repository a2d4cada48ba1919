// SPDX-License-Identifier: GPL-2.0-or-later
/* Given back by devm's own call, and a plain allocation beside a managed one. */
static int lamp_probe(struct platform_device *pdev)
{
	struct lamp *lamp = devm_kzalloc(&pdev->dev, sizeof(*lamp), GFP_KERNEL);
	struct net_device *netdev, *twin;
	char *name;

	if (!lamp)
		return -ENOMEM;
	name = kstrdup("lamp", GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	twin = devm_alloc_etherdev(&pdev->dev, 0);
	if (!twin) {
		devm_kfree(&pdev->dev, lamp);
		kfree(name);
		return -ENOMEM;
	}
	netdev = alloc_etherdev(0);
	if (!netdev) {
		kfree(name);
		return -ENOMEM;
	}
	platform_set_drvdata(pdev, netdev);
	return lamp_register(netdev, twin, name);
}

static void lamp_remove(struct platform_device *pdev)
{
	free_netdev(platform_get_drvdata(pdev));
}

static int lamp_buffer(struct device *dev, struct lamp *lamp, bool big)
{
	lamp->buffer = devm_kzalloc(dev, 64, GFP_KERNEL);
	if (big)
		lamp->buffer = kmalloc(4096, GFP_KERNEL);
	return lamp->buffer ? 0 : -ENOMEM;
}

static void lamp_forget(struct lamp *lamp)
{
	kfree(lamp->buffer);
}
