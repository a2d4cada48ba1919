// SPDX-License-Identifier: GPL-2.0-or-later
struct port {
	volatile u32 __iomem *base;
	volatile u32 *hw_status;
	int stopped;
};

static unsigned long port_spin(struct port *port)
{
	volatile unsigned long turns = 0;

	while (port_busy(port))
		turns++;
	return turns;
}

static inline void port_fence(struct port *port)
{
	asm volatile("" : : "r" (port) : "memory");
}
