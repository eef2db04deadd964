// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Runs commands in turn, many times, and prints one line for each: the least
 * of its wall times in microseconds, its peak memory in KiB, when its last run
 * ended and when that run wrote its first output, or else ended
 * (CLOCK_MONOTONIC, microseconds), and the least of its CPU times, likewise in
 * microseconds. Whatever else the machine does only adds to
 * a time: the run that it disturbed least tells most of the command. Linked
 * statically: a child's peak memory is never below what its parent had.
 * Usage: spawn ROUNDS COMMAND [ARG...] [--- COMMAND [ARG...]]...
 */
#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 4

extern char **environ;

struct side {
	char **argv;
	long rss_kib;
	uint64_t end_us, output_us;
	uint64_t wall_us, cpu_us; /* the least; 0: none yet */
};

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* Its output goes to @out, what it says beside that nowhere. */
static pid_t start(char **argv, int out)
{
	posix_spawn_file_actions_t files;
	pid_t pid;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, argv[0], &files, NULL, argv, environ))
		errx(1, "cannot start %s", argv[0]);
	posix_spawn_file_actions_destroy(&files);
	return pid;
}

/* Return: when the first of it came; 0: there was none. */
static uint64_t read_all(int fd)
{
	uint64_t first_us = 0;
	char buf[4096];

	while (read(fd, buf, sizeof(buf)) > 0)
		if (!first_us)
			first_us = now_us();
	return first_us;
}

static void keep_least(uint64_t *least, uint64_t us)
{
	if (!*least || us < *least)
		*least = us;
}

static uint64_t us_of(const struct timeval *t)
{
	return (uint64_t)t->tv_sec * 1000000 + (uint64_t)t->tv_usec;
}

static void run_once(struct side *side)
{
	uint64_t start_us = now_us();
	struct rusage usage;
	int status, out[2];
	pid_t pid;

	if (pipe2(out, O_CLOEXEC))
		err(1, "pipe");
	pid = start(side->argv, out[1]);
	close(out[1]);
	side->output_us = read_all(out[0]);
	close(out[0]);
	if (wait4(pid, &status, 0, &usage) != pid)
		err(1, "wait4");
	side->end_us = now_us();
	keep_least(&side->wall_us, side->end_us - start_us);
	keep_least(&side->cpu_us,
		   us_of(&usage.ru_utime) + us_of(&usage.ru_stime));
	if (!side->output_us)
		side->output_us = side->end_us;
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		errx(1, "%s failed, status %x", side->argv[0], status);
	if (usage.ru_maxrss > side->rss_kib)
		side->rss_kib = usage.ru_maxrss;
}

int main(int argc, char **argv)
{
	static struct side sides[COMMANDS_MAX];
	int rounds = argc > 2 ? atoi(argv[1]) : 0;
	int count = 1;

	if (rounds < 1)
		errx(2, "usage: spawn ROUNDS COMMAND [--- COMMAND]...");
	sides[0].argv = &argv[2];
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "---"))
			continue;
		argv[i] = NULL;
		if (count == COMMANDS_MAX)
			errx(2, "too many commands");
		sides[count++].argv = &argv[i + 1];
	}
	for (int i = 0; i < count; i++)
		if (!sides[i].argv[0])
			errx(2, "command %d is empty", i + 1);
	for (int round = 0; round < rounds; round++)
		for (int i = 0; i < count; i++)
			run_once(&sides[i]);
	for (int i = 0; i < count; i++)
		printf("%llu %ld %llu %llu %llu\n",
		       (unsigned long long)sides[i].wall_us, sides[i].rss_kib,
		       (unsigned long long)sides[i].end_us,
		       (unsigned long long)sides[i].output_us,
		       (unsigned long long)sides[i].cpu_us);
	return 0;
}
