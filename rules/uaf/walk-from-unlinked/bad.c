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
