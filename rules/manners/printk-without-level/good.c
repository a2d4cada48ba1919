// SPDX-License-Identifier: GPL-2.0-or-later
static int codec_start(struct codec *codec, const char *level)
{
	if (!codec->clock) {
		printk(KERN_ERR "codec: no clock\n");
		return -ENODEV;
	}
	printk(level, codec->name);
	printk(KERN_INFO "codec:");
	printk(" %u clocks\n", codec->clocks);
	dev_info(codec->dev, "ready\n");
	return 0;
}
