// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../modules/modules.h"
#include "../text.h"
#include "guest.h"
#include "kit.h"
#include "util/array.h"
#include "util/clean.h"

#define P9 "trans=virtio,version=9p2000.L,msize=262144,cache="
#define LINE "/dev/vport*p1" /* the first number is of all virtio devices */
#define LINE_TRIES 1000	     /* of 10 ms */

static int say(const char *what)
{
	util_say(STDERR_FILENO, "vcan-run: %s: %s", what, strerror(errno));
	return -1;
}

/* The machine's files, and above them what the guest writes, in its memory. */
static int mount_root(void)
{
	mkdir("/lower", 0755);
	mkdir("/upper", 0755);
	mkdir("/root", 0755);
	if (mount(QEMU_TAG_ROOT, "/lower", "9p", MS_RDONLY, P9 "loose"))
		return say("the machine's files (9p)");
	if (mount("tmpfs", "/upper", "tmpfs", 0, "mode=755,size=80%") ||
	    mkdir("/upper/files", 0755) || mkdir("/upper/work", 0755))
		return say("tmpfs");
	if (mount("overlay", "/root", "overlay", 0,
		  "lowerdir=/lower,upperdir=/upper/files,workdir=/upper/work"))
		return say("overlay");
	return 0;
}

/* Nothing of it is kept in memory: both sides see what the other writes. */
static void mount_cwd(void)
{
	char *cwd = text_read(QEMU_KIT_CWD), path[PATH_MAX + 8];

	if (!cwd)
		return;
	snprintf(path, sizeof(path), "/root%s", cwd);
	/* a folder that the guest does not have is said when it is entered */
	if (mount(QEMU_TAG_CWD, path, "9p", 0, P9 "mmap") && errno != ENOENT)
		say(cwd);
	free(cwd);
}

static int switch_root(void)
{
	if (chdir("/root") || mount(".", "/", NULL, MS_MOVE, NULL) ||
	    chroot(".") || chdir("/"))
		return say("the new root");
	return 0;
}

int guest_qemu_enter(void)
{
	char *modules = text_read(QEMU_KIT_MODULES);
	int err;

	modules_load_list(QEMU_KIT, QEMU_KIT_ORDER);
	err = mount_root();
	if (!err) {
		mount_cwd();
		err = switch_root();
	}
	if (!err && modules)
		modules_link("", modules); /* udevd loads, too */
	free(modules);
	return err;
}

static int try_line(void)
{
	struct pollfd p = { .fd = -1 };
	glob_t found;

	if (!glob(LINE, 0, NULL, &found))
		p.fd = open(found.gl_pathv[0], O_RDWR | O_CLOEXEC);
	globfree(&found);
	/* until the host's end is known to be there it looks hung up */
	if (p.fd >= 0 && poll(&p, 1, 0) == 1 && p.revents & POLLHUP) {
		close(p.fd);
		p.fd = -1;
	}
	return p.fd;
}

/* Ports are announced after the device, and the host's end after the port. */
int guest_qemu_open_line(void)
{
	int fd = try_line();

	for (int i = 0; fd < 0 && i < LINE_TRIES; i++) {
		poll(NULL, 0, 10);
		fd = try_line();
	}
	return fd < 0 ? say(LINE) : fd;
}

/* It is ready for the first device when the process that we start ends. */
void guest_qemu_serve(void)
{
	static const char *const udevd[] = {
		"/usr/lib/systemd/systemd-udevd",
		"/lib/systemd/systemd-udevd",
		"/sbin/udevd",
	};
	pid_t pid;

	for (size_t i = 0; i < ARRAY_SIZE(udevd); i++) {
		if (access(udevd[i], X_OK))
			continue;
		pid = fork();
		if (!pid) {
			execl(udevd[i], udevd[i], "--daemon", (char *)NULL);
			_exit(say(udevd[i]));
		}
		waitpid(pid, NULL, 0);
		return;
	}
	util_say(STDERR_FILENO,
		 "vcan-run: no udevd; devices get no names in /dev/serial");
}

void guest_qemu_exit(int status)
{
	uint8_t value = status;
	int fd = open("/dev/port", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || pwrite(fd, &value, 1, QEMU_EXIT_PORT) != 1)
		say("/dev/port");
}
