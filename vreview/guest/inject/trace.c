// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a program system call by system call, and arms /proc/TASK/fail-nth for
 * exactly one of them: so nothing else fails, and what is left of the number
 * afterwards tells whether there was an n-th call that could.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "inject.h"

#define MOST_TASKS	64
#define MOST_KINDS	512
#define SAMPLES		4	/* of one kind are looked at: all else is alike */
#define MANY		(1u << 30)
#define REAP_S		20

/* A traced task; @armed while a number is set in its fail-nth. */
struct task {
	pid_t pid;
	int nth_fd;
	bool armed, lasting;
	struct call call;
};

struct kind {
	long nr;
	unsigned long cmd;
	unsigned int seen;
};

struct trace {
	struct task tasks[MOST_TASKS];
	struct kind kinds[MOST_KINDS];
	size_t kind_count;
	const struct call *wanted;	/* NULL: record */
	unsigned int nth;
	int run;
	bool begun;	/* the program itself runs, not what starts it */
	const char *name;
	struct traced *out;
};

static struct task *task_of(struct trace *t, pid_t pid)
{
	struct task *free_one = NULL;
	char path[64];
	size_t i;

	for (i = 0; i < MOST_TASKS; i++) {
		if (t->tasks[i].pid == pid)
			return &t->tasks[i];
		if (!t->tasks[i].pid && !free_one)
			free_one = &t->tasks[i];
	}
	if (!free_one)
		return NULL;
	snprintf(path, sizeof(path), "/proc/%d/fail-nth", pid);
	free_one->pid = pid;
	free_one->armed = false;
	free_one->nth_fd = open(path, O_RDWR | O_CLOEXEC);
	return free_one;
}

static void forget(struct trace *t, pid_t pid)
{
	size_t i;

	for (i = 0; i < MOST_TASKS; i++) {
		if (t->tasks[i].pid != pid)
			continue;
		if (t->tasks[i].nth_fd >= 0)
			close(t->tasks[i].nth_fd);
		t->tasks[i].pid = 0;
	}
}

static bool set_nth(struct task *task, unsigned int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", nth);

	return pwrite(task->nth_fd, text, length, 0) == length;
}

static unsigned int get_nth(struct task *task)
{
	char text[16] = "";

	if (pread(task->nth_fd, text, sizeof(text) - 1, 0) <= 0)
		return MANY;
	return strtoul(text, NULL, 10);
}

static unsigned int count_kind(struct trace *t, long nr, unsigned long cmd)
{
	size_t i;

	for (i = 0; i < t->kind_count; i++)
		if (t->kinds[i].nr == nr && t->kinds[i].cmd == cmd)
			return ++t->kinds[i].seen;
	if (t->kind_count == MOST_KINDS)
		return MANY;
	t->kinds[t->kind_count++] = (struct kind){ nr, cmd, 1 };
	return 1;
}

/*
 * Those make other tasks of this one, or end it: nothing to come back to. Or
 * they wait for others, whose lines are not theirs.
 */
static bool of_no_interest(long nr)
{
	return nr == SYS_wait4 || nr == SYS_waitid || nr == SYS_futex ||
	       nr == SYS_rt_sigtimedwait || nr == SYS_rt_sigsuspend ||
	       nr == SYS_pause || nr == SYS_nanosleep ||
	       nr == SYS_clock_nanosleep ||
	       nr == SYS_execve || nr == SYS_execveat || nr == SYS_exit ||
	       nr == SYS_exit_group || nr == SYS_clone || nr == SYS_clone3 ||
	       nr == SYS_fork || nr == SYS_vfork || nr == SYS_rt_sigreturn ||
	       nr == SYS_restart_syscall;
}

static void enter(struct trace *t, struct task *task, long nr,
		  const unsigned long long args[6])
{
	struct call *call = &task->call;
	bool mine;

	if (!t->begun || of_no_interest(nr) || task->nth_fd < 0)
		return;
	call->nr = nr;
	call->cmd = call_cmd(nr, args);
	call->occurrence = count_kind(t, nr, call->cmd);
	if (t->wanted)
		mine = !t->out->pid && t->wanted->nr == nr &&
		       t->wanted->cmd == call->cmd &&
		       t->wanted->occurrence == call->occurrence;
	else
		mine = call->occurrence <= SAMPLES;
	if (!mine)
		return;
	call_name(call->name, sizeof(call->name), task->pid, nr, args);
	/* A file is let go only when the task is on its way to user space. */
	task->lasting = nr == SYS_close;
	if (t->wanted) {
		t->out->pid = task->pid;
		kernel_say("run %d case %s pid %d nth %u call %s", t->run,
			   t->name, task->pid, t->nth, call->name);
	} else {
		counters_changed();
	}
	task->armed = set_nth(task, t->wanted ? t->nth : MANY);
}

