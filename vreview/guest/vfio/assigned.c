// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the device, takes it, maps memory for it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ktap.h"
#include "assigned.h"

#define DEVICES		"/sys/bus/pci/devices"
#define EDU_VENDOR	0x1234
#define EDU_DEVICE	0x11e8

int request(int fd, unsigned long code, void *arg)
{
	int ret = ioctl(fd, code, arg);

	return ret < 0 ? -errno : ret;
}

static long read_number(const char *address, const char *name)
{
	char path[256], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), DEVICES "/%s/%s", address, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		fail("%s: %s", path, strerror(errno));
	close(fd);
	return strtol(text, NULL, 0);
}

/* The last part of what a device's link names, false without that link. */
static bool linked(const char *address, const char *link, char name[64])
{
	char path[128], target[256] = "", *last;

	snprintf(path, sizeof(path), DEVICES "/%s/%s", address, link);
	if (readlink(path, target, sizeof(target) - 1) < 0)
		return false;
	last = strrchr(target, '/');
	snprintf(name, 64, "%.63s", last ? last + 1 : target);
	return true;
}

static void find_edu(char address[16])
{
	DIR *all = opendir(DEVICES);
	struct dirent *entry;

	if (!all)
		skip("no PCI bus: %s", strerror(errno));
	while ((entry = readdir(all))) {
		if (entry->d_name[0] == '.' ||
		    read_number(entry->d_name, "vendor") != EDU_VENDOR ||
		    read_number(entry->d_name, "device") != EDU_DEVICE)
			continue;
		snprintf(address, 16, "%.15s", entry->d_name);
		closedir(all);
		return;
	}
	skip("no edu device");
}

static void hand_over(const char *address)
{
	char path[128], name[64];

	if (linked(address, "driver", name) && !strcmp(name, "vfio-pci"))
		return;
	if (access("/sys/bus/pci/drivers/vfio-pci", F_OK))
		skip("no vfio-pci driver");
	snprintf(path, sizeof(path), DEVICES "/%s/driver_override", address);
	must(write_proc(path, "vfio-pci"));
	must(write_proc("/sys/bus/pci/drivers_probe", address));
	if (!linked(address, "driver", name) || strcmp(name, "vfio-pci"))
		fail("vfio-pci does not take the device");
}

/* What a case that failed has left behind may take a moment to go. */
static int open_alone(const char *path)
{
	int fd, left_ms = patience_ms();

	while ((fd = open(path, O_RDWR | O_CLOEXEC)) < 0 && errno == EBUSY &&
	       (left_ms -= 10) > 0)
		poll(NULL, 0, 10);
	return fd < 0 ? -errno : fd;
}

void vfio_find(struct vfio *v)
{
	char group[64], path[80];

	*v = (struct vfio){ .container = -1, .group = -1, .device = -1 };
	find_edu(v->address);
	v->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (v->container < 0 && (errno == ENOENT || errno == ENODEV))
		skip("no vfio: /dev/vfio/vfio: %s", strerror(errno));
	must(v->container < 0 ? -errno : 0);
	if (!linked(v->address, "iommu_group", group))
		skip("no IOMMU before the device");
	hand_over(v->address);
	snprintf(path, sizeof(path), "/dev/vfio/%s", group);
	v->group = must(open_alone(path));
}

/* Without this bit the device's DMA goes nowhere. */
static void make_bus_master(struct vfio *v)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	uint16_t command;
	off_t at;

	must(request(v->device, VFIO_DEVICE_GET_REGION_INFO, &info));
	at = info.offset + PCI_COMMAND;
	must(pread(v->device, &command, 2, at) != 2 ? -errno : 0);
	command |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	must(pwrite(v->device, &command, 2, at) != 2 ? -errno : 0);
}

static void map_registers(struct vfio *v)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_BAR0_REGION_INDEX,
	};
	void *p;

	must(request(v->device, VFIO_DEVICE_GET_REGION_INFO, &info));
	p = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED,
		 v->device, info.offset);
	must(p == MAP_FAILED ? -errno : 0);
	v->registers = p;
}

