// SPDX-License-Identifier: GPL-2.0-or-later
static int motor_ioctl(struct motor *motor, void __user *user)
{
	struct motor_args *args;
	int ret;

	args = memdup_user(user, sizeof(*args));
	if (IS_ERR(args)) {
		ret = PTR_ERR(args);
		goto out;
	}
	ret = motor_run(motor, args);
out:
	kfree(args); /* vreview: iserr/error-pointer-used */
	return ret;
}

static int motor_count(struct device *dev)
{
	struct reset_control *line = devm_reset_control_get(dev, "motor");

	return line->id; /* vreview: iserr/error-pointer-used */
}
