// SPDX-License-Identifier: GPL-2.0-or-later
static int codec_start(struct codec *codec)
{
	if (!codec->clock) {
		printk("codec: no clock\n"); /* vreview: manners/printk-without-level */
		return -ENODEV;
	}
	return 0;
}
