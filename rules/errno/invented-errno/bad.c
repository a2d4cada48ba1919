// SPDX-License-Identifier: GPL-2.0-or-later
static int queue_reserve(struct queue *queue, unsigned int slots)
{
	if (slots > queue->limit)
		return -E2BIG;
	if (!queue->memory)
		return -ENOMEM;
	queue->used += slots;
	return 0;
}

static int queue_send(struct queue *queue, const struct packet *packet)
{
	int ret = queue_reserve(queue, packet->slots);

	if (ret < 0)
		return -EINVAL; /* vreview: errno/invented-errno */
	return queue_push(queue, packet);
}
