// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "engine.h"
#include "line/setup.h"
#include "relay/relay.h"
#include "util/array.h"
#include "vm/vm.h"

/* The signals that are passed on to the command, and the loop's own. */
static const int relayed[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGCHLD, SIGWINCH,
};

static int describe_place(struct setup_blob *b, const char *cwd)
{
	char host[HOST_NAME_MAX + 1] = "", mask[8];
	mode_t m = umask(0);

	umask(m);
	snprintf(mask, sizeof(mask), "%03o", (unsigned int)m);
	gethostname(host, sizeof(host) - 1);
	return setup_add(b, SETUP_CWD, cwd) ||
	       setup_add(b, SETUP_UMASK, mask) ||
	       setup_add(b, SETUP_HOST, host);
}

static int describe_tty(struct setup_blob *b)
{
	struct winsize ws = { 0 };
	char text[32];

	ioctl(STDIN_FILENO, TIOCGWINSZ, &ws);
	snprintf(text, sizeof(text), "%hu %hu %d", ws.ws_row, ws.ws_col,
		 isatty(STDERR_FILENO));
	return setup_add(b, SETUP_TTY, text);
}

/* A log of both, for example. */
static bool is_one_file(void)
{
	struct stat out, err;

	return !fstat(STDOUT_FILENO, &out) && !fstat(STDERR_FILENO, &err) &&
	       out.st_dev == err.st_dev && out.st_ino == err.st_ino;
}

/* Return: 0, or anything else when it does not fit. */
static int describe(struct setup_blob *b, const struct opts *o, const char *cwd,
		    bool tty)
{
	if (describe_place(b, cwd) || (tty && describe_tty(b)))
		return -1;
	if (is_one_file() && setup_add(b, SETUP_ONE, ""))
		return -1;
	for (size_t i = 0; i < o->n_ifaces; i++)
		if (setup_add(b, SETUP_IFACE, o->ifaces[i]))
			return -1;
	for (char **e = environ; *e; e++)
		if (setup_add(b, SETUP_ENV, *e))
			return -1;
	for (char **a = o->argv; *a; a++)
		if (setup_add(b, SETUP_ARG, *a))
			return -1;
	return 0;
}

/* The terminal hands through every byte; the guest's own makes sense of it. */
static void make_raw(const struct termios *saved)
{
	struct termios raw = *saved;

	cfmakeraw(&raw);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

/* What the caller has ignored (nohup) must stay so: a blocked signal is not. */
static int block_signals(sigset_t *before)
{
	struct sigaction now;
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(relayed); i++)
		if (!sigaction(relayed[i], NULL, &now) &&
		    now.sa_handler != SIG_IGN)
			sigaddset(&set, relayed[i]);
	sigprocmask(SIG_BLOCK, &set, before);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int run_vm(const struct engine *e, const struct opts *o,
		  const struct setup_blob *setup, bool tty,
		  struct reason *reason)
{
	struct termios saved;
	struct vm vm;
	sigset_t before;
	int sigfd = block_signals(&before);
	int status;

	if (sigfd < 0)
		return reason_set(reason,
				  "no signal descriptor (%s); close some files",
				  strerror(errno));
	status = vm_start(&vm, e->vm, o, reason);
	tty = tty && !tcgetattr(STDIN_FILENO, &saved);
	if (!status) {
		if (tty)
			make_raw(&saved);
		status = relay_run(&vm, o, setup, sigfd, reason);
		vm_end(&vm);
		if (tty)
			tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
	}
	close(sigfd);
	/* a signal after the command's end does not change how it ended */
	if (status < 0)
		sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}

int engine_guest_run(const struct engine *e, const struct opts *o,
		     struct reason *reason)
{
	bool tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	struct setup_blob setup = { 0 };
	void (*sigpipe)(int);
	char cwd[PATH_MAX];
	int status;

	if (!getcwd(cwd, sizeof(cwd)))
		return reason_set(
			reason,
			"the working directory has no name (%s); change "
			"to one that exists",
			strerror(errno));
	sigpipe = signal(SIGPIPE, SIG_IGN);
	if (describe(&setup, o, cwd, tty))
		status = reason_set(reason,
				    "arguments and environment exceed %u "
				    "MiB; shorten them",
				    SETUP_MAX >> 20);
	else
		status = run_vm(e, o, &setup, tty, reason);
	setup_fini(&setup);
	signal(SIGPIPE, sigpipe);
	return status;
}
