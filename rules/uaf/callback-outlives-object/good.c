// SPDX-License-Identifier: GPL-2.0-or-later
/* Cancelled, never started, and a work that frees what it lies in. */
static void lamp_blink(struct work_struct *work)
{
	struct lamp *lamp = container_of(work, struct lamp, blink);

	lamp_show(lamp, lamp->step);
}

static void lamp_dim(struct work_struct *work)
{
	struct lamp *lamp = container_of(work, struct lamp, dim);

	lamp_show(lamp, 0);
}

static void shade_close(struct work_struct *work)
{
	struct shade *shade = container_of(work, struct shade, close);

	kfree(shade);
}

static void lamp_irq(struct lamp *lamp, struct shade *shade)
{
	schedule_work(&lamp->blink);
	schedule_work(&shade->close);
}

static int lamp_setup(struct lamp *lamp, struct shade *shade)
{
	INIT_WORK(&lamp->blink, lamp_blink);
	INIT_WORK(&lamp->dim, lamp_dim);
	INIT_WORK(&shade->close, shade_close);
	return lamp_register(lamp, lamp_irq);
}

static void lamp_remove(struct lamp *lamp)
{
	cancel_work_sync(&lamp->blink);
	kfree(lamp);
}

static void shade_remove(struct shade *shade)
{
	kfree(shade);
}

static void fan_turn(struct work_struct *work)
{
	struct fan *fan = container_of(work, struct fan, turn);

	wake_up(&fan->idle);
}

static int fan_setup(struct fan *fan)
{
	INIT_WORK(&fan->turn, fan_turn);
	schedule_work(&fan->turn);
	return 0;
}

static void fan_remove(struct fan *fan)
{
	wait_event(fan->idle, !fan->busy);
	kfree(fan);
}
