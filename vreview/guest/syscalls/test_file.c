// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Descriptors, pipes, paths: the errnos, and bad pointers wherever one is taken.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "tests.h"

static void bad_descriptors(void)
{
	struct stat st;
	char c;

	must_fail(err(read(-1, &c, 1)), EBADF);
	must_fail(err(write(1000, &c, 1)), EBADF);
	must_fail(err(close(1000)), EBADF);
	must_fail(err(dup(1000)), EBADF);
	must_fail(err(fstat(1000, &st)), EBADF);
	must_fail(err(lseek(1000, 0, SEEK_SET)), EBADF);
	must_fail(err(fcntl(1000, F_GETFD)), EBADF);
	must_fail(err(ioctl(1000, 0)), EBADF);
	must_fail(err(fsync(1000)), EBADF);
	must_fail(err(openat(1000, "x", O_RDONLY)), EBADF);
	must_fail(err(dup3(0, 0, 0)), EINVAL);
	must_fail(err(dup3(0, 5, 0x1234)), EINVAL);
	must_fail(err(dup2(0, 1 << 30)), EBADF);
	must_fail(err(fcntl(0, F_DUPFD, 1 << 30)), EINVAL);
	must_fail(err(fcntl(0, 9999, 0)), EINVAL);
}

static void bad_pointers(void)
{
	static void *const bad[] = { NULL, NOWHERE, KERNEL, (void *)-1L };
	int fd = scratch(PAGE), ends[2];
	struct iovec part;

	must(err(pipe(ends)));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		void *p = bad[i];

		must_fail(err(read(fd, p, 16)), EFAULT);
		must_fail(err(pwrite(fd, p, 16, 0)), EFAULT);
		must_fail(err(write(ends[1], p, 16)), EFAULT);
		must_fail(err(syscall(SYS_openat, AT_FDCWD, p, O_RDONLY)),
			  EFAULT);
		must_fail(err(syscall(SYS_pipe2, p, 0)), EFAULT);
		must_fail(err(syscall(SYS_uname, p)), EFAULT);
		must_fail(err(syscall(SYS_newfstatat, fd, "", p, AT_EMPTY_PATH)),
			  EFAULT);
		must_fail(err(syscall(SYS_getcwd, p, PAGE)), EFAULT);
		must_fail(err(syscall(SYS_clock_gettime, CLOCK_REALTIME, p)),
			  EFAULT);
		must_fail(err(syscall(SYS_nanosleep, p, NULL)), EFAULT);
		must_fail(err(syscall(SYS_poll, p, 1, 0)), EFAULT);
		must_fail(err(syscall(SYS_writev, fd, p, 1)), EFAULT);
		must_fail(err(syscall(SYS_getrlimit, RLIMIT_NOFILE, p)),
			  EFAULT);
		part = (struct iovec){ p, 16 };
		must_fail(err(syscall(SYS_readv, fd, &part, 1)), EFAULT);
	}
	/* None of it came in between. */
	must(err(fcntl(ends[0], F_SETFL, O_NONBLOCK)));
	must_fail(err(read(ends[0], &fd, 1)), EAGAIN);
}

/* Up to the last byte that is there, and not one further. */
static void at_the_edge(void)
{
	char *p = small_pages(2 * PAGE);
	int fd = scratch(2 * PAGE), ends[2];

	must(err(munmap(p + PAGE, PAGE)));
	must(err(pipe(ends)));
	if (read(fd, p + PAGE - 16, 16) != 16)
		fail("16 bytes up to the edge were not read");
	if (pread(fd, p + PAGE - 16, 64, 0) != 16)
		fail("a read over the edge did not stop there");
	must_fail(err(read(fd, p + PAGE, 16)), EFAULT);
	memcpy(p + PAGE - 2, "x", 2);
	must_fail(err(open(p + PAGE - 2, O_RDONLY)), ENOENT);
	p[PAGE - 1] = 'y';
	must_fail(err(open(p + PAGE - 2, O_RDONLY)), EFAULT);
	must_fail(err(syscall(SYS_uname, p + PAGE - 8)), EFAULT);
}

static void descriptors_run_out(void)
{
	struct rlimit few = { 32, 32 };
	int fd, last = -1, ends[2];

	must(err(setrlimit(RLIMIT_NOFILE, &few)));
	while ((fd = dup(0)) >= 0)
		last = fd;
	must_fail(err(dup(0)), EMFILE);
	must_fail(err(open("/", O_RDONLY)), EMFILE);
	must_fail(err(pipe(ends)), EMFILE);
	must_fail(err(socket(AF_UNIX, SOCK_STREAM, 0)), EMFILE);
	must_fail(err(fcntl(0, F_DUPFD, 0)), EMFILE);
	if (last != 31)
		fail("the last descriptor is %d", last);
	must(err(close(last)));
	/* One is not two: the first must be given back. */
	must_fail(err(pipe(ends)), EMFILE);
	must_fail(err(socketpair(AF_UNIX, SOCK_STREAM, 0, ends)), EMFILE);
	if (got(dup(0)) != last)
		fail("the free descriptor was not used");
	if (syscall(SYS_close_range, 3, ~0u, 0) && errno == ENOSYS)
		return;
	must_fail(err(read(last, &fd, 1)), EBADF);
	must_fail(err(syscall(SYS_close_range, 5, 3, 0)), EINVAL);
}

