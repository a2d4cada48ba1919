// SPDX-License-Identifier: GPL-2.0-or-later
/* Stopped in another function, never handed over, and freed by who has just made it. */
static int lamp_send(struct lamp *lamp)
{
	return usb_submit_urb(lamp->out, GFP_ATOMIC);
}

static void lamp_close(struct lamp *lamp)
{
	usb_kill_urb(lamp->out);
}

static void lamp_disconnect(struct usb_interface *intf)
{
	struct lamp *lamp = usb_get_intfdata(intf);

	usb_free_urb(lamp->out);
	usb_free_urb(lamp->spare);
	kfree(lamp);
}

static int lamp_setup(struct lamp *lamp)
{
	lamp->in = usb_alloc_urb(0, GFP_KERNEL);
	if (!lamp->in)
		return -ENOMEM;
	if (lamp_fill(lamp)) {
		usb_free_urb(lamp->in);
		return -EIO;
	}
	return usb_submit_urb(lamp->in, GFP_KERNEL);
}
