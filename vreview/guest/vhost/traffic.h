/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets through a device, each checked byte for byte at the other end.
 */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include "device.h"

#define BATCH		32
#define ROUNDS		6	/* how often a case repeats its event */
#define HEADER		14		/* Ethernet */
#define FRAME_MIN	64
#define FRAME_MAX	1514

/* The frame number @seq: its length and bytes follow from the number. */
size_t frame_length(unsigned int seq);
void frame_fill(unsigned char *frame, size_t len, unsigned int seq);
void frame_check(const unsigned char *frame, size_t len, size_t expected,
		 unsigned int seq);

/* Sends @count frames in batches, kicked, and checks them at the tap. */
void traffic_tx(struct device *d, unsigned int count);
/* Sends @count frames into the tap and checks them in the guest's buffers. */
void traffic_rx(struct device *d, unsigned int count);
/* A batch each way. */
void traffic_both(struct device *d);

/* The halves of traffic_tx(), for the cases that do something in between. */
void tx_post(struct device *d, unsigned int seq, size_t len);
void tx_collect(struct device *d, unsigned int count);
void tx_arrived(struct device *d, unsigned int seq, size_t len);
/* A buffer for one received packet of at most SLOT bytes. */
void rx_post(struct device *d, unsigned int count);

#endif
