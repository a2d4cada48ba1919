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

static void request_free(struct usb_request *req)
{
	struct request *own = container_of(req, struct request, req);

	kfree(own);
}

static void port_stop(struct port *port)
{
	request_free(port->req);
	free_irq(port->irq, port);
	request_free(port->req); /* vreview: uaf/double-free */
}
