// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes: fork, exec, wait, ptrace, futex, limits, namespaces.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests.h"

static void waits(void)
{
	int status, pid;

	must_fail(err(waitpid(-1, &status, 0)), ECHILD);
	must_fail(err(waitpid(-1, &status, 0x12345678)), EINVAL);
	pid = fork();
	if (!pid) {
		raise(SIGSTOP);
		_exit(7);
	}
	got(pid);
	if (got(waitpid(pid, &status, WUNTRACED)) != pid || !WIFSTOPPED(status))
		fail("a stopped child: status 0x%x", status);
	if (got(waitpid(pid, &status, WNOHANG)))
		fail("a stopped child was told twice");
	must(err(kill(pid, SIGCONT)));
	must_exit(pid, 7);
	must_fail(err(waitpid(pid, &status, 0)), ECHILD);
	must_fail(err(syscall(SYS_wait4, -1, NOWHERE, WNOHANG, NULL)), ECHILD);
}

static void executes(void)
{
	char *const args[] = { "syscalls", "exit", "42", NULL };
	char *bad[] = { "syscalls", (char *)NOWHERE, NULL };
	static char *many[4096];
	struct rlimit small_stack = { 64 * PAGE, RLIM_INFINITY };
	int pid, fd, plain;

	must_fail(err(execv("/nowhere", args)), ENOENT);
	must_fail(err(execv("/proc/self/status", args)), EACCES);
	must_fail(err(execv("/proc/self/exe/x", args)), ENOTDIR);
	must_fail(err(execv(NOWHERE, args)), EFAULT);
	must_fail(err(execv("/proc/self/exe", bad)), EFAULT);
	fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	must_fail(err(open("/proc/self/exe", O_WRONLY)), ETXTBSY);
	pid = fork();
	if (!pid) {
		execv("/proc/self/exe", args);
		_exit(1);
	}
	must_exit(got(pid), 42);
	pid = fork();
	if (!pid) {
		syscall(SYS_execveat, fd, "", args, NULL, AT_EMPTY_PATH);
		_exit(1);
	}
	must_exit(got(pid), 42);
	/* More than a quarter of the stack. */
	must(err(setrlimit(RLIMIT_STACK, &small_stack)));
	for (int i = 0; i < 4095; i++)
		many[i] = "an argument that takes some room of the stack, as all do";
	must_fail(err(execv("/proc/self/exe", many)), E2BIG);
	/* Neither text nor a program. */
	plain = memfd_create("plain", 0);
	must(write(plain, "\x7f" "ELF, but no more of it", 24) == 24 ? 0 : -errno);
	must(err(fchmod(plain, 0600)));
	must_fail(err(syscall(SYS_execveat, plain, "", args, NULL,
			      AT_EMPTY_PATH)), EACCES);
	must(err(fchmod(plain, 0700)));
	must_fail(err(syscall(SYS_execveat, plain, "", args, NULL,
			      AT_EMPTY_PATH)), ENOEXEC);
}

static void traces(void)
{
	struct user_regs_struct regs;
	static volatile long word = 0x1234;
	int status, pid = fork();

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		syscall(SYS_getppid);
		_exit(word == 0x5678 ? 9 : 1);
	}
	got(pid);
	must_fail(err(ptrace(PTRACE_ATTACH, getpid(), NULL, NULL)), EPERM);
	must_fail(err(ptrace(PTRACE_CONT, 1 << 30, NULL, NULL)), ESRCH);
	if (got(waitpid(pid, &status, 0)) != pid || !WIFSTOPPED(status))
		fail("the child did not stop: status 0x%x", status);
	must_fail(err(ptrace(9999, pid, NULL, NULL)), EIO);
	must(err(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD)));
	errno = 0;
	if (ptrace(PTRACE_PEEKDATA, pid, &word, NULL) != 0x1234 || errno)
		fail("the child's memory does not hold what it should");
	must(err(ptrace(PTRACE_POKEDATA, pid, &word, (void *)0x5678)));
	if (word != 0x1234)
		fail("a write of the child's memory is seen here");
	errno = 0;
	must_fail(ptrace(PTRACE_PEEKDATA, pid, NOWHERE, NULL) ? -errno : 0, EIO);
	must(err(ptrace(PTRACE_SYSCALL, pid, NULL, NULL)));
	if (got(waitpid(pid, &status, 0)) != pid ||
	    status >> 8 != (SIGTRAP | 0x80))
		fail("no stop at a system call: status 0x%x", status);
	must(err(ptrace(PTRACE_GETREGS, pid, NULL, &regs)));
	must_fail(err(ptrace(PTRACE_GETREGS, pid, NULL, NOWHERE)), EFAULT);
	must(err(ptrace(PTRACE_DETACH, pid, NULL, NULL)));
	must_exit(pid, 9);
}

