// SPDX-License-Identifier: GPL-2.0-or-later
static void queue_reset(struct queue *q)
{
	INIT_LIST_HEAD(&q->poll.link);
	q->poll.enabled = false;
	q->poll.page = NULL; /* vreview: uninit/member-not-reset */
}

void queue_work(struct queue *q)
{
	if (q->poll.count > q->limit)
		q->poll.enabled = true;
	q->poll.count++;
}
