// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * epoll and poll, and what they wait for: eventfd, timerfd, signalfd, pidfd.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests.h"

static int ready(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return got(poll(&p, 1, ms)) && p.revents & POLLIN;
}

static void epolls(void)
{
	struct epoll_event in = { .events = EPOLLIN, .data.u64 = 7 }, out[4];
	int poller = got(epoll_create1(EPOLL_CLOEXEC)), inner, file, ends[2];

	must(err(pipe(ends)));
	inner = got(epoll_create1(0));
	file = scratch(0);
	must_fail(err(epoll_create1(0x1234)), EINVAL);
	must_fail(err(epoll_create(0)), EINVAL);
	must_fail(err(epoll_ctl(poller, EPOLL_CTL_ADD, poller, &in)), EINVAL);
	must_fail(err(epoll_ctl(ends[0], EPOLL_CTL_ADD, poller, &in)), EINVAL);
	must_fail(err(epoll_ctl(poller, EPOLL_CTL_ADD, file, &in)), EPERM);
	must_fail(err(epoll_ctl(poller, EPOLL_CTL_ADD, 1000, &in)), EBADF);
	must_fail(err(epoll_ctl(poller, EPOLL_CTL_MOD, ends[0], &in)), ENOENT);
	must_fail(err(epoll_ctl(poller, EPOLL_CTL_DEL, ends[0], NULL)), ENOENT);
	must_fail(err(epoll_ctl(poller, EPOLL_CTL_ADD, ends[0], NOWHERE)),
		  EFAULT);
	must(err(epoll_ctl(poller, EPOLL_CTL_ADD, ends[0], &in)));
	must_fail(err(epoll_ctl(poller, EPOLL_CTL_ADD, ends[0], &in)), EEXIST);
	must_fail(err(epoll_wait(poller, out, 0, 0)), EINVAL);
	/* Circles are refused, at any depth. */
	must(err(epoll_ctl(inner, EPOLL_CTL_ADD, poller, &in)));
	must_fail(err(epoll_ctl(poller, EPOLL_CTL_ADD, inner, &in)), ELOOP);
	if (got(epoll_wait(inner, out, 4, 0)))
		fail("ready before anything was written");
	must(write(ends[1], "x", 1) == 1 ? 0 : -errno);
	if (got(epoll_wait(inner, out, 4, patience_ms())) != 1 ||
	    got(epoll_wait(poller, out, 4, 0)) != 1 || out[0].data.u64 != 7)
		fail("what was written is not told");
	in.events = EPOLLIN | EPOLLET;
	must(err(epoll_ctl(poller, EPOLL_CTL_MOD, ends[0], &in)));
	if (got(epoll_wait(poller, out, 4, 0)) != 1 ||
	    got(epoll_wait(poller, out, 4, 0)))
		fail("an edge was not told once");
	in.events = EPOLLIN | EPOLLONESHOT;
	must(err(epoll_ctl(poller, EPOLL_CTL_MOD, ends[0], &in)));
	if (got(epoll_wait(poller, out, 4, 0)) != 1 ||
	    got(epoll_wait(poller, out, 4, 0)))
		fail("one shot was not one");
	/* Closed by its last owner, it leaves by itself. */
	must(err(close(ends[0])));
	must_fail(err(epoll_ctl(poller, EPOLL_CTL_DEL, ends[0], NULL)), EBADF);
	if (got(epoll_wait(poller, out, 4, 0)))
		fail("a closed pipe is ready");
}

static void eventfds(void)
{
	int fd = got(eventfd(3, EFD_NONBLOCK | EFD_SEMAPHORE));
	int sum = got(eventfd(0, EFD_NONBLOCK));
	uint64_t value = ~0ULL;

	must_fail(err(eventfd(0, 0x1234)), EINVAL);
	must_fail(err(write(sum, &value, 8)), EINVAL);
	must_fail(err(read(sum, &value, 4)), EINVAL);
	must_fail(err(read(sum, &value, 8)), EAGAIN);
	for (int i = 0; i < 3; i++)
		if (read(fd, &value, 8) != 8 || value != 1)
			fail("a semaphore gave %d", (int)value);
	must_fail(err(read(fd, &value, 8)), EAGAIN);
	value = ~0ULL - 1;
	must(write(sum, &value, 8) == 8 ? 0 : -errno);
	value = 1;
	must_fail(err(write(sum, &value, 8)), EAGAIN);
	if (read(sum, &value, 8) != 8 || value != ~0ULL - 1)
		fail("the sum is 0x%llx", (unsigned long long)value);
}