static long futex(uint32_t *word, int op, uint32_t value, void *time_or_count,
		  uint32_t *other)
{
	/* The last is what *word must be when waiters move to another. */
	return syscall(SYS_futex, word, op, value, time_or_count, other, 1);
}

static void *waiter(void *word)
{
	while (futex(word, FUTEX_WAIT, 1, NULL, NULL) < 0 && errno == EINTR)
		;
	return NULL;
}

static void futexes(void)
{
	struct timespec moment = { .tv_nsec = 1000000 }, bad = { .tv_nsec = -1 };
	uint32_t words[2] = { 1, 1 };
	pthread_t threads[3];
	int woken = 0;

	must_fail(err(futex(words, FUTEX_WAIT, 2, NULL, NULL)), EAGAIN);
	must_fail(err(futex(words, FUTEX_WAIT, 1, &moment, NULL)), ETIMEDOUT);
	must_fail(err(futex(words, FUTEX_WAIT, 1, &bad, NULL)), EINVAL);
	must_fail(err(futex((void *)((char *)words + 1), FUTEX_WAIT, 1, NULL,
			    NULL)), EINVAL);
	must_fail(err(futex(NOWHERE, FUTEX_WAIT, 1, NULL, NULL)), EFAULT);
	must_fail(err(futex(words, 99, 1, NULL, NULL)), ENOSYS);
	for (int i = 0; i < 3; i++)
		must(-pthread_create(&threads[i], NULL, waiter, words));
	/* One after the other to the second word, and woken there. */
	while (woken < 3) {
		if (got(futex(words, FUTEX_CMP_REQUEUE, 0, (void *)1L,
			      words + 1)) > 0)
			woken += got(futex(words + 1, FUTEX_WAKE, 1, NULL,
					   NULL));
		sched_yield();
	}
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	words[0] = 2;
	must_fail(err(futex(words, FUTEX_CMP_REQUEUE, 0, NULL, words + 1)),
		  EAGAIN);
}

/* Its owner dies: who comes next is told. */
static void robust_owner(void)
{
	pthread_mutex_t *lock = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t how;
	int pid;

	pthread_mutexattr_init(&how);
	pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
	must(-pthread_mutex_init(lock, &how));
	pid = fork();
	if (!pid)
		_exit(pthread_mutex_lock(lock));
	must_exit(got(pid), 0);
	must_fail(-pthread_mutex_lock(lock), EOWNERDEAD);
	must(-pthread_mutex_consistent(lock));
	must(-pthread_mutex_unlock(lock));
}

static void many_processes(void)
{
	enum { MANY = 48 };
	int pids[MANY];

	for (int i = 0; i < MANY; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (i % 4 == 3 && !fork())
				pause();	/* an orphan, killed with its parent */
			_exit(i);
		}
		got(pids[i]);
	}
	for (int i = MANY - 1; i >= 0; i--)
		must_exit(pids[i], i);
	must_fail(err(syscall(SYS_clone, CLONE_SIGHAND, 0, 0, 0, 0)), EINVAL);
	must_fail(err(syscall(SYS_clone, CLONE_THREAD, 0, 0, 0, 0)), EINVAL);
	must_fail(err(syscall(SYS_clone3, NULL, 8)), EINVAL);
}

static void namespaces(void)
{
	struct utsname name;
	int pid = fork();

	if (!pid) {
		if (unshare(CLONE_NEWUTS))
			_exit(errno == EINVAL || errno == ENOSYS ? 4 : 1);
		_exit(sethostname("elsewhere", 9) ? 1 : 0);
	}
	if (waitpid(pid, &pid, 0) < 0 || !WIFEXITED(pid) || WEXITSTATUS(pid) == 1)
		fail("the child ended with status 0x%x", pid);
	if (WEXITSTATUS(pid) == 4)
		skip("no UTS namespaces");
	must(err(uname(&name)));
	if (!strcmp(name.nodename, "elsewhere"))
		fail("the child's name is ours");
	must_fail(err(unshare(0x12345)), EINVAL);
	must_fail(err(setns(0, 0)), EINVAL);
	must_fail(err(setns(1000, 0)), EBADF);
}

static const struct ktap_case cases[] = {
	{ "process-waits", waits },
	{ "process-executes", executes },
	{ "process-traces", traces },
	{ "process-futex", futexes },
	{ "process-robust-owner", robust_owner },
	{ "process-many", many_processes },
	{ "process-namespaces", namespaces },
};

const struct ktap_group process_tests = CASES(cases);
