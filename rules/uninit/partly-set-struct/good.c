// SPDX-License-Identifier: GPL-2.0-or-later
static void tape_apply(struct tape *tape, struct tape_setup *setup)
{
	setup->done = 0;
	tape_write(tape, setup->speed, setup->done);
}

/* Cleared by an initialiser, by memset(), by a callee; copied; all that is read is set. */
static int tape_start(struct tape *tape, struct dma_chan *chan, struct dma_chan *other)
{
	struct dma_slave_config config = {}, second, third, fourth;
	struct tape_setup setup;

	setup.speed = tape->speed;
	tape_apply(tape, &setup);
	config.dst_addr = tape->fifo;
	memset(&second, 0, sizeof(second));
	second.dst_addr = tape->fifo;
	tape_default_config(&third);
	third.dst_addr = tape->fifo;
	fourth = config;
	fourth.dst_maxburst = 4;
	return dmaengine_slave_config(chan, &config) ?: dmaengine_slave_config(other, &second) ?:
	       dmaengine_slave_config(chan, &third) ?: dmaengine_slave_config(other, &fourth);
}
