// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a system call is called in a report.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/vfio.h>
#include <linux/vhost.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "inject.h"

struct named {
	unsigned long number;
	const char *name;
};

#define CALL(x)		{ SYS_##x, #x }
#define REQUEST(x)	{ x, #x }

static const struct named calls[] = {
	CALL(read), CALL(write), CALL(open), CALL(openat), CALL(close),
	CALL(mmap), CALL(mprotect), CALL(munmap), CALL(brk), CALL(ioctl),
	CALL(pread64), CALL(pwrite64), CALL(readv), CALL(writev), CALL(poll),
	CALL(ppoll), CALL(select), CALL(mremap), CALL(madvise), CALL(dup),
	CALL(dup2), CALL(dup3), CALL(socket), CALL(connect), CALL(accept),
	CALL(accept4), CALL(sendto), CALL(recvfrom), CALL(sendmsg),
	CALL(recvmsg), CALL(shutdown), CALL(bind), CALL(listen),
	CALL(socketpair), CALL(setsockopt), CALL(getsockopt), CALL(fcntl),
	CALL(ftruncate), CALL(fallocate), CALL(fsync), CALL(unlink),
	CALL(unlinkat), CALL(mkdir), CALL(rename), CALL(mount), CALL(umount2),
	CALL(eventfd2), CALL(epoll_create1), CALL(epoll_ctl), CALL(epoll_wait),
	CALL(timerfd_create), CALL(timerfd_settime), CALL(signalfd4),
	CALL(inotify_init1), CALL(inotify_add_watch), CALL(fanotify_init),
	CALL(fanotify_mark), CALL(perf_event_open), CALL(bpf), CALL(unshare),
	CALL(setns), CALL(mlock), CALL(mlockall), CALL(memfd_create),
	CALL(userfaultfd), CALL(io_setup), CALL(io_submit), CALL(io_destroy),
	CALL(splice), CALL(tee), CALL(vmsplice), CALL(prctl), CALL(getdents64),
	CALL(sched_setattr), CALL(sched_setaffinity), CALL(pipe2),
	CALL(io_uring_setup), CALL(io_uring_enter), CALL(io_uring_register),
	CALL(readlink), CALL(getrandom), CALL(prlimit64),
	CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(process_vm_readv), CALL(process_vm_writev), CALL(mbind),
	CALL(migrate_pages), CALL(move_pages), CALL(keyctl), CALL(add_key),
};

static const struct named requests[] = {
	REQUEST(VHOST_GET_FEATURES), REQUEST(VHOST_SET_FEATURES),
	REQUEST(VHOST_SET_OWNER), REQUEST(VHOST_RESET_OWNER),
	REQUEST(VHOST_SET_MEM_TABLE), REQUEST(VHOST_SET_LOG_BASE),
	REQUEST(VHOST_SET_LOG_FD), REQUEST(VHOST_SET_VRING_NUM),
	REQUEST(VHOST_SET_VRING_ADDR), REQUEST(VHOST_SET_VRING_BASE),
	REQUEST(VHOST_GET_VRING_BASE), REQUEST(VHOST_SET_VRING_KICK),
	REQUEST(VHOST_SET_VRING_CALL), REQUEST(VHOST_SET_VRING_ERR),
	REQUEST(VHOST_SET_VRING_BUSYLOOP_TIMEOUT),
	REQUEST(VHOST_GET_VRING_BUSYLOOP_TIMEOUT),
	REQUEST(VHOST_GET_BACKEND_FEATURES), REQUEST(VHOST_SET_BACKEND_FEATURES),
	REQUEST(VHOST_NET_SET_BACKEND), REQUEST(VHOST_VSOCK_SET_GUEST_CID),
	REQUEST(VHOST_VSOCK_SET_RUNNING),
	REQUEST(VFIO_GET_API_VERSION), REQUEST(VFIO_CHECK_EXTENSION),
	REQUEST(VFIO_SET_IOMMU), REQUEST(VFIO_GROUP_GET_STATUS),
	REQUEST(VFIO_GROUP_SET_CONTAINER), REQUEST(VFIO_GROUP_UNSET_CONTAINER),
	REQUEST(VFIO_GROUP_GET_DEVICE_FD), REQUEST(VFIO_DEVICE_GET_INFO),
	REQUEST(VFIO_DEVICE_GET_REGION_INFO), REQUEST(VFIO_DEVICE_SET_IRQS),
	REQUEST(VFIO_DEVICE_RESET), REQUEST(VFIO_IOMMU_GET_INFO),
	REQUEST(VFIO_IOMMU_MAP_DMA), REQUEST(VFIO_IOMMU_UNMAP_DMA),
	REQUEST(TUNSETIFF), REQUEST(TUNSETOFFLOAD), REQUEST(TUNSETSNDBUF),
	REQUEST(TUNSETVNETHDRSZ), REQUEST(TUNSETQUEUE), REQUEST(TUNSETPERSIST),
	REQUEST(TUNATTACHFILTER), REQUEST(TUNDETACHFILTER),
};

