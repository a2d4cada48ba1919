// SPDX-License-Identifier: GPL-2.0-or-later
/* All error pointers; NULL for an empty slot; NULL throughout. */
static struct card *card_make(struct device *dev, int slot)
{
	struct card *card;

	if (slot < 0)
		return ERR_PTR(-EINVAL);
	if (!card_present(slot))
		return NULL;
	card = kzalloc(sizeof(*card), GFP_KERNEL);
	if (!card)
		return ERR_PTR(-ENOMEM);
	return card;
}

static struct card *card_copy(struct device *dev, const struct card *from)
{
	struct card *card = kmemdup(from, sizeof(*from), GFP_KERNEL);

	if (!card) {
		dev_err(dev, "no memory for a copy\n");
		return NULL;
	}
	return card;
}
