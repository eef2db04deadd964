// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "util/wait.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

uint64_t util_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int util_wait_signals(void)
{
	struct sigaction hup;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTERM);
	/* nohup(1) ignores it, which a blocked signal would not be */
	if (sigaction(SIGHUP, NULL, &hup) || hup.sa_handler != SIG_IGN)
		sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	/*
	 * Started with a standard stream closed, its number is free, and no
	 * bus may come to sit where text is written to.
	 */
	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = dup(fd);
	return fd < 0 ? -errno : fd;
}

static void take_signal(int fd, int *number)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) == sizeof(info) && !*number)
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

const char *util_signal_name(int number)
{
	return number == SIGINT	 ? "SIGINT" :
	       number == SIGQUIT ? "SIGQUIT" :
	       number == SIGTERM ? "SIGTERM" :
				   "SIGHUP";
}
