// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../command.h"
#include "../modules/modules.h"
#include "spawn.h"

/* mine[] stay with the guest's init, its[] become the command's 0, 1, 2 */
struct ends {
	int mine[MUX_STREAMS];
	int its[MUX_STREAMS];
};

static int open_pipe(struct ends *e, enum mux_stream stream)
{
	bool input = stream == MUX_STDIN;
	int fd[2];

	if (pipe2(fd, O_CLOEXEC))
		return -1;
	e->its[stream] = fd[input ? 0 : 1];
	e->mine[stream] = fd[input ? 1 : 0];
	return fcntl(e->mine[stream], F_SETFL, O_NONBLOCK);
}

/* The size is there from the start: the command may ask for it at once. */
static int open_pty(struct ends *e, const char *tty)
{
	struct winsize ws = { 0 };
	int with_stderr = 0;
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	int slave;

	if (master < 0 || grantpt(master) || unlockpt(master))
		return -1;
	sscanf(tty, "%hu %hu %d", &ws.ws_row, &ws.ws_col, &with_stderr);
	ioctl(master, TIOCSWINSZ, &ws);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return -1;
	e->mine[MUX_STDIN] = master;
	e->mine[MUX_STDOUT] = fcntl(master, F_DUPFD_CLOEXEC, 3);
	e->its[MUX_STDIN] = e->its[MUX_STDOUT] = slave;
	if (!with_stderr)
		return open_pipe(e, MUX_STDERR);
	e->its[MUX_STDERR] = slave;
	return 0;
}

static int open_ends(struct ends *e, const struct setup *s)
{
	for (int i = 0; i < MUX_STREAMS; i++)
		e->mine[i] = e->its[i] = -1;
	if (s->tty)
		return open_pty(e, s->tty);
	if (open_pipe(e, MUX_STDIN) || open_pipe(e, MUX_STDOUT))
		return -1;
	if (!s->one)
		return open_pipe(e, MUX_STDERR);
	/* two pipes would forget in which order they were written to */
	e->its[MUX_STDERR] = e->its[MUX_STDOUT];
	return 0;
}

static void become_command(const struct setup *s, const struct ends *e)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	if (s->tty)
		ioctl(e->its[MUX_STDIN], TIOCSCTTY, 0);
	for (int i = 0; i < MUX_STREAMS; i++)
		dup2(e->its[i], i);
	umask(s->umask);
	clearenv();
	environ = s->envp;
	if (!access(MODULES_BASE, F_OK))
		setenv("MODPROBE_OPTIONS", "-d " MODULES_BASE, false);
	_exit(command_exec(s->argv));
}

int spawn_command(const struct setup *s, struct spawned *out,
		  struct reason *reason)
{
	struct ends e;

	/* here and not in the child: it is our failure, not the command's */
	if (s->cwd && chdir(s->cwd))
		return reason_set(reason,
				  "the working directory %s cannot be "
				  "entered in the guest (%s); start from one "
				  "outside /dev, /proc, /run and /sys",
				  s->cwd, strerror(errno));
	if (open_ends(&e, s))
		return reason_set(reason,
				  "the guest has no pipe or terminal for "
				  "the command (%s); give it more --mem",
				  strerror(errno));
	out->pid = fork();
	if (out->pid < 0)
		return reason_set(reason,
				  "the guest cannot make a process (%s); "
				  "give it more --mem",
				  strerror(errno));
	if (!out->pid)
		become_command(s, &e);
	for (int i = 0; i < MUX_STREAMS; i++) {
		out->fd[i] = e.mine[i];
		if (e.its[i] >= 0 && (!i || e.its[i] != e.its[i - 1]))
			close(e.its[i]);
	}
	return 0;
}
