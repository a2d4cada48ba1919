/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does this kernel do what every program needs? Mounts, processes, pipes, files, memory,
 * sockets over loopback. Needs root in a throw-away guest; no modules, no disk, no libraries.
 *
 *	smoke [test [--only CASE]]	KTAP on stdout; 1 when a case failed
 *	smoke list			the cases' names, one a line
 *
 * Stands alone, without what the other suites share. Each case runs in a child of its own with a time limit, so that one that
 * crashes or hangs is one failed case. ENOSYS, ENODEV and EAFNOSUPPORT mean that the kernel
 * was built without the thing: SKIP.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CASE_SECONDS 20
#define PAGE 4096

enum { PASS = 0, FAIL = 1, SKIP = 4 };

static char scratch[] = "/tmp/smoke.XXXXXX";

static int say(int result, const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	return result;
}

/* What failed, and whether that only means that it is not built in. */
static int failed(const char *what)
{
	int skip = errno == ENOSYS || errno == ENODEV || errno == EAFNOSUPPORT ||
		   errno == EPROTONOSUPPORT;

	return say(skip ? SKIP : FAIL, "%s: %s", what, strerror(errno));
}

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	ssize_t size = strlen(text);

	if (fd < 0 || write(fd, text, size) != size)
		return -1;
	return close(fd);
}

static int has(const char *path, const char *text)
{
	char got[256] = "";
	int fd = open(path, O_RDONLY);
	ssize_t size = fd < 0 ? -1 : read(fd, got, sizeof(got) - 1);

	if (fd >= 0)
		close(fd);
	return size == (ssize_t)strlen(text) && !strcmp(got, text);
}

static int mounts_proc(void)
{
	char got[64] = "";
	FILE *file;

	if (mkdir("proc", 0755) || mount("proc", "proc", "proc", 0, NULL))
		return failed("mount proc");
	file = fopen("proc/self/comm", "r");
	if (!file || !fgets(got, sizeof(got), file))
		return failed("read proc/self/comm");
	fclose(file);
	if (strcmp(got, "smoke\n"))
		return say(FAIL, "proc/self/comm says %s", got);
	return umount("proc") ? failed("umount proc") : PASS;
}

static int mounts_tmpfs(void)
{
	if (mkdir("tmpfs", 0755) || mount("tmpfs", "tmpfs", "tmpfs", 0, "size=1m"))
		return failed("mount tmpfs");
	if (put("tmpfs/file", "content") || !has("tmpfs/file", "content"))
		return failed("a file on tmpfs");
	if (umount("tmpfs"))
		return failed("umount tmpfs");
	return access("tmpfs/file", F_OK) ? PASS : say(FAIL, "the file survived the umount");
}

static int mounts_overlay(void)
{
	if (mkdir("ovl", 0755) || mount("tmpfs", "ovl", "tmpfs", 0, NULL))
		return failed("mount tmpfs");
	if (mkdir("ovl/lower", 0755) || mkdir("ovl/upper", 0755) || mkdir("ovl/work", 0755) ||
	    mkdir("ovl/all", 0755) || put("ovl/lower/kept", "below") ||
	    put("ovl/lower/gone", "below"))
		return failed("make the layers");
	if (mount("overlay", "ovl/all", "overlay", 0,
		  "lowerdir=ovl/lower,upperdir=ovl/upper,workdir=ovl/work"))
		return failed("mount overlay");
	if (!has("ovl/all/kept", "below"))
		return say(FAIL, "the lower file is not seen");
	if (put("ovl/all/kept", "above") || unlink("ovl/all/gone"))
		return failed("change the overlay");
	if (!has("ovl/lower/kept", "below") || !has("ovl/upper/kept", "above"))
		return say(FAIL, "the write did not go to the upper layer alone");
	if (!access("ovl/all/gone", F_OK) || access("ovl/lower/gone", F_OK))
		return say(FAIL, "the removal was not a whiteout");
	return umount("ovl/all") || umount("ovl") ? failed("umount") : PASS;
}

