// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "../modules/modules.h"
#include "agent.h"
#include "guest.h"
#include "io/rtnl.h"
#include "util/array.h"
#include "util/clean.h"

#define UML_LINE "/dev/ttyS0"

/* /tmp is not here: it stays the machine's */
static const struct {
	const char *type, *where, *data;
} mounts[] = {
	{ "proc", "/proc", NULL },
	{ "sysfs", "/sys", NULL },
	{ "tmpfs", "/run", "mode=755" },
	{ "devtmpfs", "/dev", "mode=755" },
	{ "devpts", "/dev/pts", "mode=620,ptmxmode=666" },
	{ "tmpfs", "/dev/shm", "mode=1777" },
};

static const struct {
	const char *target, *path;
} links[] = {
	{ "/proc/self/fd", "/dev/fd" },
	{ "/proc/self/fd/0", "/dev/stdin" },
	{ "/proc/self/fd/1", "/dev/stdout" },
	{ "/proc/self/fd/2", "/dev/stderr" },
};

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	_exit(1);
}

static void open_console(void)
{
	int fd = open("/dev/console", O_RDWR);

	if (fd < 0)
		return;
	for (int i = 0; i <= STDERR_FILENO; i++)
		dup2(fd, i);
	if (fd > STDERR_FILENO)
		close(fd);
}

static void mount_all(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		mkdir(mounts[i].where, 0755);
		/* EBUSY: the kernel mounted its /dev itself */
		if (mount(mounts[i].type, mounts[i].where, mounts[i].type, 0,
			  mounts[i].data) &&
		    errno != EBUSY)
			util_say(STDERR_FILENO, "vcan-run: %s: %s",
				 mounts[i].where, strerror(errno));
	}
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		if (symlink(links[i].target, links[i].path) && errno != EEXIST)
			util_say(STDERR_FILENO, "vcan-run: %s: %s",
				 links[i].path, strerror(errno));
}

static int uml_open_line(void)
{
	int fd = open(UML_LINE, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios t;

	if (fd >= 0 && !tcgetattr(fd, &t)) {
		cfmakeraw(&t);
		t.c_cc[VMIN] = 1;
		t.c_cc[VTIME] = 0;
		if (!tcsetattr(fd, TCSANOW, &t))
			return fd;
	}
	util_say(STDERR_FILENO, "vcan-run: " UML_LINE ": %s", strerror(errno));
	return -1;
}

static int uml_enter(void)
{
	return 0;
}

static void uml_exit(int status)
{
	(void)status;
}

/* What depends on the machine, in the order in which it is done. */
static const struct machine {
	const char *name;
	int (*enter)(void);  /* be where the machine's files are the root */
	void (*serve)(void); /* load modules, start what the command needs */
	int (*open_line)(void);
	void (*exit)(int status); /* the command's, which was reported */
} machines[] = {
	{ "uml", uml_enter, modules_load_can, uml_open_line, uml_exit },
	{ GUEST_QEMU, guest_qemu_enter, guest_qemu_serve, guest_qemu_open_line,
	  guest_qemu_exit },
};

static const struct machine *find_machine(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(machines); i++)
		if (!strcmp(machines[i].name, name))
			return &machines[i];
	return &machines[0];
}

/* Return: the status that the host knows of, -1: none. */
static int serve(const struct machine *m)
{
	int line;

	if (m->enter())
		return -1;
	mount_all();
	open_console();
	signal(SIGPIPE, SIG_IGN);
	m->serve();
	rtnl_set_up("lo");
	line = m->open_line();
	return line < 0 ? -1 : agent_run(line);
}

int guest_main(const char *machine)
{
	const struct machine *m = find_machine(machine);
	int status = serve(m);

	if (status >= 0)
		m->exit(status);
	power_off();
	return 1;
}
