// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "util/signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

int util_signals_open(void)
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

int util_signals_take(int fd)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != sizeof(info))
		return 0;
	return (int)info.ssi_signo;
}

const char *util_signal_name(int number)
{
	return number == SIGINT	 ? "SIGINT" :
	       number == SIGQUIT ? "SIGQUIT" :
	       number == SIGTERM ? "SIGTERM" :
				   "SIGHUP";
}
