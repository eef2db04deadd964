// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "io/holder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define PATH_LEN 64
#define PTY_MAJOR 136 /* its minor is the number of the line */
#define PTMX makedev(5, 2)

/* Return: whether it is the master of the pseudo terminal @device. */
static bool is_master(int proc, const char *pid, const char *fd, dev_t device)
{
	char path[PATH_LEN], text[512], *at;
	ssize_t n;
	int info;

	snprintf(path, sizeof(path), "%.16s/fdinfo/%.16s", pid, fd);
	info = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (info < 0)
		return false;
	n = read(info, text, sizeof(text) - 1);
	close(info);
	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, "tty-index:");
	return at && atoi(at + strlen("tty-index:")) == (int)minor(device);
}

/* Return: whether this process has it open, and is not its other end. */
static bool holds(int proc, const char *pid, dev_t device)
{
	bool pty = major(device) == PTY_MAJOR;
	bool slave = false, master = false;
	char path[PATH_LEN];
	struct dirent *item;
	struct stat st;
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "%.16s/fd", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (!master && (item = readdir(dir))) {
		if (fstatat(fd, item->d_name, &st, 0) || !S_ISCHR(st.st_mode))
			continue;
		slave |= st.st_rdev == device;
		master = pty && st.st_rdev == PTMX &&
			 is_master(proc, pid, item->d_name, device);
	}
	closedir(dir);
	return slave && !master;
}

static void put_name(struct kcan_tty_holder *out, int proc, const char *pid)
{
	char path[PATH_LEN];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "%.16s/comm", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, out->name, sizeof(out->name) - 1);
		close(fd);
	}
	out->name[n > 0 ? n : 0] = '\0';
	out->name[strcspn(out->name, "\n")] = '\0';
	out->pid = atoi(pid);
}

bool io_holder_find(struct kcan_tty_holder *out, const char *path)
{
	struct dirent *item;
	bool found = false;
	struct stat st;
	DIR *dir;

	if (stat(path, &st))
		return false;
	dir = opendir("/proc");
	if (!dir)
		return false;
	while (!found && (item = readdir(dir))) {
		pid_t pid = atoi(item->d_name);

		if (pid <= 0 || pid == getpid())
			continue;
		found = holds(dirfd(dir), item->d_name, st.st_rdev);
		if (found)
			put_name(out, dirfd(dir), item->d_name);
	}
	closedir(dir);
	return found;
}
