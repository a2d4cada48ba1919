// SPDX-License-Identifier: GPL-2.0-or-later
/* The error is set, 0 is set on purpose, a comment explains it, or nothing failed at all. */
static int probe_queue(struct queue *q)
{
	int ret;

	ret = queue_reset(q);
	if (ret)
		return ret;
	ret = -ENOMEM;
	q->ring = kzalloc(q->size, GFP_KERNEL);
	if (!q->ring)
		goto err_ring;
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

static int queue_drain(struct queue *q)
{
	int err;

	err = queue_stop(q);
	if (err)
		goto err_out;
	err = 0;
	if (list_empty(&q->list))
		goto err_out;
	err = queue_flush(q);
err_out:
	queue_unlock(q);
	return err;
}

static int queue_hint(struct queue *q)
{
	int ret = queue_prepare(q, -EBUSY);

	if (ret)
		return ret;
	q->hint = kmalloc(64, GFP_KERNEL);
	if (!q->hint)
		goto out; /* The hint is optional. */
	ret = queue_fill(q);
out:
	return ret;
}

static int queue_command(struct queue *q, struct command *c)
{
	int ret = queue_prepare(q, -EBUSY);

	if (ret)
		return ret;
	c->buf = kmalloc(c->size, GFP_KERNEL);
	if (!c->buf) {
		c->status = COMMAND_NO_MEMORY;
		goto out;
	}
	ret = queue_send(q, c);
out:
	queue_unlock(q);
	return ret;
}

static int queue_found(struct queue *q)
{
	int ret;

	ret = queue_try_fast(q);
	if (!ret)
		return ret;
	if (ret != -EAGAIN)
		return ret;
	return queue_try_slow(q);
}

static int valve_write(struct valve *valve, size_t count)
{
	int err = 0;

	count = min(sizeof(valve->buffer), count);
	if (count == 0)
		goto error;
	err = valve_send(valve, count);
	if (err < 0)
		return -EIO;
error:
	return err;
}

static int valve_list(struct valve *valve, struct cursor *at)
{
	int err = 0;

	if (!valve_lock(valve))
		return 0;
	err = valve_load(valve);
	if (err)
		goto out;
	if (at->pos >= valve->count) {
		at->pos = valve->end;
		goto out;
	}
	err = valve_read(valve, at);
	if (err)
		goto out;
	err = valve_emit(valve, at);
	if (err)
		goto out;
	return 0;
out:
	if (err == -ENOENT)
		at->pos = valve->end;
	return err;
}
