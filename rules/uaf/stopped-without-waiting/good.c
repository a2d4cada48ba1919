// SPDX-License-Identifier: GPL-2.0-or-later
/* Waited for, also in a helper; not the end of anything; the callback itself; a result in use. */
static int lamp_probe(struct platform_device *pdev, struct lamp *lamp)
{
	INIT_DELAYED_WORK(&lamp->blink, lamp_blink);
	INIT_DELAYED_WORK(&lamp->fade, lamp_fade);
	timer_setup(&lamp->timer, lamp_tick, 0);
	return lamp_register(lamp);
}

static void lamp_settle(struct lamp *lamp)
{
	flush_delayed_work(&lamp->fade);
}

static void lamp_suspend(struct lamp *lamp)
{
	cancel_delayed_work(&lamp->blink);
}

static void lamp_remove(struct platform_device *pdev)
{
	struct lamp *lamp = platform_get_drvdata(pdev);

	cancel_delayed_work_sync(&lamp->blink);
	cancel_delayed_work(&lamp->fade);
	lamp_settle(lamp);
	if (!del_timer(&lamp->timer))
		lamp_wait(lamp);
	lamp_unregister(lamp);
}

static void task_done(struct host *host, struct task *task)
{
	if (del_timer(&task->timer))
		task_free(task);
	del_timer(&host->timer);
	kfree(task);
}
