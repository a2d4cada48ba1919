// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's side: what may fail, which lines ran, what was lost.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "inject.h"

#define DEBUGFS		"/sys/kernel/debug"
#define GCOV		DEBUGFS "/gcov"
#define KMEMLEAK	DEBUGFS "/kmemleak"
#define MOST_FILES	32
#define MOST_BYTES	(4u << 20)
#define MOST_LEAK_LINES	4000

/* An object is a leak only when it is older than this (mm/kmemleak.c). */
#define LEAK_AGE_S	6

bool put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return done;
}

/* A line in the kernel's log: what stands there after it, followed it. */
void kernel_say(const char *fmt, ...)
{
	char line[512];
	va_list args;
	int at = snprintf(line, sizeof(line), "<6>vreview-inject: ");

	va_start(args, fmt);
	vsnprintf(line + at, sizeof(line) - at, fmt, args);
	va_end(args);
	put_text("/dev/kmsg", line);
}

/*
 * Allocations that may wait may fail, too, and every failure shows its stack.
 * The probability stays 0: only /proc/TASK/fail-nth makes anything fail.
 */
static void set_up(const char *fault)
{
	static const char *const settings[][2] = {
		{ "ignore-gfp-wait", "N" },	/* not all have the first two */
		{ "min-order", "0" },
		{ "probability", "0" },
		{ "verbose", "2" },
		{ "verbose_ratelimit_interval_ms", "0" },
	};
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(path, sizeof(path), DEBUGFS "/%s/%s", fault,
			 settings[i][0]);
		put_text(path, settings[i][1]);
	}
}

bool kernel_ready(void)
{
	struct stat there;

	if (stat(DEBUGFS "/failslab", &there))
		mount("debugfs", DEBUGFS, "debugfs", 0, NULL);
	put_text("/proc/sys/kernel/printk_devkmsg", "on\n");
	set_up("failslab");
	set_up("fail_page_alloc");
	set_up("fail_usercopy");
	return !stat("/proc/self/fail-nth", &there) &&
	       !stat(DEBUGFS "/failslab", &there);
}

/* A .gcda file of debugfs: what it held when it was looked at last, and all
 * counters that ever were other than 0. */
struct counters {
	char *path;
	uint32_t *last, *ever;
	size_t words;
};

static struct counters files[MOST_FILES];
static size_t file_count;
static uint32_t buffer[MOST_BYTES / 4];

static int found(const char *path, const struct stat *st, int type,
		 struct FTW *at)
{
	(void)st;
	(void)at;
	if (type == FTW_F && file_count < MOST_FILES &&
	    strlen(path) > 5 && !strcmp(path + strlen(path) - 5, ".gcda"))
		files[file_count++].path = strdup(path);
	return 0;
}

static size_t read_words(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t have = 0;
	ssize_t got;

	if (fd < 0)
		return 0;
	while (have < sizeof(buffer) &&
	       (got = read(fd, (char *)buffer + have,
			   sizeof(buffer) - have)) > 0)
		have += got;
	close(fd);
	return have / 4;
}

/* False when the kernel counts nothing. */
bool counters_find(void)
{
	nftw(GCOV, found, 16, FTW_PHYS);
	return file_count > 0;
}

/* Whether any line was run since this was asked last; true where none count. */
bool counters_changed(void)
{
	bool changed = !file_count;
	size_t i, words;

	for (i = 0; i < file_count; i++) {
		struct counters *c = &files[i];

		words = read_words(c->path);
		if (words == c->words &&
		    !memcmp(c->last, buffer, words * 4))
			continue;
		changed = true;
		if (words != c->words) {
			free(c->last);
			c->last = malloc(words * 4);
			c->words = c->last ? words : 0;
		}
		memcpy(c->last, buffer, c->words * 4);
	}
	return changed;
}

static void make_parents(char *path)
{
	char *slash = path;

	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

static bool write_whole(const char *folder, int run, const char *path,
			size_t words)
{
	char name[4096];
	ssize_t put;
	int fd;

	snprintf(name, sizeof(name), "%s/%d%s", folder, run, path);
	make_parents(name);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	put = write(fd, buffer, words * 4);
	close(fd);
	return put == (ssize_t)(words * 4);
}

/*
 * Keeps, as FOLDER/RUN/PATH, each file in which a counter is other than 0
 * that never was before; the number of these counters' words.
 */
size_t counters_keep(const char *folder, int run)
{
	size_t i, w, words, fresh, all = 0;

	for (i = 0; i < file_count; i++) {
		struct counters *c = &files[i];

		words = read_words(c->path);
		if (!c->ever)
			c->ever = calloc(words, 4);
		if (!c->ever)
			continue;
		for (fresh = 0, w = 0; w < words; w++) {
			if (buffer[w] && !c->ever[w])
				fresh++;
			c->ever[w] |= buffer[w];
		}
		if (fresh)
			write_whole(folder, run, c->path, words);
		all += fresh;
	}
	return all;
}

/* Scans for lost memory and puts what is found into the kernel's log. */
void report_leaks(void)
{
	struct timespec age = { .tv_sec = LEAK_AGE_S };
	char line[512];
	int lines = 0;
	FILE *leaks;

	if (access(KMEMLEAK, W_OK))
		return;
	nanosleep(&age, NULL);
	/* An object's checksum must stand still from one scan to the next. */
	put_text(KMEMLEAK, "scan");
	put_text(KMEMLEAK, "scan");
	leaks = fopen(KMEMLEAK, "re");
	if (!leaks)
		return;
	while (fgets(line, sizeof(line), leaks) && lines++ < MOST_LEAK_LINES) {
		int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

		if (fd < 0)
			break;
		if (write(fd, line, strlen(line)) < 0)
			perror("/dev/kmsg");
		close(fd);
	}
	fclose(leaks);
}
