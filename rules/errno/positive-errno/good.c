// SPDX-License-Identifier: GPL-2.0-or-later
/* An error number that is compared, printed, stored elsewhere or negated later is none returned. */
static int ring_wait(struct ring *ring)
{
	int err = ring_poll(ring);

	if (err == -EAGAIN || -err == EINTR)
		return 0;
	ring->last_error = EIO;
	dev_dbg(ring->dev, "poll failed: %d, not %d\n", err, EIO);
	return err;
}

static int ring_status(struct ring *ring)
{
	int code = ring->broken ? EIO : 0;

	return -code;
}

static bool ring_retries(int err)
{
	switch (-err) {
	case EAGAIN:
	case EINTR:
		return true;
	}
	return false;
}

/* The guest's side of the wire counts its errors from zero up. */
static void ring_answer(struct reply *reply, int err)
{
	reply->status = err ? EIO : 0;
}