void vfio_start_type1(struct vfio *v, int version)
{
	long type = version == 1 ? VFIO_TYPE1_IOMMU : VFIO_TYPE1v2_IOMMU;

	vfio_find(v);
	must(request(v->group, VFIO_GROUP_SET_CONTAINER, &v->container));
	must(request(v->container, VFIO_SET_IOMMU, (void *)type));
	v->device = must(request(v->group, VFIO_GROUP_GET_DEVICE_FD,
				 v->address));
	make_bus_master(v);
	map_registers(v);
}

void vfio_start(struct vfio *v)
{
	vfio_start_type1(v, 2);
}

void vfio_close(struct vfio *v)
{
	if (v->registers)
		munmap((void *)v->registers, 1 << 20);
	if (v->device >= 0)
		close(v->device);
	close(v->group);
	close(v->container);
}

int map_dma(struct vfio *v, uint64_t iova, const void *p, uint64_t size,
	    uint32_t flags)
{
	struct vfio_iommu_type1_dma_map m = {
		.argsz = sizeof(m),
		.flags = flags,
		.vaddr = (uintptr_t)p,
		.iova = iova,
		.size = size,
	};

	return request(v->container, VFIO_IOMMU_MAP_DMA, &m);
}

long unmap_dma(struct vfio *v, uint64_t iova, uint64_t size, uint32_t flags)
{
	struct vfio_iommu_type1_dma_unmap u = {
		.argsz = sizeof(u),
		.flags = flags,
		.iova = iova,
		.size = size,
	};
	int ret = request(v->container, VFIO_IOMMU_UNMAP_DMA, &u);

	return ret < 0 ? ret : (long)u.size;
}

long mappings_left(struct vfio *v)
{
	static char buffer[4096];
	struct vfio_iommu_type1_info *info = (void *)buffer;
	struct vfio_info_cap_header *cap;
	uint32_t at;

	info->argsz = sizeof(buffer);
	must(request(v->container, VFIO_IOMMU_GET_INFO, info));
	if (!(info->flags & VFIO_IOMMU_INFO_CAPS))
		return -1;
	for (at = info->cap_offset; at; at = cap->next) {
		cap = (void *)(buffer + at);
		if (cap->id == VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL)
			return ((struct vfio_iommu_type1_info_dma_avail *)cap)
				->avail;
	}
	return -1;
}

/* Registers of the device, and its buffer, as docs/specs/edu.txt of QEMU has them. */
enum { SOURCE = 0x80, DESTINATION = 0x88, COUNT = 0x90, COMMAND = 0x98 };
enum { START = 1, TO_MEMORY = 2 };
#define BUFFER	0x40000UL

static void put64(struct vfio *v, int at, uint64_t value)
{
	*(volatile uint64_t *)((volatile char *)v->registers + at) = value;
}

static void transfer(struct vfio *v, uint64_t from, uint64_t to, uint32_t size,
		     int command)
{
	volatile uint64_t *done = (void *)((char *)v->registers + COMMAND);
	int left_ms;

	put64(v, SOURCE, from);
	put64(v, DESTINATION, to);
	put64(v, COUNT, size);
	put64(v, COMMAND, command | START);
	for (left_ms = patience_ms(); *done & START; left_ms -= 5) {
		if (left_ms <= 0)
			fail("the device's DMA did not end");
		poll(NULL, 0, 5);
	}
}

void dma_read(struct vfio *v, uint64_t iova, uint32_t size)
{
	transfer(v, iova, BUFFER, size, 0);
}

void dma_write(struct vfio *v, uint64_t iova, uint32_t size)
{
	transfer(v, BUFFER, iova, size, TO_MEMORY);
}

void dma_copies(struct vfio *v, char *from, uint64_t from_iova, char *to,
		uint64_t to_iova)
{
	static unsigned char seed = 1;
	enum { SIZE = 256 };

	for (int i = 0; i < SIZE; i++) {
		from[i] = seed + 7 * i;
		to[i] = 0;
	}
	seed += 31;
	dma_read(v, from_iova, SIZE);
	dma_write(v, to_iova, SIZE);
	if (memcmp(from, to, SIZE))
		fail("DMA from 0x%lx to 0x%lx did not copy",
		     (unsigned long)from_iova, (unsigned long)to_iova);
}
