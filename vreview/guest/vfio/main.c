// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vfio: user space with a PCI device of its own behind a type1 IOMMU. The
 * device is QEMU's edu; it is bound to vfio-pci by the first case and stays so.
 */
#include "tests.h"

static const struct ktap_group *const groups[] = {
	&ioctl_tests, &map_tests, &huge_tests, &dma_tests, &end_tests,
};

static const struct ktap_suite suite = {
	.name = "vfio",
	.groups = groups,
	.count = sizeof(groups) / sizeof(groups[0]),
};

int main(int argc, char **argv)
{
	return ktap_main(&suite, argc, argv);
}
