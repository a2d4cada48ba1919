// SPDX-License-Identifier: GPL-2.0-or-later
/* Set to NULL, the object goes as well, and callers that do not free after the failure. */
static int ring_setup(struct card *card)
{
	struct ring *ring = card->ring;

	ring->slots = ring_alloc(8);
	ring->names = ring_alloc(8);
	if (ring_map(ring)) {
		kfree(ring->slots);
		ring->slots = NULL;
		kfree(ring->names);
		return -EIO;
	}
	return 0;
}

static struct ring *ring_make(struct card *card)
{
	struct ring *ring = kzalloc(sizeof(*ring), GFP_KERNEL);

	ring->slots = ring_alloc(8);
	if (ring_map(ring)) {
		kfree(ring->slots);
		kfree(ring);
		return NULL;
	}
	return ring;
}

static void ring_free(struct ring *r)
{
	kfree(r->slots);
}

static void ring_close(struct ring *r)
{
	kfree(r->names);
	kfree(r->slots);
}

static int card_open(struct card *card)
{
	int err = ring_setup(card);

	if (err < 0) {
		ring_free(card->ring);
		return err;
	}
	err = card_start(card);
	if (err)
		ring_close(card->ring);
	return err;
}

static int line_setup(struct line *line)
{
	line->map = line_alloc(8);
	if (line_map(line)) {
		kfree(line->slots);
		line->map = NULL;
		return -EIO;
	}
	return 0;
}

static void line_free(struct line *line)
{
	if (!line->map)
		return;
	kfree(line->slots);
}

static int line_open(struct line *line)
{
	if (line_setup(line) < 0) {
		line_free(line);
		return -EIO;
	}
	return 0;
}

static int tank_setup(struct tank *tank)
{
	tank->floats = kcalloc(tank->count, sizeof(*tank->floats), GFP_KERNEL);
	if (!tank->floats)
		return -ENOMEM;
	if (tank_test(tank)) {
		kfree(tank->floats);
		return -EIO;
	}
	return 0;
}

static int tank_open(struct tank *tank)
{
	int err = tank_setup(tank);
	int level;

	if (err)
		return err;
	level = tank_level(tank);
	if (level < 0)
		kfree(tank->floats);
	return err;
}

static int tank_name(struct tank *tank)
{
	tank->label = kmalloc(LABEL, GFP_KERNEL);
	if (!tank->label)
		goto err;
	return 0;
err:
	kfree(tank->label);
	return -ENOMEM;
}

static int tank_start(struct tank *tank)
{
	if (tank_name(tank)) {
		kfree(tank->label);
		return -ENOMEM;
	}
	return 0;
}
