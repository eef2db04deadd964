// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "engine.h"
#include "io/rtnl.h"
#include "probe.h"
#include "util/clean.h"

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

static int become_root(uid_t uid, gid_t gid)
{
	char map[32];

	/* absent before Linux 3.19; without it the gid map decides */
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", (unsigned int)uid);
	if (write_file("/proc/self/uid_map", map))
		return -1;
	snprintf(map, sizeof(map), "0 %u 1", (unsigned int)gid);
	return write_file("/proc/self/gid_map", map);
}

static int new_namespaces(struct reason *reason)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (!unshare(CLONE_NEWNET | CLONE_NEWNS))
		return 0;
	if (errno != EPERM)
		return reason_set(reason,
				  "no new network namespace (%s); the "
				  "kernel needs CONFIG_NET_NS",
				  strerror(errno));
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS))
		return reason_set(reason,
				  "no new user namespace (%s); run as root, "
				  "or allow unprivileged user namespaces",
				  strerror(errno));
	if (become_root(uid, gid))
		return reason_set(reason,
				  "the user cannot be mapped to root (%s); "
				  "run as root, or allow unprivileged user "
				  "namespaces",
				  strerror(errno));
	return 0;
}

/*
 * /sys belongs to the network namespace it was mounted from. Containers may
 * forbid another one; only programs that look into /sys/class/net mind.
 */
static void fresh_sysfs(void)
{
	if (!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		mount("sysfs", "/sys", "sysfs",
		      MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

static int enter(const struct opts *o, struct reason *reason)
{
	if (probe_af_can(reason) || new_namespaces(reason))
		return -1;
	fresh_sysfs();
	rtnl_set_up("lo");
	return probe_bus(o->ifaces, o->n_ifaces, reason);
}

/*
 * The proof is made by a child first: when it fails, this process must still
 * be where it was, so that the next engine can be tried.
 */
static int rehearse(const struct opts *o, struct reason *reason)
{
	struct reason child = { 0 };
	int pipefd[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe2(pipefd, O_CLOEXEC))
		return reason_set(reason, "no pipe (%s); close some files",
				  strerror(errno));
	pid = fork();
	if (pid < 0) {
		reason_set(reason, "no new process (%s); end some others",
			   strerror(errno));
		close(pipefd[0]);
		close(pipefd[1]);
		return -1;
	}
	if (!pid) {
		status = enter(o, &child) ? 1 : 0;
		n = write(pipefd[1], child.text, strlen(child.text));
		_exit(n < 0 ? 1 : status);
	}
	close(pipefd[1]);
	n = read(pipefd[0], reason->text, sizeof(reason->text) - 1);
	close(pipefd[0]);
	if (waitpid(pid, &status, 0) != pid)
		status = -1;
	if (n > 0)
		return -1;
	if (status)
		return reason_set(reason,
				  "the trial ended with wait status %#x; "
				  "try another engine",
				  (unsigned int)status);
	return 0;
}

int engine_host_run(const struct engine *e, const struct opts *o,
		    struct reason *reason)
{
	if (rehearse(o, reason) || enter(o, reason))
		return -1;
	if (o->verbose)
		util_say(STDERR_FILENO,
			 "vcan-run: engine %s: this kernel has CAN", e->name);
	return command_exec(o->argv);
}
