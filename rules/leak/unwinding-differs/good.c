// SPDX-License-Identifier: GPL-2.0-or-later
/* The last step fails first; a condition that says whether; another name; a helper that undoes it. */
static int codec_start(struct codec *codec)
{
	int ret = clk_prepare_enable(codec->clk);

	if (ret)
		return ret;
	ret = codec_power_enable(codec);
	if (ret)
		goto err_clk;
	ret = codec_load(codec);
	if (ret)
		goto err_power;
	return 0;

err_power:
	codec_power_disable(codec);
err_clk:
	clk_disable_unprepare(codec->clk);
	return ret;
}

static int codec_resume(struct codec *codec)
{
	int ret = 0;

	if (codec->external)
		ret = clk_prepare_enable(codec->clk);
	if (ret)
		return ret;
	ret = codec_load(codec);
	if (ret && codec->external)
		clk_disable_unprepare(codec->clk);
	return ret;
}

static int codec_probe(struct platform_device *pdev, struct codec *codec)
{
	struct device *dev = &pdev->dev;
	int ret;

	codec->dev = dev;
	pm_runtime_enable(dev);
	ret = codec_load(codec);
	if (ret) {
		pm_runtime_disable(codec->dev);
		return ret;
	}
	ret = codec_tune(codec);
	if (ret) {
		pm_runtime_disable(&pdev->dev);
		return ret;
	}
	return 0;
}

static void codec_undo(struct codec *codec)
{
	codec_tune(codec);
	clk_disable_unprepare(codec->clk);
}

static int codec_open(struct codec *codec)
{
	int ret = clk_prepare_enable(codec->clk);

	if (ret)
		return ret;
	ret = codec_load(codec);
	if (ret) {
		clk_disable_unprepare(codec->clk);
		return ret;
	}
	ret = codec_tune(codec);
	if (ret) {
		codec_undo(codec);
		return ret;
	}
	return 0;
}

static int codec_find(struct codec_list *list, struct codec_request *req)
{
	struct codec *codec = codec_find_first(list);

	if (!codec)
		return -ENOENT;
	if (!mutex_trylock(&codec->lock)) {
		refcount_inc(&codec->refs);
		mutex_lock(&codec->lock);
		codec_put_first(codec);
	}
	if (req->stale) {
		mutex_unlock(&codec->lock);
		return -ESTALE;
	}
	mutex_unlock(&codec->lock);
	return 0;
}

static int codec_add(struct codec *codec)
{
	int ret;

	device_initialize(&codec->dev);
	ret = device_add(&codec->dev);
	if (ret) {
		put_device(&codec->dev);
		return ret;
	}
	ret = codec_wake(codec);
	if (ret) {
		device_unregister(&codec->dev);
		return ret;
	}
	return 0;
}

static int codec_map(struct codec *codec, struct codec_table *tbl)
{
	unsigned long entry = codec_range_alloc(tbl, codec->pages);

	if (entry == CODEC_ERROR_CODE)
		return -ENOMEM;
	if (codec_fill(codec, entry)) {
		codec_range_free(tbl, entry);
		return -EIO;
	}
	return 0;
}
