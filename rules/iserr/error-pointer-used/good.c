// SPDX-License-Identifier: GPL-2.0-or-later
/* Left at once; made NULL before the label; tested for an error; a put that takes errors. */
static int motor_ioctl(struct motor *motor, void __user *user)
{
	struct motor_args *args;
	int ret;

	args = memdup_user(user, sizeof(*args));
	if (IS_ERR(args)) {
		ret = PTR_ERR(args);
		args = NULL;
		goto out;
	}
	ret = motor_run(motor, args);
out:
	kfree(args);
	return ret;
}

static int motor_probe(struct device *dev, struct motor *motor)
{
	struct reset_control *line = reset_control_get(dev, "motor");

	if (IS_ERR(line))
		dev_dbg(dev, "no reset line\n");
	else
		motor->id = line->id;
	reset_control_put(line);
	return 0;
}
