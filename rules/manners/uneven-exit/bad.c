// SPDX-License-Identifier: GPL-2.0-or-later
void queue_tx(struct queue *q)
{
	mutex_lock(&q->mutex);
	if (!q->data)
		goto out;
	queue_send(q);
	queue_done(q); /* vreview: manners/uneven-exit */
out:
	mutex_unlock(&q->mutex);
}

void queue_rx(struct queue *q)
{
	mutex_lock(&q->mutex);
	if (!q->data)
		goto out;
	queue_receive(q);
out:
	queue_done(q);
	mutex_unlock(&q->mutex);
}
