// SPDX-License-Identifier: GPL-2.0-or-later
static void queue_reset(struct queue *q)
{
	INIT_LIST_HEAD(&q->poll.link);
	q->poll.enabled = false;
	q->poll.page = NULL;
	q->poll.count = 0;
}

static void other_reset(struct other *o)
{
	memset(&o->poll, 0, sizeof(o->poll));
	INIT_LIST_HEAD(&o->poll.link);
	o->poll.enabled = false;
	o->poll.limit = 8;
}

void queue_work(struct queue *q)
{
	if (q->poll.count > q->limit)
		q->poll.enabled = true;
	q->poll.count++;
	q->poll.when = jiffies;
	if (q->poll.when > 10)
		q->limit++;
}
