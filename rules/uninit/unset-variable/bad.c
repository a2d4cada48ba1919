// SPDX-License-Identifier: GPL-2.0-or-later
static int pipe_close(struct pipe *pipe, u32 flags)
{
	struct valve *valve;
	int ret, mode;

	if (flags & PIPE_SLOW)
		mode = 1;
	pipe_set_mode(pipe, 2 + mode); /* vreview: uninit/unset-variable */
	list_for_each_entry(valve, &pipe->valves, node)
		ret = valve_close(valve);
	return ret; /* vreview: uninit/unset-variable */
}

static int pipe_open(struct pipe *pipe)
{
	void *scratch;
	int err = -ENODEV;

	if (!pipe->valve)
		goto out;
	scratch = kmalloc(pipe->size, GFP_KERNEL);
	err = scratch ? pipe_fill(pipe, scratch) : -ENOMEM;
out:
	kfree(scratch); /* vreview: uninit/unset-variable */
	return err;
}
