// SPDX-License-Identifier: GPL-2.0-or-later
static struct card *card_make(struct device *dev, int slot)
{
	struct card *card;

	if (slot < 0)
		return ERR_PTR(-EINVAL);
	card = kzalloc(sizeof(*card), GFP_KERNEL);
	if (!card)
		return NULL; /* vreview: iserr/mixed-pointer-errors */
	if (card_fill(card, slot)) {
		card_destroy(card);
		dev_err(dev, "slot %d cannot be read\n", slot);
		return NULL; /* vreview: iserr/mixed-pointer-errors */
	}
	return card;
}
