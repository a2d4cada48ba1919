// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the ioctls take and what they refuse, and with which errno.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests.h"
#include "assigned.h"

#define SET_IOMMU(v, type) \
	request((v)->container, VFIO_SET_IOMMU, (void *)(long)(type))

static void container(void)
{
	struct vfio v;

	vfio_find(&v);
	if (request(v.container, VFIO_GET_API_VERSION, NULL) != VFIO_API_VERSION)
		fail("another API version");
	if (request(v.container, VFIO_CHECK_EXTENSION,
		    (void *)VFIO_TYPE1v2_IOMMU) != 1)
		skip("no type1 IOMMU");
	if (request(v.container, VFIO_CHECK_EXTENSION, (void *)0xbeefL))
		fail("there is an extension 0xbeef");
	must_fail(SET_IOMMU(&v, VFIO_TYPE1v2_IOMMU), EINVAL);
	must_fail(map_dma(&v, IOVA, NULL, PAGE, RW_DMA), EINVAL);
	vfio_close(&v);
}

static void group(void)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	int none = -1, wrong = must(open("/dev/null", O_RDWR | O_CLOEXEC));
	struct vfio v;

	vfio_find(&v);
	must(request(v.group, VFIO_GROUP_GET_STATUS, &status));
	if (status.flags != VFIO_GROUP_FLAGS_VIABLE)
		fail("flags 0x%x: not viable, or in a container", status.flags);
	must_fail(request(v.group, VFIO_GROUP_GET_DEVICE_FD, v.address), EINVAL);
	must_fail(request(v.group, VFIO_GROUP_SET_CONTAINER, &none), EBADF);
	must_fail(request(v.group, VFIO_GROUP_SET_CONTAINER, &wrong), EINVAL);
	must_fail(request(v.group, VFIO_GROUP_UNSET_CONTAINER, NULL), EINVAL);
	must(request(v.group, VFIO_GROUP_SET_CONTAINER, &v.container));
	must_fail(request(v.group, VFIO_GROUP_SET_CONTAINER, &v.container),
		  EINVAL);
	must_fail(SET_IOMMU(&v, 0xbeef), ENODEV);
	must(SET_IOMMU(&v, VFIO_TYPE1v2_IOMMU));
	must_fail(SET_IOMMU(&v, VFIO_TYPE1v2_IOMMU), EINVAL);
	must_fail(request(v.group, VFIO_GROUP_GET_DEVICE_FD, "0000:ff:1f.7"),
		  ENODEV);
	must(request(v.group, VFIO_GROUP_UNSET_CONTAINER, NULL));
	vfio_close(&v);
}

static void device(void)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct vfio_region_info region = { .argsz = sizeof(region) };
	struct vfio v;

	vfio_start(&v);
	must(request(v.device, VFIO_DEVICE_GET_INFO, &info));
	if (!(info.flags & VFIO_DEVICE_FLAGS_PCI))
		fail("not a PCI device: flags 0x%x", info.flags);
	region.index = info.num_regions;
	must_fail(request(v.device, VFIO_DEVICE_GET_REGION_INFO, &region),
		  EINVAL);
	info.argsz = 4;
	must_fail(request(v.device, VFIO_DEVICE_GET_INFO, &info), EINVAL);
	if ((v.registers[0] & 0xffff) != 0xed)
		fail("the device says that it is 0x%x", v.registers[0]);
	v.registers[1] = 0x12345678;
	if (v.registers[1] != ~0x12345678u)
		fail("the device does not turn bits round");
	must_fail(request(v.group, VFIO_GROUP_UNSET_CONTAINER, NULL), EBUSY);
	vfio_close(&v);
}

static void iommu_info(void)
{
	struct vfio_iommu_type1_info info = { .argsz = 4 };
	struct vfio v;

	vfio_start(&v);
	must_fail(request(v.container, VFIO_IOMMU_GET_INFO, &info), EINVAL);
	must_fail(request(v.container, VFIO_IOMMU_GET_INFO, NULL), EFAULT);
	info.argsz = sizeof(info);
	must(request(v.container, VFIO_IOMMU_GET_INFO, &info));
	if (!(info.flags & VFIO_IOMMU_INFO_PGSIZES) ||
	    !(info.iova_pgsizes & PAGE))
		fail("page sizes 0x%llx: no small pages",
		     (unsigned long long)info.iova_pgsizes);
	must_fail(request(v.container, _IO(VFIO_TYPE, 0xee), NULL), ENOTTY);
	vfio_close(&v);
}

