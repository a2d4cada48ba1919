// SPDX-License-Identifier: GPL-2.0-or-later
static int dock_read(struct dock *dock, u8 reg, u8 *value)
{
	int raw = dock_transfer(dock, reg);

	if (raw < 0)
		return raw;
	*value = raw;
	return 0;
}

static int dock_poll(struct dock *dock, int *out)
{
	u8 state, level;
	int ret;

	dock_read(dock, DOCK_STATE, &state);
	if (state & DOCK_OPEN) /* vreview: uninit/unset-out-argument */
		dock_close(dock);
	ret = dock_read(dock, DOCK_LEVEL, &level);
	*out = level * 2; /* vreview: uninit/unset-out-argument */
	return ret;
}
