// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "util/wait.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "util/array.h"

/*
 * What ends a program by default, beside the real-time signals and those of a
 * fault of its own (SIGSEGV, SIGBUS, SIGILL, SIGFPE), which leave it no way on.
 */
static const struct ending {
	int number;
	const char *name;
	bool always; /* also when it was ignored, as by a shell's "&" */
} endings[] = {
	{ SIGINT, "SIGINT", true },	   { SIGQUIT, "SIGQUIT", true },
	{ SIGTERM, "SIGTERM", true },	   { SIGHUP, "SIGHUP", false },
	{ SIGUSR1, "SIGUSR1", false },	   { SIGUSR2, "SIGUSR2", false },
	{ SIGALRM, "SIGALRM", false },	   { SIGVTALRM, "SIGVTALRM", false },
	{ SIGPROF, "SIGPROF", false },	   { SIGIO, "SIGIO", false },
	{ SIGXCPU, "SIGXCPU", false },	   { SIGPWR, "SIGPWR", false },
#ifdef SIGSTKFLT
	{ SIGSTKFLT, "SIGSTKFLT", false },
#endif
	{ SIGABRT, "SIGABRT", false },	   { SIGSYS, "SIGSYS", false },
	{ SIGTRAP, "SIGTRAP", false },
};

uint64_t util_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static bool is_ignored(int number)
{
	struct sigaction now;

	return !sigaction(number, NULL, &now) && now.sa_handler == SIG_IGN;
}

static void fill(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		sigaddset(set, endings[i].number);
	for (int n = SIGRTMIN; n <= SIGRTMAX; n++)
		sigaddset(set, n);
}

/* One that is blocked comes though it is ignored. */
static bool is_meant(int number)
{
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		if (endings[i].number == number && endings[i].always)
			return true;
	return !is_ignored(number);
}

int util_wait_signals(void)
{
	sigset_t set;
	int fd;

	fill(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	/*
	 * Started with a standard stream closed, its number is free, and no
	 * bus may come to sit where text is written to.
	 */
	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = dup(fd);
	return fd < 0 ? -errno : fd;
}

void util_obey_signals(void)
{
	sigset_t set;

	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		if (endings[i].always)
			signal(endings[i].number, SIG_DFL);
	fill(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void take_signal(int fd, int *number)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) == sizeof(info) && !*number &&
	    is_meant((int)info.ssi_signo))
		*number = (int)info.ssi_signo;
}

int util_wait(int fd, int signals, uint64_t wait_us, int *signal)
{
	struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
				{ .fd = signals, .events = POLLIN } };
	struct timespec timeout = { .tv_sec = (time_t)(wait_us / 1000000),
				    .tv_nsec =
					    (long)(wait_us % 1000000) * 1000 };

	if (ppoll(fds, 2, wait_us == UINT64_MAX ? NULL : &timeout, NULL) < 0)
		return errno == EINTR ? 0 : -errno;
	if (fds[1].revents)
		take_signal(signals, signal);
	return fds[0].revents != 0;
}

void util_signal_name(char *out, size_t size, int number)
{
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		if (endings[i].number != number)
			continue;
		snprintf(out, size, "%s", endings[i].name);
		return;
	}
	snprintf(out, size, "SIGRTMIN+%d", number - SIGRTMIN);
}