static int processes(void)
{
	enum { CHILDREN = 16 };
	int n, status, sum = 0;

	for (n = 0; n < CHILDREN; n++) {
		pid_t pid = fork();

		if (pid < 0)
			return failed("fork");
		if (!pid)
			_exit(n);
	}
	for (n = 0; n < CHILDREN; n++) {
		if (wait(&status) < 0 || !WIFEXITED(status))
			return failed("wait");
		sum += WEXITSTATUS(status);
	}
	return sum == CHILDREN * (CHILDREN - 1) / 2 ? PASS : say(FAIL, "statuses add up to %d", sum);
}

static int executes(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		execl("/proc/self/exe", "smoke", "--exit", "42", NULL);
		_exit(1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return failed("fork and wait");
	return WIFEXITED(status) && WEXITSTATUS(status) == 42 ? PASS :
		say(FAIL, "the program ended with status 0x%x", status);
}

static volatile sig_atomic_t caught;

static void catch(int number)
{
	caught = number;
}

static int signals(void)
{
	struct timespec moment = { .tv_nsec = 1000000 };
	sigset_t set;

	signal(SIGUSR1, catch);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR1);
	nanosleep(&moment, NULL);
	if (caught)
		return say(FAIL, "a blocked signal was delivered");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	return caught == SIGUSR1 ? PASS : say(FAIL, "the signal was not delivered");
}

static int pipes(void)
{
	static char data[256 * 1024], got[sizeof(data)];
	size_t have = 0;
	int ends[2], status;
	pid_t pid;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i * 7;
	if (pipe(ends))
		return failed("pipe");
	pid = fork();
	if (!pid) {
		close(ends[0]);
		_exit(write(ends[1], data, sizeof(data)) != sizeof(data));
	}
	close(ends[1]);
	while (have < sizeof(got)) {
		ssize_t size = read(ends[0], got + have, sizeof(got) - have);

		if (size <= 0)
			break;
		have += size;
	}
	if (waitpid(pid, &status, 0) != pid || status)
		return say(FAIL, "the writer ended with status 0x%x", status);
	return have == sizeof(data) && !memcmp(data, got, have) ? PASS :
		say(FAIL, "%zu of %zu bytes, or not the same", have, sizeof(data));
}

static int files(void)
{
	struct stat stat;
	int fd;

	if (put("one", "first") || rename("one", "two"))
		return failed("write and rename");
	if (!access("one", F_OK) || !has("two", "first"))
		return say(FAIL, "the renamed file is not what was written");
	if (link("two", "three") || symlink("two", "four") || !has("four", "first"))
		return failed("link and symlink");
	if (lstat("two", &stat) || stat.st_nlink != 2)
		return say(FAIL, "%d links instead of 2", (int)stat.st_nlink);
	fd = open("two", O_RDWR);
	if (fd < 0 || ftruncate(fd, 3) || pwrite(fd, "x", 1, PAGE) != 1 || fstat(fd, &stat))
		return failed("truncate and write behind the end");
	close(fd);
	if (stat.st_size != PAGE + 1)
		return say(FAIL, "size %ld", (long)stat.st_size);
	return unlink("two") || unlink("three") || unlink("four") ? failed("unlink") : PASS;
}

static int memory(void)
{
	int status;
	char *map, *again;
	pid_t pid;

	map = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return failed("mmap");
	for (int n = 0; n < 64; n++)
		if (map[n * PAGE])
			return say(FAIL, "page %d is not zero", n);
	memset(map, 1, 64 * PAGE);
	pid = fork();
	if (!pid) {
		memset(map, 2, 64 * PAGE);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status || map[0] != 1)
		return say(FAIL, "the child's write is seen by the parent");
	again = mremap(map, 64 * PAGE, 128 * PAGE, MREMAP_MAYMOVE);
	if (again == MAP_FAILED || again[0] != 1 || again[127 * PAGE])
		return failed("mremap");
	if (mprotect(again, PAGE, PROT_READ))
		return failed("mprotect");
	pid = fork();
	if (!pid) {
		*(volatile char *)again = 3;
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status) || WTERMSIG(status) != SIGSEGV)
		return say(FAIL, "a write to a read-only page: status 0x%x", status);
	if (madvise(again + PAGE, PAGE, MADV_DONTNEED) && errno != ENOSYS)
		return failed("madvise");
	return munmap(again, 128 * PAGE) ? failed("munmap") : PASS;
}