static void timers(void)
{
	struct itimerspec soon = { .it_value.tv_nsec = 2000000,
				   .it_interval.tv_nsec = 2000000 };
	struct itimerspec bad = { .it_value.tv_nsec = 1000000000 }, left;
	int fd = got(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
	uint64_t count = 0;

	must_fail(err(timerfd_create(12345, 0)), EINVAL);
	must_fail(err(timerfd_settime(fd, 0, &bad, NULL)), EINVAL);
	must_fail(err(timerfd_settime(fd, 0, NOWHERE, NULL)), EFAULT);
	must_fail(err(timerfd_settime(scratch(0), 0, &soon, NULL)), EINVAL);
	must_fail(err(read(fd, &count, 8)), EAGAIN);
	must(err(timerfd_settime(fd, 0, &soon, NULL)));
	if (!ready(fd, patience_ms()) || read(fd, &count, 8) != 8 || !count)
		fail("the timer did not expire");
	if (!ready(fd, patience_ms()))
		fail("the timer did not expire again");
	must(err(timerfd_settime(fd, 0, &(struct itimerspec){}, NULL)));
	must(err(timerfd_gettime(fd, &left)));
	if (left.it_value.tv_nsec || left.it_interval.tv_nsec)
		fail("a timer that was stopped runs");
}

static void signals(void)
{
	struct signalfd_siginfo info;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = got(signalfd(-1, &set, SFD_NONBLOCK));
	must_fail(err(signalfd(0, &set, 0)), EINVAL);
	must_fail(err(read(fd, &info, sizeof(info))), EAGAIN);
	must_fail(err(read(fd, &info, 8)), EINVAL);
	must_fail(err(kill(getpid(), 1000)), EINVAL);
	must_fail(err(kill(1 << 30, 0)), ESRCH);
	must_fail(err(sigqueue(getpid(), -1, (union sigval){ 0 })), EINVAL);
	/* Once however often it is sent; a queued one each time, in order. */
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR1);
	for (int i = 0; i < 3; i++)
		must(err(sigqueue(getpid(), SIGRTMIN, (union sigval){ i })));
	if (!ready(fd, 0) || read(fd, &info, sizeof(info)) != sizeof(info) ||
	    info.ssi_signo != SIGUSR1)
		fail("the first signal is %d", (int)info.ssi_signo);
	for (int i = 0; i < 3; i++)
		if (read(fd, &info, sizeof(info)) != sizeof(info) ||
		    info.ssi_signo != (uint32_t)SIGRTMIN || info.ssi_int != i)
			fail("queued signal %d came as %d", i, info.ssi_int);
	must_fail(err(read(fd, &info, sizeof(info))), EAGAIN);
}

static void pidfds(void)
{
	siginfo_t info = { 0 };
	int pid = fork(), fd;

	if (!pid)
		for (;;)
			pause();
	fd = syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0 && errno == ENOSYS)
		skip("no pidfd");
	got(fd);
	must_fail(err(syscall(SYS_pidfd_open, pid, 0x1234)), EINVAL);
	must_fail(err(syscall(SYS_pidfd_open, -1, 0)), EINVAL);
	must_fail(err(syscall(SYS_pidfd_open, 1 << 21, 0)), ESRCH);
	if (ready(fd, 0))
		fail("a child that lives is ready");
	must_fail(err(syscall(SYS_pidfd_send_signal, fd, 1000, NULL, 0)), EINVAL);
	must_fail(err(syscall(SYS_pidfd_send_signal, 0, 0, NULL, 0)), EBADF);
	must(err(syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0)));
	if (!ready(fd, patience_ms()))
		fail("a child that died is not ready");
	must(err(waitid(P_PIDFD, fd, &info, WEXITED)));
	if (info.si_pid != pid || info.si_status != SIGKILL)
		fail("pid %d, status %d", info.si_pid, info.si_status);
	must_fail(err(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0)), ESRCH);
	must_fail(err(waitid(P_PIDFD, fd, &info, WEXITED)), ECHILD);
}

static void sockets(void)
{
	int pair[2], fds[2] = { -1, scratch(8) }, got_fd;
	char space[CMSG_SPACE(sizeof(int))] = "", c = 'x';
	struct iovec part = { &c, 1 };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1,
			      .msg_control = space,
			      .msg_controllen = sizeof(space) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	must_fail(err(socket(999, SOCK_STREAM, 0)), EAFNOSUPPORT);
	must_fail(err(socket(AF_UNIX, 99, 0)), EINVAL);
	must(err(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair)));
	must_fail(err(recv(pair[0], &c, 1, 0)), EAGAIN);
	must_fail(err(send(pair[0], NOWHERE, 8, 0)), EFAULT);
	must_fail(err(listen(pair[0], 1)), EOPNOTSUPP);
	must_fail(err(bind(pair[0], NOWHERE, 16)), EFAULT);
	must_fail(err(setsockopt(pair[0], SOL_SOCKET, 9999, &c, 4)),
		  ENOPROTOOPT);
	must_fail(err(send(0, &c, 1, 0)), ENOTSOCK);
	*head = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	*(int *)CMSG_DATA(head) = 1000;
	must_fail(err(sendmsg(pair[0], &msg, 0)), EBADF);
	*(int *)CMSG_DATA(head) = fds[1];
	must(sendmsg(pair[0], &msg, 0) == 1 ? 0 : -errno);
	must(err(close(fds[1])));
	*(int *)CMSG_DATA(head) = -1;
	must(recvmsg(pair[1], &msg, 0) == 1 ? 0 : -errno);
	got_fd = *(int *)CMSG_DATA(CMSG_FIRSTHDR(&msg));
	if (got(lseek(got_fd, 0, SEEK_END)) != 8)
		fail("another file came through the socket");
	/* One on its way when both ends go. */
	msg.msg_controllen = sizeof(space);
	*(int *)CMSG_DATA(head) = pair[1];
	must(sendmsg(pair[0], &msg, 0) == 1 ? 0 : -errno);
	must(err(close(pair[1])));
	must(err(close(pair[0])));
}

static const struct ktap_case cases[] = {
	{ "event-epoll", epolls },
	{ "event-eventfd", eventfds },
	{ "event-timerfd", timers },
	{ "event-signalfd", signals },
	{ "event-pidfd", pidfds },
	{ "event-sockets", sockets },
};

const struct ktap_group event_tests = CASES(cases);
