// SPDX-License-Identifier: GPL-2.0-or-later
/* The walk ends, the safe walk, another list's node, and a walk that begins anew. */
static void job_take(struct queue *queue, int id)
{
	struct job *job, *next;

	list_for_each_entry(job, &queue->done, node) {
		if (job->id == id) {
			list_del(&job->node);
			job_complete(job);
			break;
		}
	}
	list_for_each_entry_safe(job, next, &queue->done, node) {
		list_del(&job->node);
		job_complete(job);
	}
	list_for_each_entry(job, &queue->all, node)
		list_del(&job->late);
again:
	list_for_each_entry(job, &queue->open, node) {
		list_move(&job->node, &queue->done);
		goto again;
	}
}

static void jobs_forget(struct queue *queue, int id)
{
	struct job *job, *next;

	rcu_read_lock();
	list_for_each_entry_rcu(job, &queue->done, node) {
		list_del_rcu(&job->node);
		kfree_rcu(job, rcu);
	}
	rcu_read_unlock();
}

static void jobs_drop(struct queue *queue, int id)
{
	struct job *job, *next;

	list_for_each_entry_safe(job, next, &queue->done, node)
		kfree_rcu(job, rcu);
	spin_lock(&queue->lock);
	list_for_each_entry(job, &queue->open, node) {
		list_del_rcu(&job->node);
		kfree_rcu(job, rcu);
	}
	spin_unlock(&queue->lock);
}

static void job_forget(struct queue *queues, struct job *wanted)
{
	struct job *job;
	int i;

	for (i = 0; i < 4; i++) {
		list_for_each_entry(job, &queues[i].open, node) {
			if (job == wanted) {
				list_del(&job->node);
				break;
			}
		}
	}
}