static int maps_a_file(void)
{
	int fd = open("mapped", O_RDWR | O_CREAT, 0644);
	char *map, got[6] = "";

	if (fd < 0 || ftruncate(fd, 2 * PAGE))
		return failed("make a file");
	map = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return failed("mmap");
	memcpy(map + PAGE, "hello", 5);
	if (msync(map, 2 * PAGE, MS_SYNC) || pread(fd, got, 5, PAGE) != 5 || strcmp(got, "hello"))
		return failed("read what was stored through the mapping");
	return munmap(map, 2 * PAGE) || close(fd) || unlink("mapped") ? failed("unmap") : PASS;
}

static void *count(void *counter)
{
	for (int n = 0; n < 10000; n++)
		__atomic_add_fetch((int *)counter, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static int threads(void)
{
	pthread_t all[4];
	int counter = 0;

	for (int n = 0; n < 4; n++) {
		errno = pthread_create(&all[n], NULL, count, &counter);
		if (errno)
			return failed("pthread_create");
	}
	for (int n = 0; n < 4; n++)
		pthread_join(all[n], NULL);
	return counter == 40000 ? PASS : say(FAIL, "counted to %d", counter);
}

static int time_passes(void)
{
	struct timespec before, after, nap = { .tv_nsec = 20000000 };
	long long passed;

	if (clock_gettime(CLOCK_MONOTONIC, &before) || nanosleep(&nap, NULL) ||
	    clock_gettime(CLOCK_MONOTONIC, &after))
		return failed("clock and sleep");
	passed = (after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec;
	return passed >= nap.tv_nsec ? PASS : say(FAIL, "20 ms took %lld ns", passed);
}

static int events(void)
{
	struct epoll_event event = { .events = EPOLLIN }, got;
	uint64_t value = 7;
	int poller = epoll_create1(0), fd = eventfd(0, EFD_NONBLOCK);

	if (poller < 0 || fd < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event))
		return failed("epoll and eventfd");
	if (epoll_wait(poller, &got, 1, 0))
		return say(FAIL, "ready before anything was written");
	if (write(fd, &value, 8) != 8 || epoll_wait(poller, &got, 1, 1000) != 1)
		return failed("wait for the eventfd");
	value = 0;
	return read(fd, &value, 8) == 8 && value == 7 ? PASS : say(FAIL, "read %d", (int)value);
}

static int loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		return -1;
	return close(fd);
}

static struct sockaddr_in on_loopback(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int loopback_udp(void)
{
	struct sockaddr_in address = on_loopback();
	socklen_t size = sizeof(address);
	char got[1500];
	int from, to;

	if (loopback_up())
		return failed("bring lo up");
	from = socket(AF_INET, SOCK_DGRAM, 0);
	to = socket(AF_INET, SOCK_DGRAM, 0);
	if (from < 0 || to < 0 || bind(to, (void *)&address, size) ||
	    getsockname(to, (void *)&address, &size))
		return failed("make the sockets");
	for (int n = 1; n <= 100; n++) {
		char data[1400];

		memset(data, n, sizeof(data));
		if (sendto(from, data, sizeof(data), 0, (void *)&address, size) != sizeof(data))
			return failed("sendto");
		if (recv(to, got, sizeof(got), 0) != sizeof(data) || memcmp(got, data, sizeof(data)))
			return say(FAIL, "datagram %d came back changed", n);
	}
	return PASS;
}

static int loopback_tcp(void)
{
	enum { TOTAL = 512 * 1024 };
	struct sockaddr_in address = on_loopback();
	socklen_t size = sizeof(address);
	static unsigned char data[16384];
	int status, listener, fd;
	long sum = 0, have = 0;
	pid_t pid;

	if (loopback_up())
		return failed("bring lo up");
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (listener < 0 || bind(listener, (void *)&address, size) || listen(listener, 1) ||
	    getsockname(listener, (void *)&address, &size))
		return failed("listen");
	pid = fork();
	if (!pid) {
		int out = socket(AF_INET, SOCK_STREAM, 0);

		memset(data, 3, sizeof(data));
		if (connect(out, (void *)&address, size))
			_exit(1);
		for (int n = 0; n < TOTAL; n += sizeof(data))
			if (send(out, data, sizeof(data), 0) != sizeof(data))
				_exit(2);
		_exit(0);
	}
	fd = accept(listener, NULL, NULL);
	if (fd < 0)
		return failed("accept");
	for (ssize_t got; (got = read(fd, data, sizeof(data))) > 0; have += got)
		for (ssize_t n = 0; n < got; n++)
			sum += data[n];
	if (waitpid(pid, &status, 0) != pid || status)
		return say(FAIL, "the sender ended with status 0x%x", status);
	return have == TOTAL && sum == 3L * TOTAL ? PASS : say(FAIL, "%ld bytes, sum %ld", have, sum);
}

static int sockets_unix(void)
{
	char got[4] = "";
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair))
		return failed("socketpair");
	if (send(pair[0], "abc", 3, 0) != 3 || recv(pair[1], got, 4, 0) != 3 || strcmp(got, "abc"))
		return failed("send and receive");
	return PASS;
}

