// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "engine.h"
#include "relay.h"
#include "setup.h"
#include "vm.h"

/* The signals that are passed on to the command, and the loop's own. */
static const int relayed[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGCHLD, SIGWINCH,
};

static int describe_place(struct setup_blob *b)
{
	char cwd[PATH_MAX], host[HOST_NAME_MAX + 1] = "", mask[8];
	mode_t m = umask(0);

	umask(m);
	snprintf(mask, sizeof(mask), "%03o", (unsigned int)m);
	gethostname(host, sizeof(host) - 1);
	if (getcwd(cwd, sizeof(cwd)) && setup_add(b, SETUP_CWD, cwd))
		return -1;
	return setup_add(b, SETUP_UMASK, mask) ||
			       setup_add(b, SETUP_HOST, host) ?
		       -1 :
		       0;
}

static int describe(struct setup_blob *b, const struct opts *o, bool tty)
{
	if (describe_place(b))
		return -1;
	if (tty && setup_add(b, SETUP_TTY, isatty(STDERR_FILENO) ? "2" : ""))
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

static int block_signals(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(relayed) / sizeof(relayed[0]); i++)
		sigaddset(&set, relayed[i]);
	sigprocmask(SIG_BLOCK, &set, before);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int run_vm(const struct opts *o, const struct setup_blob *setup,
		  bool tty, struct why *why)
{
	struct termios saved;
	struct vm vm;
	sigset_t before;
	int sigfd = block_signals(&before);
	int status;

	if (sigfd < 0)
		return why_set(why,
			       "no signal descriptor (%s); close some files",
			       strerror(errno));
	status = vm_start(&vm, o, why);
	tty = tty && !tcgetattr(STDIN_FILENO, &saved);
	if (!status) {
		if (tty)
			make_raw(&saved);
		status = relay_run(&vm, o, setup, sigfd, why);
		vm_end(&vm);
		if (tty)
			tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
	}
	close(sigfd);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}

int engine_uml_run(const struct opts *o, struct why *why)
{
	bool tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	void (*sigpipe)(int) = signal(SIGPIPE, SIG_IGN);
	struct setup_blob setup = { 0 };
	int status;

	if (describe(&setup, o, tty))
		status = why_set(why,
				 "arguments and environment exceed %u "
				 "MiB; shorten them",
				 SETUP_MAX >> 20);
	else
		status = run_vm(o, &setup, tty, why);
	setup_fini(&setup);
	signal(SIGPIPE, sigpipe);
	return status;
}
