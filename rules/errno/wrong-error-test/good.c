// SPDX-License-Identifier: GPL-2.0-or-later
/* Each result is tested for what it shows; a value that was read may be tested for 0. */
static int probe_setup(struct probe *p, struct probe_args __user *args)
{
	int irq, ret;

	irq = irq_of_parse_and_map(p->node, 0);
	if (!irq)
		return -EINVAL;
	if (!wait_for_completion_timeout(&p->done, HZ))
		return -ETIMEDOUT;
	ret = pm_runtime_resume(p->dev);
	if (ret < 0)
		return ret;
	irq = platform_get_irq(p->pdev, 0);
	if (irq <= 0)
		return irq ? irq : -ENXIO;
	ret = i2c_smbus_read_byte_data(p->client, READY);
	if (ret < 0)
		return ret;
	if (ret)
		probe_wake(p);
	if (copy_to_user(args, &p->args, p->size))
		return -EFAULT;
	return 0;
}

static long probe_raw(struct probe *p, void __user *to)
{
	return copy_to_user(to, p->raw, p->size);
}

static int probe_range(struct probe *p, const char *text)
{
	return sscanf(text, "%d %d", &p->first, &p->last) == 2 ? 0 : -EINVAL;
}
