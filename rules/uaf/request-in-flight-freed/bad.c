// SPDX-License-Identifier: GPL-2.0-or-later
static int lamp_send(struct lamp *lamp)
{
	return usb_submit_urb(lamp->out, GFP_ATOMIC);
}

static int lamp_open(struct lamp *lamp)
{
	return usb_submit_urb(lamp->in, GFP_KERNEL);
}

static void lamp_disconnect(struct usb_interface *intf)
{
	struct lamp *lamp = usb_get_intfdata(intf);

	usb_kill_urb(lamp->in);
	usb_free_urb(lamp->in);
	usb_free_urb(lamp->out); /* vreview: uaf/request-in-flight-freed */
	kfree(lamp);
}
