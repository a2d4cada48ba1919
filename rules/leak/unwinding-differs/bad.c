// SPDX-License-Identifier: GPL-2.0-or-later
static int codec_start(struct codec *codec)
{
	int ret = clk_prepare_enable(codec->clk);

	if (ret)
		return ret;
	ret = codec_power_enable(codec);
	if (ret)
		return ret; /* vreview: leak/unwinding-differs */
	ret = codec_load(codec);
	if (ret)
		goto err_power;
	ret = codec_tune(codec);
	if (ret)
		goto err_clk;
	return 0;

err_power:
	codec_power_disable(codec);
err_clk:
	clk_disable_unprepare(codec->clk);
	return ret; /* vreview: leak/unwinding-differs */
}
