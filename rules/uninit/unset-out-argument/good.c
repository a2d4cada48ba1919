// SPDX-License-Identifier: GPL-2.0-or-later
static int dock_read(struct dock *dock, u8 reg, u8 *value)
{
	int raw = dock_transfer(dock, reg);

	if (raw < 0)
		return raw;
	*value = raw;
	return 0;
}

static int dock_read_all(struct dock *dock, u8 reg, u8 *value)
{
	*value = 0;
	return dock_transfer(dock, reg);
}

/* Tested; given a value before; by a callee that always sets it; not read at all. */
static int dock_poll(struct dock *dock)
{
	u8 state, level = 0, mode, unused;
	int ret;

	ret = dock_read(dock, DOCK_STATE, &state);
	if (ret)
		return ret;
	if (state & DOCK_OPEN)
		dock_close(dock);
	dock_read(dock, DOCK_LEVEL, &level);
	dock_set(dock, level);
	dock_read_all(dock, DOCK_MODE, &mode);
	dock_set(dock, mode);
	dock_read(dock, DOCK_ACK, &unused);
	return 0;
}
