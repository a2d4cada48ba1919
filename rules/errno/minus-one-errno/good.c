// SPDX-License-Identifier: GPL-2.0-or-later
/* An index, a comparison and a callback's "stop" are no error numbers. */
static int fan_index(const struct fan_set *set, u32 id)
{
	int i;

	for (i = 0; i < set->count; i++) {
		if (set->fans[i].id == id)
			return i;
	}
	return -1;
}

static int fan_compare(const void *left, const void *right)
{
	const struct fan *a = left, *b = right;

	if (a->id < b->id)
		return -1;
	return a->id > b->id;
}

static int fan_probe(struct platform_device *pdev)
{
	int at = fan_index(&fans, pdev->id);

	if (at == -1)
		return -ENODEV;
	return fan_register(&fans.fans[at]);
}

/* Answers the length, 0 for no name, -1 for one to be left out. */
static int valve_name(struct valve *valve, char *name)
{
	if (!valve->named)
		return 0;
	if (valve->hidden)
		return -1;
	if (valve->broken)
		return -EIO;
	return valve_copy(valve, name);
}
