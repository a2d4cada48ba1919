// SPDX-License-Identifier: GPL-2.0-or-later
static void jobs_complete(struct queue *queue)
{
	struct job *job;

	list_for_each_entry(job, &queue->done, node) {
		list_del(&job->node); /* vreview: uaf/walk-from-unlinked */
		if (job->failed) {
			job_retry(job);
			continue;
		}
		job_complete(job);
	}
}

static void jobs_forget(struct queue *queue, int id)
{
	struct job *job;

	list_for_each_entry_rcu(job, &queue->done, node) {
		if (job->id != id)
			continue;
		list_del_rcu(&job->node);
		kfree_rcu(job, rcu); /* vreview: uaf/walk-from-unlinked */
	}
}
