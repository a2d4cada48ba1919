// SPDX-License-Identifier: GPL-2.0-or-later
static int probe_queue(struct queue *q)
{
	int ret;

	ret = queue_reset(q);
	if (ret)
		return ret;
	q->ring = kzalloc(q->size, GFP_KERNEL);
	if (!q->ring)
		goto err_ring; /* vreview: errno/success-on-failure */
	if (q->version > 2) {
		dev_err(q->dev, "version %d\n", q->version);
		goto err_irq; /* vreview: errno/success-on-failure */
	}
	ret = queue_irq(q);
	if (ret)
		goto err_irq;
	return 0;
err_irq:
	kfree(q->ring);
err_ring:
	queue_off(q);
	return ret;
}
