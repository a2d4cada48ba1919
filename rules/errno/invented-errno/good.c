// SPDX-License-Identifier: GPL-2.0-or-later
static int queue_reserve(struct queue *queue, unsigned int slots)
{
	if (slots > queue->limit)
		return -E2BIG;
	return queue->memory ? 0 : -ENOMEM;
}

static int queue_find(struct queue *queue, u32 id)
{
	return queue->id == id ? queue->slot : -1;
}

/* Handed on; translated case by case; said to be on purpose; not an error number to begin with. */
static int queue_send(struct queue *queue, const struct packet *packet)
{
	int ret = queue_reserve(queue, packet->slots);

	if (ret < 0)
		return ret;
	return queue_push(queue, packet);
}

static int queue_try_send(struct queue *queue, const struct packet *packet)
{
	int ret = queue_reserve(queue, packet->slots);

	if (ret == -ENOMEM)
		return -EAGAIN;
	if (ret < 0)
		return ret;
	return queue_push(queue, packet);
}

static int queue_ioctl(struct queue *queue, const struct packet *packet)
{
	int ret = queue_reserve(queue, packet->slots);

	/* User space has always seen EINVAL here. */
	if (ret < 0)
		return -EINVAL;
	return queue_push(queue, packet);
}

static int queue_drop(struct queue *queue, u32 id)
{
	int slot = queue_find(queue, id);

	if (slot < 0)
		return -ENOENT;
	queue_clear(queue, slot);
	return 0;
}
