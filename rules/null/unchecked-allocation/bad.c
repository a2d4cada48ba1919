// SPDX-License-Identifier: GPL-2.0-or-later
static int lamp_probe(struct device *dev, struct lamp *lamp)
{
	struct lamp_state *state;

	state = devm_kzalloc(dev, sizeof(*state), GFP_KERNEL); /* vreview: null/unchecked-allocation */
	state->level = lamp->level;

	lamp->name = devm_kasprintf(dev, GFP_KERNEL, "lamp%d", lamp->id); /* vreview: null/unchecked-allocation */
	lamp->table = devm_kcalloc(dev, 4, sizeof(u32), GFP_KERNEL); /* vreview: null/unchecked-allocation */
	if (!lamp->parent)
		return -ENODEV;
	return lamp_register(dev, lamp, state);
}