static void map_refuses(void)
{
	struct vfio_iommu_type1_dma_map shorter = { .argsz = 8 };
	char *p = small_pages(4 * PAGE);
	struct account before = account_now();
	struct vfio v;

	vfio_start(&v);
	must_fail(map_dma(&v, IOVA + 8, p, PAGE, RW_DMA), EINVAL);
	must_fail(map_dma(&v, IOVA, p + 8, PAGE, RW_DMA), EINVAL);
	must_fail(map_dma(&v, IOVA, p, PAGE + 8, RW_DMA), EINVAL);
	must_fail(map_dma(&v, IOVA, p, 0, RW_DMA), EINVAL);
	must_fail(map_dma(&v, IOVA, p, PAGE, 0), EINVAL);
	must_fail(map_dma(&v, IOVA, p, PAGE, RW_DMA | 1 << 9), EINVAL);
	must_fail(map_dma(&v, -PAGE, p, 2 * PAGE, RW_DMA), EINVAL);
	must_fail(map_dma(&v, IOVA, (void *)-PAGE, 2 * PAGE, RW_DMA), EINVAL);
	/* Beyond what the IOMMU translates, and where interrupts go. */
	must_fail(map_dma(&v, 1UL << 60, p, PAGE, RW_DMA), EINVAL);
	must_fail(map_dma(&v, 0xfee00000, p, PAGE, RW_DMA), EINVAL);
	must_fail(request(v.container, VFIO_IOMMU_MAP_DMA, &shorter), EINVAL);
	must_fail(request(v.container, VFIO_IOMMU_MAP_DMA, NULL), EFAULT);
	/* Not there, the kernel's, and not there from the third page on. */
	must_fail(map_dma(&v, IOVA, (void *)PAGE, PAGE, RW_DMA), EFAULT);
	must_fail(map_dma(&v, IOVA, (void *)0xffffffff81000000, PAGE, RW_DMA),
		  EFAULT);
	must(munmap(p + 2 * PAGE, PAGE) ? -errno : 0);
	must_fail(map_dma(&v, IOVA, p, 4 * PAGE, RW_DMA), EFAULT);
	must(mprotect(p, PAGE, PROT_READ) ? -errno : 0);
	must_fail(map_dma(&v, IOVA, p, PAGE, RW_DMA), EFAULT);
	account_same(&before, "after mappings that were refused");
	/* All of it left nothing in the way. */
	must(map_dma(&v, IOVA, p, PAGE, VFIO_DMA_MAP_FLAG_READ));
	vfio_close(&v);
}

static void map_twice(void)
{
	char *p = small_pages(4 * PAGE);
	struct vfio v;

	vfio_start(&v);
	must(map_dma(&v, IOVA + PAGE, p, 2 * PAGE, RW_DMA));
	must_fail(map_dma(&v, IOVA + PAGE, p, 2 * PAGE, RW_DMA), EEXIST);
	must_fail(map_dma(&v, IOVA, p, 2 * PAGE, RW_DMA), EEXIST);
	must_fail(map_dma(&v, IOVA, p, 4 * PAGE, RW_DMA), EEXIST);
	must_fail(map_dma(&v, IOVA + 2 * PAGE, p, 2 * PAGE, RW_DMA), EEXIST);
	must(map_dma(&v, IOVA, p, PAGE, RW_DMA));
	must(map_dma(&v, IOVA + 3 * PAGE, p, PAGE, RW_DMA));
	vfio_close(&v);
}

static void unmap_refuses(void)
{
	char *p = small_pages(4 * PAGE);
	struct vfio v;

	vfio_start(&v);
	must(map_dma(&v, IOVA, p, 4 * PAGE, RW_DMA));
	must_fail(unmap_dma(&v, IOVA + 8, PAGE, 0), EINVAL);
	must_fail(unmap_dma(&v, IOVA, PAGE + 8, 0), EINVAL);
	must_fail(unmap_dma(&v, IOVA, 0, 0), EINVAL);
	must_fail(unmap_dma(&v, -PAGE, 2 * PAGE, 0), EINVAL);
	must_fail(unmap_dma(&v, IOVA, 4 * PAGE, 1 << 9), EINVAL);
	must_fail(request(v.container, VFIO_IOMMU_UNMAP_DMA, NULL), EFAULT);
	/* Not a whole mapping: its beginning, its middle, its end. */
	must_fail(unmap_dma(&v, IOVA, 2 * PAGE, 0), EINVAL);
	must_fail(unmap_dma(&v, IOVA + PAGE, 2 * PAGE, 0), EINVAL);
	must_fail(unmap_dma(&v, IOVA + 2 * PAGE, 4 * PAGE, 0), EINVAL);
	if (must(unmap_dma(&v, IOVA + 8 * PAGE, PAGE, 0)))
		fail("there was something to unmap in a hole");
	if (must(unmap_dma(&v, IOVA, 4 * PAGE, 0)) != 4 * (long)PAGE)
		fail("not all was unmapped");
	if (must(unmap_dma(&v, IOVA, 4 * PAGE, 0)))
		fail("it was unmapped twice");
	vfio_close(&v);
}

/* Version 1 takes another range than was mapped, and tells what became of it. */
static void first_version(void)
{
	char *p = small_pages(4 * PAGE);
	struct account before = account_now();
	struct vfio v;

	vfio_start_type1(&v, 1);
	must(map_dma(&v, IOVA, p, 4 * PAGE, RW_DMA));
	if (must(unmap_dma(&v, IOVA + PAGE, PAGE, 0)))
		fail("the middle of a mapping was unmapped");
	account_holds(&before, 4, 0, "after the middle");
	if (must(unmap_dma(&v, IOVA, PAGE, 0)) != 4 * (long)PAGE)
		fail("the mapping was not unmapped with its first page");
	account_same(&before, "after unmap");
	vfio_close(&v);
}

static const struct ktap_case cases[] = {
	{ "ioctl-container", container },
	{ "ioctl-group", group },
	{ "ioctl-device", device },
	{ "ioctl-iommu-info", iommu_info },
	{ "ioctl-map-refuses", map_refuses },
	{ "ioctl-map-twice", map_twice },
	{ "ioctl-unmap-refuses", unmap_refuses },
	{ "ioctl-first-version", first_version },
};

const struct ktap_group ioctl_tests = CASES(cases);
