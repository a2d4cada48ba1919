// SPDX-License-Identifier: GPL-2.0-or-later
static int probe_setup(struct probe *p, struct probe_args __user *args)
{
	int irq, ret;

	irq = irq_of_parse_and_map(p->node, 0);
	if (irq < 0) /* vreview: errno/wrong-error-test */
		return irq;
	ret = wait_for_completion_timeout(&p->done, HZ);
	if (ret < 0) /* vreview: errno/wrong-error-test */
		return ret;
	ret = pm_runtime_resume(p->dev);
	if (ret) /* vreview: errno/wrong-error-test */
		return ret;
	irq = platform_get_irq(p->pdev, 0);
	if (!irq) /* vreview: errno/wrong-error-test */
		return -EINVAL;
	if (p->size > 4)
		return -E2BIG;
	return copy_to_user(args, &p->args, p->size); /* vreview: errno/wrong-error-test */
}

static int probe_range(struct probe *p, const char *text)
{
	int found = sscanf(text, "%d %d", &p->first, &p->last);

	if (found != 2)
		return found; /* vreview: errno/wrong-error-test */
	return 0;
}
