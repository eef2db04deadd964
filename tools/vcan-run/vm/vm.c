// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch.h"
#include "util/array.h"
#include "util/clean.h"
#include "util/fds.h"
#include "vm.h"

static void kill_all(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
}

/*
 * Killed without it, vcan-run would leave the guest's traced processes to run
 * on, no longer traced, with the machine's own system calls. All signals are
 * blocked here, and the session is its own: only SIGKILL by name ends it.
 */
static void guard(int life, const char *dir)
{
	char name[16] = "vcan-run-guard";
	pid_t pid = 0, got;
	int null = open("/dev/null", O_RDWR);
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	prctl(PR_SET_NAME, name);
	for (int i = 0; i <= STDERR_FILENO; i++)
		dup2(null, i);
	dup2(life, VM_LINE_FD);
	util_close_from(VM_LINE_FD + 1);
	if (chdir("/"))
		_exit(1);
	while (read(VM_LINE_FD, &got, sizeof(got)) == sizeof(got))
		pid = got;
	kill_all(pid);
	dirs_remove(dir);
	_exit(0);
}

static int start_guardian(struct vm *vm, struct reason *reason)
{
	int life[2];

	if (pipe2(life, O_CLOEXEC))
		return reason_set(reason, "no pipe (%s); close some files",
				  strerror(errno));
	vm->guardian = fork();
	if (!vm->guardian) {
		close(life[1]);
		guard(life[0], vm->dir);
	}
	close(life[0]);
	vm->life = life[1];
	if (vm->guardian < 0)
		return reason_set(reason,
				  "no new process (%s); end some others",
				  strerror(errno));
	return 0;
}

/* The child's side of fork(): never returns. */
static void become(const struct launch *l, int life, const int fds[static 2])
{
	char tmp[PATH_MAX + 8], preload[PATH_MAX + 16];
	const char *envp[] = { tmp, "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
			       l->preload[0] ? preload : NULL, NULL };
	int null = open("/dev/null", O_RDONLY);
	pid_t self = getpid();
	sigset_t none;

	snprintf(tmp, sizeof(tmp), "TMPDIR=%s", l->tmpdir);
	snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", l->preload);
	setsid();
	/* by us: vcan-run may be killed before it knows our number */
	if (write(life, &self, sizeof(self)) != sizeof(self)) {
		util_say(fds[1], "vcan-run: the guardian is gone: %s",
			 strerror(errno));
		_exit(STATUS_OWN_FAILURE);
	}
	dup2(null, STDIN_FILENO);
	dup2(fds[1], STDOUT_FILENO);
	dup2(fds[1], STDERR_FILENO);
	/* F_DUPFD first: were fds[0] VM_LINE_FD, dup2() would leave it CLOEXEC */
	dup2(fcntl(fds[0], F_DUPFD, VM_LINE_FD + 1), VM_LINE_FD);
	util_close_from(VM_LINE_FD + 1);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(l->program, l->argv, (char **)envp);
	util_say(STDERR_FILENO, "%s: %s", l->program, strerror(errno));
	_exit(STATUS_NOT_EXECUTABLE);
}

static int start_program(struct vm *vm, const struct launch *l,
			 struct reason *reason)
{
	int line[2], console[2], fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line))
		return reason_set(reason,
				  "no socket pair (%s); close some files",
				  strerror(errno));
	vm->line = line[0];
	if (pipe2(console, O_CLOEXEC)) {
		close(line[1]);
		return reason_set(reason, "no pipe (%s); close some files",
				  strerror(errno));
	}
	vm->console = console[0];
	fds[0] = line[1];
	fds[1] = console[1];
	vm->pid = fork();
	if (!vm->pid)
		become(l, vm->life, fds);
	close(line[1]);
	close(console[1]);
	if (vm->pid < 0)
		return reason_set(reason,
				  "no new process (%s); end some others",
				  strerror(errno));
	fcntl(vm->line, F_SETFL, O_NONBLOCK);
	fcntl(vm->console, F_SETFL, O_NONBLOCK);
	return 0;
}

int vm_start(struct vm *vm, const struct vm_kind *kind, const struct opts *o,
	     struct reason *reason)
{
	struct launch l = { 0 };
	int err;

	*vm = (struct vm){ .line = -1, .console = -1, .life = -1 };
	/* the guardian first: making a plan may fill the directory */
	err = dirs_make(vm->dir, reason) || start_guardian(vm, reason) ||
	      kind->plan(&l, o, vm->dir, reason);
	if (!err && l.failed)
		err = reason_set(reason, "no memory; end some processes");
	vm->confirms = l.confirms;
	if (!err && o->verbose)
		util_say(STDERR_FILENO, "vcan-run: engine %s: starting %s",
			 kind->name, l.program);
	if (!err)
		err = start_program(vm, &l, reason);
	launch_fini(&l);
	if (!err)
		return 0;
	vm_end(vm);
	return -1;
}

void vm_end(struct vm *vm)
{
	const int fds[] = { vm->life, vm->line, vm->console };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (vm->guardian > 0)
		waitpid(vm->guardian, NULL, 0);
	/* not reaped before now: until then its number is nobody else's */
	kill_all(vm->pid);
	if (vm->pid > 0)
		waitpid(vm->pid, NULL, 0);
	/* again: what dies may have made one more file before it did */
	dirs_remove(vm->dir);
}
