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

/*
 * What somebody may have open. A container has pseudo terminals of its own, with the
 * same numbers in another file system.
 */
struct thing {
	dev_t device; /* 0: it is a socket */
	dev_t ptys;   /* the file system of a pseudo terminal; else 0 */
	ino_t socket;
};

static bool is_it(const struct thing *thing, const struct stat *st)
{
	if (thing->device)
		return S_ISCHR(st->st_mode) && st->st_rdev == thing->device &&
		       (!thing->ptys || st->st_dev == thing->ptys);
	return S_ISSOCK(st->st_mode) && st->st_ino == thing->socket;
}

static DIR *open_fds(int proc, const char *pid)
{
	char path[PATH_LEN];
	DIR *dir = NULL;
	int fd;

	snprintf(path, sizeof(path), "%.16s/fd", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		dir = fdopendir(fd);
	if (fd >= 0 && !dir)
		close(fd);
	return dir;
}

/* Return: whether this process has it open, and is not its other end. */
static bool holds(int proc, const char *pid, const struct thing *thing)
{
	bool pty = major(thing->device) == PTY_MAJOR;
	bool found = false, master = false;
	DIR *dir = open_fds(proc, pid);
	struct dirent *item;
	struct stat st;

	while (dir && !master && (item = readdir(dir))) {
		if (fstatat(dirfd(dir), item->d_name, &st, 0))
			continue;
		found |= is_it(thing, &st);
		master = pty && S_ISCHR(st.st_mode) && st.st_rdev == PTMX &&
			 is_master(proc, pid, item->d_name, thing->device);
	}
	if (dir)
		closedir(dir);
	return found && !master;
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

static bool find(struct kcan_tty_holder *out, const struct thing *thing)
{
	DIR *dir = opendir("/proc");
	struct dirent *item;
	bool found = false;

	while (dir && !found && (item = readdir(dir))) {
		pid_t pid = atoi(item->d_name);

		if (pid <= 0 || pid == getpid())
			continue;
		found = holds(dirfd(dir), item->d_name, thing);
		if (found)
			put_name(out, dirfd(dir), item->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

bool io_holder_find(struct kcan_tty_holder *out, const char *path)
{
	struct thing thing = { 0 };
	struct stat st;

	if (stat(path, &st) || !S_ISCHR(st.st_mode))
		return false;
	thing.device = st.st_rdev;
	if (major(st.st_rdev) == PTY_MAJOR)
		thing.ptys = st.st_dev;
	return find(out, &thing);
}

/* "Num: RefCount Protocol Flags Type St Inode @name" */
ino_t io_holder_socket(const char *line, const char *name)
{
	unsigned long inode;
	int at = 0;

	if (sscanf(line, "%*s %*s %*s %*s %*s %*s %lu %n", &inode, &at) != 1 ||
	    !at || line[at] != '@')
		return 0;
	line += at + 1;
	return strcspn(line, "\n") == strlen(name) &&
			       !strncmp(line, name, strlen(name)) ?
		       inode :
		       0;
}

bool io_holder_of_socket(struct kcan_tty_holder *out, const char *name)
{
	FILE *list = fopen("/proc/net/unix", "re");
	struct thing thing = { 0 };
	char *line = NULL;
	size_t size = 0;

	while (list && !thing.socket && getline(&line, &size, list) > 0)
		thing.socket = io_holder_socket(line, name);
	free(line);
	if (list)
		fclose(list);
	return thing.socket && find(out, &thing);
}