static void files(void)
{
	int fd = scratch(0);
	char text[8] = "";

	if (pwrite(fd, "abc", 3, 2 * PAGE) != 3 ||
	    got(lseek(fd, 0, SEEK_END)) != 2 * PAGE + 3)
		fail("the file does not end behind what was written");
	must_fail(err(lseek(fd, -1, SEEK_SET)), EINVAL);
	must_fail(err(lseek(fd, 0, 99)), EINVAL);
	must_fail(err(lseek(fd, 3 * PAGE, SEEK_DATA)), ENXIO);
	if (got(lseek(fd, 0, SEEK_DATA)) != 2 * PAGE)
		fail("the data begins at %ld", (long)lseek(fd, 0, SEEK_DATA));
	if (pread(fd, text, 8, 2 * PAGE) != 3 || strcmp(text, "abc"))
		fail("read \"%.8s\"", text);
	if (pread(fd, text, 8, 3 * PAGE))
		fail("there is something behind the end");
	must_fail(err(ftruncate(fd, -1)), EINVAL);
	must(err(fcntl(fd, F_SETFL, O_APPEND)));
	must(write(fd, "d", 1) == 1 ? 0 : -errno);
	must(write(fd, "e", 1) == 1 ? 0 : -errno);
	if (pread(fd, text, 8, 2 * PAGE) != 5 || memcmp(text, "abcde", 5))
		fail("appended \"%.8s\"", text);
	must_fail(err(read(open("/", O_RDONLY), text, 1)), EISDIR);
	must_fail(err(open("/", O_WRONLY)), EISDIR);
	must_fail(err(open("/proc/self/exe/x", O_RDONLY)), ENOTDIR);
	must_fail(err(open("", O_RDONLY)), ENOENT);
	must_fail(err(mkdir("/", 0755)), EEXIST);
	must_fail(err(readlink("/proc", text, 8)), EINVAL);
	must_fail(err(syscall(SYS_getdents64, fd, text, 8)), ENOTDIR);
}

static void pipes(void)
{
	char data[PAGE] = "";
	int ends[2], other[2], fd = scratch(PAGE);
	long have = 0, n;

	signal(SIGPIPE, SIG_IGN);
	must(err(pipe2(ends, O_NONBLOCK)));
	must(err(pipe2(other, O_NONBLOCK)));
	must_fail(err(read(ends[0], data, 1)), EAGAIN);
	must_fail(err(lseek(ends[0], 0, SEEK_SET)), ESPIPE);
	must_fail(err(read(ends[1], data, 1)), EBADF);
	while ((n = write(ends[1], data, PAGE)) > 0)
		have += n;
	must_fail(err(write(ends[1], data, 1)), EAGAIN);
	if (got(fcntl(ends[0], F_GETPIPE_SZ)) != have)
		fail("a pipe took %ld bytes", have);
	must_fail(err(fcntl(ends[0], F_SETPIPE_SZ, PAGE)), EBUSY);
	/* Pages go from pipe to pipe, and to a file. */
	if (got(tee(ends[0], other[1], PAGE, 0)) != PAGE ||
	    got(splice(other[0], NULL, fd, NULL, PAGE, 0)) != PAGE)
		fail("not a page was spliced");
	must_fail(err(splice(fd, NULL, fd, NULL, PAGE, 0)), EINVAL);
	must_fail(err(tee(ends[0], ends[1], PAGE, 0)), EINVAL);
	while ((n = read(ends[0], data, PAGE)) > 0)
		have -= n;
	if (have)
		fail("%ld bytes did not come out", have);
	must(err(close(ends[0])));
	must_fail(err(write(ends[1], data, 1)), EPIPE);
	must(err(close(other[1])));
	if (got(read(other[0], data, 1)))
		fail("there is no end");
}

static void vectors(void)
{
	char a[4], b[8];
	struct iovec parts[2] = { { a, 4 }, { b, 8 } };
	int fd = scratch(0), out = scratch(0);
	off_t at = 0;

	must(pwrite(fd, "0123456789", 10, 0) == 10 ? 0 : -errno);
	if (got(preadv(fd, parts, 2, 0)) != 10 || memcmp(a, "0123", 4) ||
	    memcmp(b, "456789", 6))
		fail("the parts do not hold what was written");
	must_fail(err(syscall(SYS_preadv, fd, parts, -1, 0, 0)), EINVAL);
	must_fail(err(syscall(SYS_preadv, fd, parts, 1025, 0, 0)), EINVAL);
	parts[0].iov_len = -1;
	must_fail(err(syscall(SYS_preadv, fd, parts, 2, 0, 0)), EINVAL);
	parts[0].iov_len = 4;
	if (got(sendfile(out, fd, &at, 100)) != 10 || at != 10)
		fail("sendfile stopped at %ld", (long)at);
	at = 0;
	if (copy_file_range(fd, &at, out, NULL, 4, 0) != 4)
		fail("copy_file_range: %s", strerror(errno));
	must_fail(err(copy_file_range(fd, &at, out, NULL, 4, 1)), EINVAL);
	must_fail(err(preadv2(fd, parts, 1, 0, 0x4000000)), EOPNOTSUPP);
}

static const struct ktap_case cases[] = {
	{ "file-bad-descriptors", bad_descriptors },
	{ "file-bad-pointers", bad_pointers },
	{ "file-at-the-edge", at_the_edge },
	{ "file-descriptors-run-out", descriptors_run_out },
	{ "file-files", files },
	{ "file-pipes", pipes },
	{ "file-vectors", vectors },
};

const struct ktap_group file_tests = CASES(cases);
