// SPDX-License-Identifier: GPL-2.0-or-later
static int ring_fill(struct ring *ring)
{
	if (ring_map(ring)) {
		kfree(ring);
		return -ENOMEM;
	}
	return 0;
}

static int ring_open(struct ring *ring, void *buf)
{
	int err = ring_fill(ring);

	if (err)
		goto out;
	kfree(buf);
	err = ring_start();
out:
	if (err < 0)
		kfree(ring); /* vreview: uaf/double-free */
	kfree(buf); /* vreview: uaf/double-free */
	return err;
}
