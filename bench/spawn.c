// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Runs commands in turn, many times, and prints one line for each: the median
 * of its wall times in microseconds, its peak memory in KiB, and when it ended
 * last (CLOCK_MONOTONIC, microseconds). Taking turns lets whatever else the
 * machine does hit all of them alike. Linked statically: a child's peak memory
 * is never below what its parent had.
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
#define ROUNDS_MAX 10000

extern char **environ;

struct side {
	char **argv;
	long rss_kib;
	uint64_t end_us;
	uint64_t wall_us[ROUNDS_MAX];
};

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void run_once(struct side *side, int round)
{
	posix_spawn_file_actions_t quiet;
	uint64_t start = now_us();
	struct rusage usage;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&quiet, 1, 2);
	if (posix_spawnp(&pid, side->argv[0], &quiet, NULL, side->argv,
			 environ))
		errx(1, "cannot start %s", side->argv[0]);
	if (wait4(pid, &status, 0, &usage) != pid)
		err(1, "wait4");
	side->end_us = now_us();
	side->wall_us[round] = side->end_us - start;
	posix_spawn_file_actions_destroy(&quiet);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		errx(1, "%s failed, status %x", side->argv[0], status);
	if (usage.ru_maxrss > side->rss_kib)
		side->rss_kib = usage.ru_maxrss;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static struct side sides[COMMANDS_MAX];
	int rounds = argc > 2 ? atoi(argv[1]) : 0;
	int count = 1;

	if (rounds < 1 || rounds > ROUNDS_MAX)
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
			run_once(&sides[i], round);
	for (int i = 0; i < count; i++) {
		qsort(sides[i].wall_us, (size_t)rounds, sizeof(uint64_t),
		      by_size);
		printf("%llu %ld %llu\n",
		       (unsigned long long)sides[i].wall_us[rounds / 2],
		       sides[i].rss_kib, (unsigned long long)sides[i].end_us);
	}
	return 0;
}
