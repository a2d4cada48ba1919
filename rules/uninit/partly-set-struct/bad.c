// SPDX-License-Identifier: GPL-2.0-or-later
static void tape_apply(struct tape *tape, struct tape_setup *setup)
{
	tape_write(tape, setup->speed, setup->tension);
}

static int tape_start(struct tape *tape, struct dma_chan *chan)
{
	struct dma_slave_config config;
	struct tape_setup setup;

	setup.speed = tape->speed;
	tape_apply(tape, &setup); /* vreview: uninit/partly-set-struct */
	config.dst_addr = tape->fifo;
	config.dst_maxburst = 4;
	return dmaengine_slave_config(chan, &config); /* vreview: uninit/partly-set-struct */
}