static const struct {
	const char *name;
	int (*run)(void);
} cases[] = {
	{ "mount-proc", mounts_proc },	    { "mount-tmpfs", mounts_tmpfs },
	{ "mount-overlay", mounts_overlay }, { "fork", processes },
	{ "exec", executes },		    { "signals", signals },
	{ "pipe", pipes },		    { "files", files },
	{ "memory", memory },		    { "file-mapping", maps_a_file },
	{ "threads", threads },		    { "time", time_passes },
	{ "epoll", events },		    { "loopback-udp", loopback_udp },
	{ "loopback-tcp", loopback_tcp },   { "unix-socket", sockets_unix },
};

/* Runs a case in a child; its status, or FAIL with a note when it did not end by itself. */
static int attempt(int (*run)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return failed("fork");
	if (!pid) {
		alarm(CASE_SECONDS);
		status = run();
		fflush(stdout);
		_exit(status);
	}
	if (waitpid(pid, &status, 0) != pid)
		return failed("wait");
	if (WIFSIGNALED(status))
		return say(FAIL, WTERMSIG(status) == SIGALRM ? "not done after %d s" :
							       "killed by signal %d",
			   WTERMSIG(status) == SIGALRM ? CASE_SECONDS : WTERMSIG(status));
	return WEXITSTATUS(status);
}

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static int run_cases(int first, int count)
{
	int bad = 0;

	mkdir("/tmp", 0777);
	/* Its own mounts: nothing of them outlives the program. The root may be read-only. */
	if (unshare(CLONE_NEWNS) || mount("tmpfs", "/tmp", "tmpfs", 0, NULL) || !mkdtemp(scratch) ||
	    chdir(scratch)) {
		printf("Bail out! no scratch folder: %s\n", strerror(errno));
		return 1;
	}
	printf("KTAP version 1\n1..%d\n", count);
	for (int n = 0; n < count; n++) {
		int result = attempt(cases[first + n].run);

		bad += result != PASS && result != SKIP;
		printf("%s %d %s%s\n", result == PASS || result == SKIP ? "ok" : "not ok", n + 1,
		       cases[first + n].name, result == SKIP ? " # SKIP not in this kernel" : "");
		fflush(stdout);
	}
	return bad ? 1 : 0;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "test";

	if (argc == 3 && !strcmp(verb, "--exit"))
		return atoi(argv[2]);
	if (argc <= 2 && !strcmp(verb, "test"))
		return run_cases(0, CASES);
	for (int n = 0; n < CASES; n++)
		if (argc == 4 && !strcmp(verb, "test") && !strcmp(argv[2], "--only") &&
		    !strcmp(argv[3], cases[n].name))
			return run_cases(n, 1);
	for (int n = 0; n < CASES && argc == 2 && !strcmp(verb, "list"); n++)
		puts(cases[n].name);
	if (argc == 2 && !strcmp(verb, "list"))
		return 0;
	fprintf(stderr, "usage: smoke [test [--only CASE] | list]\n");
	return 2;
}
