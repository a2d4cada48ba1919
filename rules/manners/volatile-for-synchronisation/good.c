// SPDX-License-Identifier: GPL-2.0-or-later
struct port {
	volatile u32 __iomem *base;
	volatile u32 *hw_status;
	int stopped;
};

static inline void port_fence(struct port *port)
{
	asm volatile("" : : "r" (port) : "memory");
}