static void leave(struct trace *t, struct task *task)
{
	unsigned int left;

	if (!task->armed)
		return;
	task->armed = false;
	left = get_nth(task);
	set_nth(task, 0);
	if (t->wanted) {
		t->out->injected = left == 0;
		return;
	}
	task->call.places = MANY - left;
	if (task->call.places && counters_changed() &&
	    t->out->count < MOST_CALLS)
		t->out->calls[t->out->count++] = task->call;
}

static void at_system_call(struct trace *t, struct task *task)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, task->pid, sizeof(info), &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		leave(t, task);
		enter(t, task, info.entry.nr,
		      (const unsigned long long *)info.entry.args);
	} else if (!task->lasting) {
		leave(t, task);
	}
}

/* Lets a stopped task go on; its signals are its own. */
static void stopped(struct trace *t, pid_t pid, int status)
{
	struct task *task = task_of(t, pid);
	int sig = WSTOPSIG(status), event = status >> 16;
	long how = PTRACE_SYSCALL, data = 0;

	if (sig == (SIGTRAP | 0x80)) {
		if (task)
			at_system_call(t, task);
	} else if (event == PTRACE_EVENT_EXEC) {
		t->begun = true;
	} else if (event == PTRACE_EVENT_STOP) {
		if (sig != SIGTRAP)
			how = PTRACE_LISTEN;
	} else if (!event) {
		if (task)
			leave(t, task);
		data = sig;
	}
	ptrace(how, pid, 0, data);
}

static volatile sig_atomic_t alarmed;

static void on_alarm(int sig)
{
	(void)sig;
	alarmed = 1;
}

static void set_alarm(int seconds)
{
	/* Again and again: one could come just before the wait. */
	struct itimerval when = {
		.it_value.tv_sec = seconds,
		.it_interval.tv_usec = seconds ? 200000 : 0,
	};

	alarmed = 0;
	setitimer(ITIMER_REAL, &when, NULL);
}

static void kill_tasks(struct trace *t)
{
	size_t i;

	for (i = 0; i < MOST_TASKS; i++)
		if (t->tasks[i].pid)
			kill(t->tasks[i].pid, SIGKILL);
}

static pid_t start(char *const argv[])
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
			     PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
			     PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	int go[2], null;
	char byte;
	pid_t pid;

	if (pipe2(go, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		close(go[1]);
		if (read(go[0], &byte, 1) != 1)
			_exit(126);
		execv(argv[0], argv);
		_exit(127);
	}
	close(go[0]);
	if (pid > 0 && ptrace(PTRACE_SEIZE, pid, 0, options)) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		pid = -1;
	}
	if (pid > 0) {
		ptrace(PTRACE_INTERRUPT, pid, 0, 0);
		if (write(go[1], "", 1) != 1)
			kill(pid, SIGKILL);
	}
	close(go[1]);
	return pid;
}

/* To the end of the program and of all that it started. */
static void run(struct trace *t, char *const argv[], int limit_s)
{
	struct sigaction act = { .sa_handler = on_alarm };
	struct sigaction quiet = { .sa_handler = SIG_DFL,
				   .sa_flags = SA_NOCLDSTOP };
	pid_t first = start(argv), pid;
	int status;

	t->out->status = -1;
	if (first < 0)
		return;
	/* Or each stop would be a signal, and its memory one more place. */
	sigaction(SIGCHLD, &quiet, NULL);
	sigaction(SIGALRM, &act, NULL);
	set_alarm(limit_s);
	for (;;) {
		if (alarmed) {
			if (t->out->late) {
				t->out->stuck = true;
				break;
			}
			t->out->late = true;
			kill_tasks(t);
			kill(-first, SIGKILL);
			kill(first, SIGKILL);
			set_alarm(REAP_S);
		}
		pid = waitpid(-1, &status, __WALL);
		if (pid < 0) {
			if (errno == EINTR)
				continue;
			break;	/* nobody is left */
		}
		if (WIFSTOPPED(status)) {
			stopped(t, pid, status);
			continue;
		}
		forget(t, pid);
		if (pid == first) {
			t->out->status = status;
			/* What it left behind goes with it. */
			kill(-first, SIGKILL);
		}
	}
	set_alarm(0);
}

static struct trace trace;

void trace_record(char *const argv[], int limit_s, struct traced *out)
{
	memset(&trace, 0, sizeof(trace));
	memset(out, 0, sizeof(*out));
	trace.out = out;
	run(&trace, argv, limit_s);
}

void trace_inject(const char *name, char *const argv[], int limit_s,
		  const struct call *call, unsigned int nth, int number,
		  struct traced *out)
{
	memset(&trace, 0, sizeof(trace));
	memset(out, 0, sizeof(*out));
	trace.out = out;
	trace.wanted = call;
	trace.nth = nth;
	trace.run = number;
	trace.name = name;
	run(&trace, argv, limit_s);
}
