// SPDX-License-Identifier: GPL-2.0-or-later
/* A test that is made twice; a constant number of rounds; every case of an enum; set by a callee. */
static int pipe_close(struct pipe *pipe, u32 flags)
{
	int ret, mode, i, level;

	if (pipe->slow)
		mode = 1;
	pipe_note(pipe);
	if (pipe->slow)
		pipe_set_mode(pipe, 2 + mode);
	for (i = 0; i < PIPE_VALVES; i++)
		ret = valve_close(pipe, i);
	if (ret)
		return ret;
	switch (pipe->kind) {
	case PIPE_THIN:
		level = 1;
		break;
	case PIPE_WIDE:
		level = 2;
		break;
	}
	ret = pipe_set_level(pipe, 3 + level);
	if (ret)
		return ret;
	ret = pipe_read_mode(pipe, &mode);
	return ret ? ret : mode + 1;
}

static int pipe_find(struct pipe *pipe, u32 id)
{
	struct valve *valve, *found;
	bool any = false;

	list_for_each_entry(valve, &pipe->valves, node) {
		if (valve->id == id) {
			found = valve;
			any = true;
		}
	}
	if (!any)
		return -ENOENT;
	return found->state + 1;
}

static unsigned long pipe_counter(void)
{
	unsigned long value;
	pte_t entry;

	asm volatile("rdcounter %0" : "=r" (value));
	pte_val(entry) = value;
	return value + pte_val(entry);
}

static int port_wait(struct port *port)
{
	u32 state;

	return port_poll_timeout(port->regs + 4, state, state & 1, 10, 1000);
}

static int pipe_level(struct pipe *pipe)
{
	int level = pipe->base;
	int i;

	for (i = 0; i < PIPE_VALVES; i++) {
		s8 level;

		if (!pipe->open[i])
			continue;
		level = pipe->raw[i];
		if (level != PIPE_BAD)
			pipe->seen[i] = level;
	}
	if (pipe->slow)
		level = pipe_average(pipe);
	return level;
}