static const char *find(const struct named *table, size_t count,
			unsigned long number)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (table[i].number == number)
			return table[i].name;
	return NULL;
}

#define FIND(table, number) \
	find(table, sizeof(table) / sizeof((table)[0]), number)

/* What tells two calls of one number apart. */
unsigned long call_cmd(long nr, const unsigned long long args[6])
{
	switch (nr) {
	case SYS_ioctl:
	case SYS_fcntl:
		return args[1];
	case SYS_setsockopt:
	case SYS_getsockopt:
		return args[1] << 16 | args[2];
	case SYS_socket:
		return args[0] << 16 | args[1];
	case SYS_prctl:
	case SYS_bpf:
	case SYS_keyctl:
		return args[0];
	}
	return 0;
}

/* The file behind a descriptor, empty when it is none. */
static void file_of(char *file, size_t size, pid_t pid, int fd)
{
	char link[64];
	ssize_t got;

	snprintf(link, sizeof(link), "/proc/%d/fd/%d", pid, fd);
	got = readlink(link, file, size - 1);
	file[got > 0 ? got : 0] = '\0';
}

static void path_of(char *path, size_t size, pid_t pid, unsigned long at)
{
	struct iovec here = { path, size - 1 };
	struct iovec there = { (void *)at, size - 1 };
	ssize_t got;

	/* Up to the end of its page: the next need not be there. */
	if (((at + size) ^ at) & ~4095UL)
		there.iov_len = 4096 - (at & 4095);
	if (there.iov_len > size - 1)
		there.iov_len = size - 1;
	got = process_vm_readv(pid, &here, 1, &there, 1, 0);
	path[got > 0 ? got : 0] = '\0';
}

void call_name(char *name, size_t size, pid_t pid, long nr,
	       const unsigned long long args[6])
{
	const char *known = FIND(calls, (unsigned long)nr);
	char file[48] = "", base[40];
	char *c;

	if (nr == SYS_ioctl) {
		known = FIND(requests, (unsigned long)args[1]);
		if (known) {
			snprintf(name, size, "%s", known);
			return;
		}
		file_of(file, sizeof(file), pid, args[0]);
		snprintf(base, sizeof(base), "ioctl:0x%x",
			 (unsigned int)args[1]);
	} else if (known) {
		snprintf(base, sizeof(base), "%s", known);
	} else {
		snprintf(base, sizeof(base), "syscall:%ld", nr);
	}
	if (nr == SYS_openat)
		path_of(file, sizeof(file), pid, args[1]);
	else if (nr == SYS_open)
		path_of(file, sizeof(file), pid, args[0]);
	else if (nr == SYS_close || nr == SYS_read || nr == SYS_write ||
		 nr == SYS_sendmsg || nr == SYS_recvmsg || nr == SYS_writev ||
		 nr == SYS_readv)
		file_of(file, sizeof(file), pid, args[0]);
	/* One word to whoever splits the line, and nothing that is no text. */
	for (c = file; *c; c++)
		if (*c <= ' ' || *c > '~' || *c == '"')
			*c = '?';
	snprintf(name, size, *file ? "%s(%s)" : "%s%s", base, file);
}
