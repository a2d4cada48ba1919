// SPDX-License-Identifier: GPL-2.0-or-later
/* Given back; not acquired at all; kept by somebody else; freed when the scope ends. */
static int panel_read_id(struct panel *panel, u32 *id)
{
	u8 *raw = kmalloc(ID_BYTES, GFP_KERNEL);
	int ret;

	if (!raw)
		return -ENOMEM;
	ret = panel_wake(panel);
	if (!ret)
		*id = raw[0];
	kfree(raw);
	return ret;
}

static int panel_set_name(struct panel *panel, const char *text)
{
	char *name = kstrdup(text, GFP_KERNEL);
	char *also;

	if (!name)
		return -ENOMEM;
	also = name;
	panel->name = also;
	if (panel->sealed)
		return -EPERM;
	return 0;
}

static int panel_queue(struct panel *panel, struct list_head *queue)
{
	struct work_item *item = kzalloc(sizeof(*item), GFP_KERNEL);

	if (!item)
		return -ENOMEM;
	list_add_tail(&item->node, queue);
	if (panel->sealed)
		return -EPERM;
	return 0;
}

static int panel_scope(struct panel *panel)
{
	u8 *raw __free(kfree) = kmalloc(ID_BYTES, GFP_KERNEL);

	if (!raw)
		return -ENOMEM;
	if (panel->sealed)
		return -EPERM;
	return 0;
}

static int panel_map(struct device *dev, struct panel *panel)
{
	dma_addr_t addr = dma_map_single(dev, panel->buffer, panel->size, DMA_TO_DEVICE);

	if (dma_mapping_error(dev, addr))
		return -ENOMEM;
	panel->addr = addr;
	return 0;
}

static int panel_find(struct device *dev)
{
	struct platform_device *found = of_find_device_by_node(dev->of_node);

	if (!found)
		return -ENODEV;
	if (!found->dev.driver) {
		put_device(&found->dev);
		return -EPROBE_DEFER;
	}
	put_device(&found->dev);
	return 0;
}

static int panel_root(struct panel *panel, const char *name)
{
	struct path path;
	int ret = kern_path(name, LOOKUP_DIRECTORY, &path);

	if (ret)
		return ret;
	panel->mnt = path.mnt;
	panel->root = path.dentry;
	if (panel->sealed)
		return -EPERM;
	return 0;
}
