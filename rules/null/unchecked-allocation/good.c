// SPDX-License-Identifier: GPL-2.0-or-later
static int lamp_use(struct lamp *lamp, void *buffer)
{
	if (!buffer)
		return -ENOMEM;
	return lamp_write(lamp, buffer);
}

/* Tested; under another name; by who gets it; cannot fail; by who called. */
static int lamp_probe(struct device *dev, struct lamp *lamp)
{
	struct lamp_state *state, *fresh;
	void *buffer, *never;

	state = devm_kzalloc(dev, sizeof(*state), GFP_KERNEL);
	if (!state)
		return -ENOMEM;
	state->level = lamp->level;
	fresh = devm_kzalloc(dev, sizeof(*fresh), GFP_KERNEL);
	lamp->fresh = fresh;
	if (!lamp->fresh)
		return -ENOMEM;
	lamp->name = devm_kasprintf(dev, GFP_KERNEL, "lamp%d", lamp->id);
	lamp->table = devm_kcalloc(dev, 4, sizeof(u32), GFP_KERNEL);
	if (!lamp->name || !lamp->table)
		return -ENOMEM;
	never = devm_kzalloc(dev, 64, GFP_KERNEL | __GFP_NOFAIL);
	lamp_write(lamp, never);
	buffer = devm_kzalloc(dev, 64, GFP_KERNEL);
	return lamp_use(lamp, buffer);
}

static void *lamp_alloc(struct device *dev, struct lamp *lamp)
{
	void *map = devm_kzalloc(dev, lamp->size, GFP_KERNEL);

	lamp_note(lamp, map);
	return map;
}

static void lamp_rings(struct device *dev, struct lamp *lamp)
{
	lamp->rx = devm_kzalloc(dev, lamp->size, GFP_KERNEL);
	lamp->tx = devm_kzalloc(dev, lamp->size, GFP_KERNEL);
}

static int lamp_open(struct device *dev, struct lamp *lamp)
{
	lamp_rings(dev, lamp);
	return lamp->rx && lamp->tx ? 0 : -ENOMEM;
}
