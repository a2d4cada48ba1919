// SPDX-License-Identifier: GPL-2.0-or-later
static int ring_fill(struct ring *ring)
{
	if (ring_map(ring)) {
		kfree(ring);
		return -ENOMEM;
	}
	return 0;
}

static int ring_open(struct ring *ring, void *buf)
{
	int err = ring_fill(ring);

	if (err)
		goto out;
	kfree(buf);
	err = ring_start();
out:
	if (err < 0)
		kfree(ring); /* vreview: uaf/double-free */
	kfree(buf); /* vreview: uaf/double-free */
	return err;
}

static int port_add(struct port *port)
{
	struct auxiliary_device *adev = &port->adev;
	int err = auxiliary_device_add(adev);

	if (err) {
		auxiliary_device_uninit(adev);
		kfree(port); /* vreview: uaf/double-free */
	}
	return err;
}

static int port_answer(struct genl_info *info)
{
	struct sk_buff *msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	int err;

	if (!msg)
		return -ENOMEM;
	err = genlmsg_reply(msg, info);
	if (err)
		nlmsg_free(msg); /* vreview: uaf/double-free */
	return err;
}
