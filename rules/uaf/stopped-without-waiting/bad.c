// SPDX-License-Identifier: GPL-2.0-or-later
static int lamp_probe(struct platform_device *pdev, struct lamp *lamp)
{
	INIT_DELAYED_WORK(&lamp->blink, lamp_blink);
	timer_setup(&lamp->timer, lamp_tick, 0);
	return lamp_register(lamp);
}

static void lamp_remove(struct platform_device *pdev)
{
	struct lamp *lamp = platform_get_drvdata(pdev);

	cancel_delayed_work(&lamp->blink); /* vreview: uaf/stopped-without-waiting */
	del_timer(&lamp->timer); /* vreview: uaf/stopped-without-waiting */
	lamp_unregister(lamp);
}

static int task_run(struct host *host)
{
	struct task *task = task_alloc(host);

	if (!task)
		return -ENOMEM;
	add_timer(&task->timer);
	if (host->submit(task)) {
		del_timer(&task->timer); /* vreview: uaf/stopped-without-waiting */
		task_free(task);
		return -EIO;
	}
	return 0;
}
